namespace Attend.Text.Vectors;

/// <summary>A text and its vector.</summary>
/// <param name="Text">The raw text.</param>
/// <param name="Vector">One number per dimension.</param>
public sealed record TextVector(string Text, float[] Vector);
