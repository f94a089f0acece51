using System.Collections.Concurrent;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.Patterns;

/// <summary>The sets of code points that patterns name.</summary>
internal static class CharacterProperties
{
    private static readonly ConcurrentDictionary<string, CodePointSet?> Known = new(StringComparer.Ordinal);
    private static readonly Lazy<ILookup<int, int>> Unfoldings = new(() => UnicodeProperties.Foldings().ToLookup(entry => entry.To, entry => entry.From));
    private static readonly Lazy<Dictionary<int, int>> Foldings = new(() => UnicodeProperties.Foldings().ToDictionary(entry => entry.From, entry => entry.To));

    public static CodePointSet Space => Find("space")!;

    public static CodePointSet Word => Find("word")!;

    public static CodePointSet Digit => Find("nd")!;

    public static CodePointSet HexDigit { get; } = CodePointSet.Of(('0', '9'), ('A', 'F'), ('a', 'f'));

    public static CodePointSet NewLine { get; } = CodePointSet.Of('\n');

    /// <summary>The set with a name as in \p{name} or [:name:], or null.</summary>
    public static CodePointSet? Find(string name)
        => Known.GetOrAdd(name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant(), Make);

    /// <summary>The set of a POSIX bracket [:name:], or null; its "punct" holds symbols too.</summary>
    public static CodePointSet? FindPosix(string name) => name == "punct" ? Find("p")!.Or(Find("s")!) : Find(name);

    private static CodePointSet? Make(string name) => name switch
    {
        "any" => CodePointSet.All,
        "ascii" => CodePointSet.Of((0, 0x7F)),
        "assigned" => Categories("cn")!.Not(),
        "space" or "whitespace" => CodePointSet.Where(UnicodeProperties.IsWhiteSpace),
        "blank" => Categories("zs")!.Or(CodePointSet.Of('\t')),
        "alpha" or "alphabetic" => CodePointSet.Where(codePoint => (UnicodeProperties.FlagsOf(codePoint) & CharacterFlags.Alphabetic) != 0),
        "alnum" => Find("alpha")!.Or(Categories("nd")!),
        "digit" => Categories("nd"),
        "xdigit" => HexDigit,
        // Oniguruma also counts the superscripts and fractions of Latin-1.
        "word" => Find("alpha")!.Or(Categories("m")!).Or(Categories("nd")!).Or(Categories("pc")!).Or(CodePointSet.Of((0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE))),
        // Lu and Other_Uppercase.
        "upper" or "uppercase" => Categories("lu")!.Or(CodePointSet.Of((0x2160, 0x216F), (0x24B6, 0x24CF), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))),
        "cntrl" => Categories("cc"),
        "graph" => Find("space")!.Or(Categories("cc")!).Or(Categories("cn")!).Or(Categories("cs")!).Not(),
        "print" => Find("graph")!.Or(Categories("zs")!),
        "letter" => Categories("l"),
        "uppercaseletter" => Categories("lu"),
        "lowercaseletter" => Categories("ll"),
        "titlecaseletter" => Categories("lt"),
        "modifierletter" => Categories("lm"),
        "otherletter" => Categories("lo"),
        "lc" or "casedletter" => Categories("lu")!.Or(Categories("ll")!).Or(Categories("lt")!),
        "mark" or "combiningmark" => Categories("m"),
        "nonspacingmark" => Categories("mn"),
        "spacingmark" => Categories("mc"),
        "enclosingmark" => Categories("me"),
        "number" => Categories("n"),
        "decimalnumber" => Categories("nd"),
        "letternumber" => Categories("nl"),
        "othernumber" => Categories("no"),
        "punctuation" or "punct" => Categories("p"),
        "connectorpunctuation" => Categories("pc"),
        "dashpunctuation" => Categories("pd"),
        "openpunctuation" => Categories("ps"),
        "closepunctuation" => Categories("pe"),
        "initialpunctuation" => Categories("pi"),
        "finalpunctuation" => Categories("pf"),
        "otherpunctuation" => Categories("po"),
        "symbol" => Categories("s"),
        "mathsymbol" => Categories("sm"),
        "currencysymbol" => Categories("sc"),
        "modifiersymbol" => Categories("sk"),
        "othersymbol" => Categories("so"),
        "separator" => Categories("z"),
        "spaceseparator" => Categories("zs"),
        "lineseparator" => Categories("zl"),
        "paragraphseparator" => Categories("zp"),
        "other" => Categories("c"),
        "control" => Categories("cc"),
        "format" => Categories("cf"),
        "privateuse" => Categories("co"),
        "unassigned" => Categories("cn"),
        "surrogate" => Categories("cs"),
        _ => Categories(name) ?? Script(name),
    };

    /// <summary>A general category by its short name, or all that begin with one letter.</summary>
    private static CodePointSet? Categories(string name)
    {
        if (name.Length is not (1 or 2)) return null;
        var wanted = Enum.GetValues<UnicodeCategoryCode>().Where(code => code.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToHashSet();
        return wanted.Count == 0 ? null : CodePointSet.Where(codePoint => wanted.Contains(UnicodeProperties.CategoryOf(codePoint)));
    }

    private static CodePointSet? Script(string name)
    {
        var script = UnicodeProperties.FindScript(name);
        return script < 0 ? null : CodePointSet.Where(codePoint => UnicodeProperties.IsScript(codePoint, script));
    }

    /// <summary>A set with all code points that differ from one of it only in case (simple case folding).</summary>
    public static CodePointSet IgnoringCase(CodePointSet set)
    {
        var folded = new HashSet<int>();
        foreach (var (from, to) in Foldings.Value)
        {
            if (set.Contains(from) || set.Contains(to)) folded.Add(to);
        }
        var ranges = new List<(int, int)>();
        foreach (var to in folded)
        {
            ranges.Add((to, to));
            foreach (var from in Unfoldings.Value[to]) ranges.Add((from, from));
        }
        return ranges.Count == 0 ? set : set.Or(CodePointSet.Of([.. ranges]));
    }
}
