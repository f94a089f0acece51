namespace Attend.Text.Metrics;

/// <summary>Exact match, character error rate and word error rate: for answers that are right or wrong, such as pronunciations.</summary>
/// <remarks>Keeps sums only. Nothing is normalised: letter case and punctuation count. Of several references the nearest counts.</remarks>
public sealed class TextMatchMetrics : TextMetric
{
    private const int Examples = 0, Exact = 1, CharacterEdits = 2, Characters = 3, WordEdits = 4, Words = 5;

    /// <inheritdoc/>
    public override string Signature => $"text-match|nrefs:{ReferenceCount}|refs:fewest-edits,then-longest|case:mixed|characters:code-points|words:white-space|rates:edits/reference-length|version:{LabelSet.Version}";

    /// <inheritdoc/>
    public override void Measure(TextAnswer predicted, TextAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var (text, references) = Check(predicted, expected);
        terms.Add(Examples, 1);
        if (references.Contains(text)) terms.Add(Exact, 1);
        var (characterEdits, characters) = Nearest(UnicodeText.CodePoints(text), references.Select(reference => UnicodeText.CodePoints(reference)));
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var (wordEdits, words) = Nearest(Numbers(text), references.Select(Numbers));
        terms.Add(CharacterEdits, characterEdits);
        terms.Add(Characters, characters);
        terms.Add(WordEdits, wordEdits);
        terms.Add(Words, words);

        int[] Numbers(string line) => [.. UnicodeText.Split(line).Select(word => numbers.TryAdd(word, numbers.Count) ? numbers.Count - 1 : numbers[word])];
    }

    /// <summary>exact_match, in [0, 1]; character_error_rate and word_error_rate, at least 0, absent where no reference has a character or word.</summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var figures = new OrderedDictionary<string, double>();
        if (At(sums, Examples) > 0) figures["exact_match"] = At(sums, Exact) / At(sums, Examples);
        if (At(sums, Characters) > 0) figures["character_error_rate"] = At(sums, CharacterEdits) / At(sums, Characters);
        if (At(sums, Words) > 0) figures["word_error_rate"] = At(sums, WordEdits) / At(sums, Words);
        return figures;
    }

    private static (int Edits, int Length) Nearest(int[] predicted, IEnumerable<int[]> references)
    {
        (int Edits, int Length)? best = null;
        foreach (var reference in references)
        {
            var edits = EditDistance(predicted, reference);
            if (best is not { } other || edits < other.Edits || (edits == other.Edits && reference.Length > other.Length)) best = (edits, reference.Length);
        }
        return best!.Value;
    }

    // Levenshtein's: insertions, deletions and substitutions cost 1.
    private static int EditDistance(int[] from, int[] to)
    {
        var row = new int[to.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 0; i < from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 1; j < row.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (from[i] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
