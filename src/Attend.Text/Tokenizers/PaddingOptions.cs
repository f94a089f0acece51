namespace Attend.Text.Tokenizers;

/// <summary>How encodings are filled up to one length.</summary>
/// <param name="Id">Id of the token that fills.</param>
/// <param name="Token">That token.</param>
public sealed record PaddingOptions(int Id, string Token)
{
    /// <summary>Length in tokens that every encoding is filled up to; null: that of the longest encoding of a batch.</summary>
    public int? Length { get; init; }

    /// <summary>Lengths are rounded up to a multiple of this, or null.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>Segment of the filling tokens.</summary>
    public int SegmentId { get; init; }

    /// <summary>True where filling comes first, as decoders need it that generate.</summary>
    public bool OnLeft { get; init; }

    /// <summary>The encodings of a batch, filled up; one that is longer than <see cref="Length"/> stays as it is.</summary>
    public IReadOnlyList<Encoding> Apply(IReadOnlyList<Encoding> encodings)
    {
        ArgumentNullException.ThrowIfNull(encodings);
        var length = Length ?? encodings.Select(encoding => encoding.Length).DefaultIfEmpty(0).Max();
        if (MultipleOf is > 0 and var multiple && length % multiple != 0) length = checked(length + multiple - (length % multiple));
        return [.. encodings.Select(encoding => encoding.PadTo(length, Id, OnLeft, SegmentId))];
    }
}
