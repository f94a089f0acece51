using System.Text;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>The printable character that stands for each byte in byte-level vocabularies (openai/gpt-2, encoder.py).</summary>
internal static class ByteCharacters
{
    private const int FirstSubstitute = 0x100, LastCharacter = 0x143;

    private static readonly char[] Characters = Make();
    private static readonly short[] Bytes = Invert();

    private static char[] Make()
    {
        var characters = new char[256];
        var substitute = FirstSubstitute;
        for (var value = 0; value < 256; value++)
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : (char)substitute++;
        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[LastCharacter + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++) bytes[Characters[value]] = (short)value;
        return bytes;
    }

    public static char Of(byte value) => Characters[value];

    /// <summary>The byte a character stands for, or a negative number.</summary>
    public static int ByteOf(char character) => character <= LastCharacter ? Bytes[character] : -1;

    /// <summary>Appends the UTF-8 bytes of a code point.</summary>
    public static void Append(int codePoint, TextSpan span, AlignedText into)
    {
        Span<byte> bytes = stackalloc byte[4];
        var rune = Rune.IsValid(codePoint) ? new Rune(codePoint) : Rune.ReplacementChar;
        foreach (var value in bytes[..rune.EncodeToUtf8(bytes)]) into.Append(Characters[value], span.Start, span.End);
    }
}
