namespace Attend.Text.Data;

/// <summary>What offsets into a text count.</summary>
public enum OffsetUnit
{
    /// <summary>UTF-16 code units, as .NET, Java and JavaScript do, and as everything here does.</summary>
    Utf16,

    /// <summary>Code points, as Python does. The two differ after an emoji or another character beyond U+FFFF.</summary>
    CodePoints,
}
