namespace Attend.Text.Metrics;

/// <summary>Porter's stemmer (1980, "An algorithm for suffix stripping") with the extensions of NLTK, which google-research's ROUGE uses.</summary>
/// <remarks>For words of lower-case ASCII letters and digits.</remarks>
internal static class PorterStemmer
{
    // Stem, and the words that have it.
    private static readonly Dictionary<string, string> Irregular =
        "sky=sky,skies die=dying lie=lying tie=tying news=news inning=inning,innings outing=outing,outings canning=canning,cannings howe=howe proceed=proceed exceed=exceed succeed=succeed"
            .Split(' ').Select(entry => entry.Split('=')).SelectMany(entry => entry[1].Split(','), (entry, word) => (word, Stem: entry[0])).ToDictionary(entry => entry.word, entry => entry.Stem);

    // The first ending that a word has decides, whether or not its condition holds.
    private static readonly Rule[] Step2Rules =
    [
        new("ational", "ate"), new("tional", "tion"), new("enci", "ence"), new("anci", "ance"), new("izer", "ize"), new("bli", "ble"),
        new("alli", "al"), new("entli", "ent"), new("eli", "e"), new("ousli", "ous"), new("ization", "ize"), new("ation", "ate"),
        new("ator", "ate"), new("alism", "al"), new("iveness", "ive"), new("fulness", "ful"), new("ousness", "ous"), new("aliti", "al"),
        new("iviti", "ive"), new("biliti", "ble"), new("fulli", "ful"),
    ];

    private static readonly Rule[] Step3Rules =
        [new("icate", "ic"), new("ative", ""), new("alize", "al"), new("iciti", "ic"), new("ical", "ic"), new("ful", ""), new("ness", "")];

    private static readonly string[] Step4Endings =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
    ];

    private readonly record struct Rule(string Ending, string Replacement);

    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out var stem)) return stem;
        return word.Length <= 2 ? word : Step5(Step4(Step3(Step2(Step1C(Step1B(Step1A(word)))))));
    }

    private static bool IsConsonant(ReadOnlySpan<char> word, int i) => word[i] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => i == 0 || !IsConsonant(word, i - 1),
        _ => true,
    };

    // Porter's m: how often a vowel is followed by a consonant.
    private static int Measure(ReadOnlySpan<char> stem)
    {
        var count = 0;
        for (var i = 1; i < stem.Length; i++)
            if (IsConsonant(stem, i) && !IsConsonant(stem, i - 1)) count++;
        return count;
    }

    private static bool HasVowel(ReadOnlySpan<char> stem)
    {
        for (var i = 0; i < stem.Length; i++)
            if (!IsConsonant(stem, i)) return true;
        return false;
    }

    private static bool EndsInDoubleConsonant(ReadOnlySpan<char> word) => word.Length >= 2 && word[^1] == word[^2] && IsConsonant(word, word.Length - 1);

    // Porter's *o; to NLTK also a vowel and a consonant alone.
    private static bool EndsInShortSyllable(ReadOnlySpan<char> word) => word.Length switch
    {
        >= 3 => IsConsonant(word, word.Length - 3) && !IsConsonant(word, word.Length - 2) && IsConsonant(word, word.Length - 1) && word[^1] is not ('w' or 'x' or 'y'),
        2 => !IsConsonant(word, 0) && IsConsonant(word, 1),
        _ => false,
    };

    private static bool Ends(string word, string ending) => word.EndsWith(ending, StringComparison.Ordinal);

    private static string Step1A(string word)
    {
        if (Ends(word, "ies")) return word.Length == 4 ? word[..^1] : word[..^2];
        if (Ends(word, "sses")) return word[..^2];
        return Ends(word, "s") && !Ends(word, "ss") ? word[..^1] : word;
    }

    private static string Step1B(string word)
    {
        if (Ends(word, "ied")) return word.Length == 4 ? word[..^1] : word[..^2];
        if (Ends(word, "eed")) return Measure(word.AsSpan(0, word.Length - 3)) > 0 ? word[..^1] : word;
        var ending = Ends(word, "ed") ? 2 : Ends(word, "ing") ? 3 : 0;
        if (ending == 0 || !HasVowel(word.AsSpan(0, word.Length - ending))) return word;
        var stem = word[..^ending];
        if (Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz")) return stem + "e";
        if (EndsInDoubleConsonant(stem)) return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        return Measure(stem) == 1 && EndsInShortSyllable(stem) ? stem + "e" : stem;
    }

    private static string Step1C(string word) => Ends(word, "y") && word.Length > 2 && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    private static string Step2(string word)
    {
        if (Ends(word, "alli") && Measure(word.AsSpan(0, word.Length - 4)) > 0) return Step2(word[..^2]);
        // The l belongs to the stem, so that short stems such as geo- count.
        if (Ends(word, "logi")) return Measure(word.AsSpan(0, word.Length - 3)) > 0 ? word[..^1] : word;
        return Apply(Step2Rules, word);
    }

    private static string Step3(string word) => Apply(Step3Rules, word);

    private static string Apply(Rule[] rules, string word)
    {
        foreach (var rule in rules)
        {
            if (!Ends(word, rule.Ending)) continue;
            var stem = word[..^rule.Ending.Length];
            return Measure(stem) > 0 ? stem + rule.Replacement : word;
        }
        return word;
    }

    private static string Step4(string word)
    {
        foreach (var ending in Step4Endings)
        {
            if (!Ends(word, ending)) continue;
            var stem = word[..^ending.Length];
            return Measure(stem) > 1 && (ending != "ion" || stem[^1] is 's' or 't') ? stem : word;
        }
        return word;
    }

    private static string Step5(string word)
    {
        if (Ends(word, "e"))
        {
            var stem = word[..^1];
            var measure = Measure(stem);
            if (measure > 1 || (measure == 1 && !EndsInShortSyllable(stem))) word = stem;
        }
        return Ends(word, "ll") && Measure(word.AsSpan(0, word.Length - 1)) > 1 ? word[..^1] : word;
    }
}
