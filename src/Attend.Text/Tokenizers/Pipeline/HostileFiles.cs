using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Bounds that no tokenizer of this world comes near, and that keep a file made to do harm from taking all memory or time.</summary>
internal static class HostileFiles
{
    /// <summary>Longest entry, in UTF-16 code units, of a vocabulary that is searched from every position of a text.</summary>
    public const int LongestEntry = 2048;

    /// <summary>Longest prefix or suffix that a model puts on pieces.</summary>
    public const int LongestAffix = 64;

    /// <summary>Most special tokens that an input gets.</summary>
    public const int MostSpecialTokens = 10_000;

    /// <summary>Most places of a template.</summary>
    public const int MostPlaces = 100;

    /// <summary>Largest length that a file may want inputs filled up to.</summary>
    public const int LongestPadding = 1 << 20;

    private const long LargestFile = 1L << 27;

    // A text may grow by normalisation to so many times its length, and to so many code units in any case.
    private const int MostGrowth = 64, LeastLimit = 1 << 20;

    /// <summary>All bytes of a tokenizer's file.</summary>
    /// <exception cref="DataFileException">It is missing or too large.</exception>
    public static byte[] Read(string path)
    {
        if (!File.Exists(path)) throw new DataFileException(path, null, "no such file");
        if (new FileInfo(path).Length > LargestFile) throw new DataFileException(path, null, $"larger than {LargestFile >> 20} MiB; that is no tokenizer's file");
        return File.ReadAllBytes(path);
    }

    /// <summary>Most code units that a text of some length may become.</summary>
    public static int MostUnits(int length) => (int)Math.Clamp((long)MostGrowth * length, LeastLimit, Array.MaxLength);

    /// <exception cref="ArgumentException">An entry is too long.</exception>
    public static string RequireShort(string entry) => entry.Length <= LongestEntry
        ? entry
        : throw new ArgumentException($"an entry of {entry.Length} characters, '{entry[..20]}...'; expected at most {LongestEntry}");

    /// <exception cref="ArgumentException">The prefix or suffix is too long.</exception>
    public static string RequireShortAffix(string name, string? affix) => affix is null or { Length: <= LongestAffix }
        ? affix ?? ""
        : throw new ArgumentException($"{name} has {affix.Length} characters; expected at most {LongestAffix}");
}
