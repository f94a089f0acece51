using System.Globalization;

namespace Attend.Text.Data;

/// <summary>Reads pairs of texts from any <see cref="TableFile"/>.</summary>
/// <remarks>
/// Columns that the options leave open are found by name, in any letter case: text, sentence1, premise, question1, ... and text2, sentence2,
/// hypothesis, question2, ... and label, gold_label, score, similarity, ... Without a header, the first three columns are taken in that order.
/// </remarks>
public sealed class TextPairFile
{
    private static readonly HashSet<string> TextNames = new(StringComparer.OrdinalIgnoreCase)
        { "text", "text1", "text_a", "sentence", "sentence1", "sentence_1", "sentence_a", "premise", "question1", "query", "anchor", "文本1", "句子1" };

    private static readonly HashSet<string> Text2Names = new(StringComparer.OrdinalIgnoreCase)
        { "text2", "text_b", "sentence2", "sentence_2", "sentence_b", "hypothesis", "question2", "positive", "passage", "文本2", "句子2" };

    private static readonly HashSet<string> LabelNames = new(StringComparer.OrdinalIgnoreCase) { "label", "gold_label", "class", "category", "relation", "is_duplicate", "标签" };

    private static readonly HashSet<string> ScoreNames = new(StringComparer.OrdinalIgnoreCase) { "score", "similarity", "similarity_score", "relatedness", "rating", "label", "分数" };

    private readonly TableFile _table;
    private readonly TextPairOptions _options;
    private readonly KeptColumns _columns;
    private readonly bool _hasTarget;

    private TextPairFile(TableFile table, TextPairOptions options)
    {
        _table = table;
        _options = options;
        var text = Choose(options.TextColumn, TextNames, 0, "first texts", "--text-column");
        var text2 = Choose(options.Text2Column, Text2Names, 1, "second texts", "--text2-column");
        _hasTarget = options.Target != PairTarget.None;
        var target = !_hasTarget ? -1 : Choose(options.TargetColumn, options.Target == PairTarget.Label ? LabelNames : ScoreNames, 2,
            options.Target == PairTarget.Label ? "labels" : "scores", options.Target == PairTarget.Label ? "--label-column" : "--score-column");
        int[] needed = _hasTarget ? [text, text2, target] : [text, text2];
        if (needed.Distinct().Count() != needed.Length)
            throw table.Error($"the columns {Names.List([.. needed.Select(column => table.Columns[column])])} are not all different; choose one for each.");
        _columns = new KeptColumns(table, options.KeepColumns, needed);
    }

    /// <summary>Pairs that were left out so far because their label says that there is none.</summary>
    public long NoLabelCount { get; private set; }

    /// <summary>Finds out the columns; reads no further than the first row.</summary>
    /// <param name="path">A .csv, .tsv, .jsonl or .parquet file, which may be gzipped (.gz).</param>
    /// <param name="options">Where the columns are; null for the defaults.</param>
    /// <exception cref="DataFileException">The file cannot be opened, or its columns are unclear.</exception>
    public static TextPairFile Open(string path, TextPairOptions? options = null)
    {
        options ??= new TextPairOptions();
        return new TextPairFile(TableFile.Open(path, options.HasHeader), options);
    }

    /// <summary>Finds out whether pairs are labelled or scored: scored where the column is named so (score, similarity, ...) or most of its values are numbers that are not all whole; otherwise labelled; neither where there is no such column.</summary>
    /// <param name="path">A file as in <see cref="Open"/>.</param>
    /// <param name="options">Where the columns are, if that is known; null for the defaults.</param>
    /// <exception cref="DataFileException">The file cannot be opened or is broken, or has a column of either kind.</exception>
    public static PairTarget FindTarget(string path, TextPairOptions? options = null)
    {
        options ??= new TextPairOptions();
        var table = TableFile.Open(path, options.HasHeader);
        int column;
        if (options.TargetColumn is { } named) column = table.Find(named);
        else if (!table.HasNames)
        {
            if (table.Columns.Count < 3) return PairTarget.None;
            column = 2;
        }
        else
        {
            int[] Named(HashSet<string> names) => [.. Enumerable.Range(0, table.Columns.Count).Where(i => names.Contains(table.Columns[i].Trim()))];
            var (labels, scores) = (Named(LabelNames), Named(ScoreNames));
            int[] onlyScores = [.. scores.Except(labels)];
            if (labels.Length == 0) return onlyScores.Length > 0 ? PairTarget.Score : PairTarget.None;
            if (onlyScores.Length > 0)
                throw table.Error($"the columns {Names.List([.. labels.Concat(onlyScores).Select(i => table.Columns[i])])} could hold labels and scores; say by --target which are to be learnt.");
            if (labels.Length > 1) return PairTarget.Label;   // which of them, is asked by who reads the labels
            column = labels[0];
        }
        var (count, numbers, isWhole) = (0L, 0L, true);
        foreach (var row in table.Rows([column]))
        {
            count++;
            if (row.Values(0) is not [var value] || !double.TryParse(value.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)) continue;
            numbers++;
            isWhole &= number == Math.Floor(number);
        }
        return !isWhole && 2 * numbers > count ? PairTarget.Score : PairTarget.Label;
    }

    /// <summary>The pairs, in the order of the file, read while they are enumerated.</summary>
    /// <exception cref="DataFileException">While enumerating: a row is broken, or its label or score is missing.</exception>
    public IEnumerable<TextPair> Read()
    {
        NoLabelCount = 0;
        foreach (var row in _table.Rows(_columns.All))
        {
            var pair = new TextPair { Text = row.Text(0), Text2 = row.Text(1), Line = row.Line, Kept = _columns.Of(row) };
            if (_options.Target == PairTarget.Score) pair = pair with { Score = Score(row) };
            if (_options.Target == PairTarget.Label) pair = pair with { Label = Label(row) };
            if (_options.Target == PairTarget.Label && pair.Label == _options.NoLabel) NoLabelCount++;
            else yield return pair;
        }
    }

    private static string Label(TableRow row)
    {
        var values = row.Values(2);
        if (values.Count > 1) throw row.Error($"{values.Count} labels; expected one.");
        var label = values.Count == 0 ? "" : values[0].Trim();
        return label.Length > 0 ? label : throw row.Error("the label is empty; expected the name of a class.");
    }

    private static double Score(TableRow row)
    {
        var values = row.Values(2);
        if (values.Count != 1) throw row.Error(values.Count == 0 ? "the score is empty; expected a number." : $"{values.Count} scores; expected one.");
        return double.TryParse(values[0].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && double.IsFinite(score)
            ? score
            : throw row.Error($"{Names.Quote(values[0])} is no score; expected a number such as 3.5.");
    }

    private int Choose(string? column, HashSet<string> names, int place, string what, string option)
    {
        if (column is not null) return _table.Find(column);
        if (!_table.HasNames)
        {
            return place < _table.Columns.Count ? place
                : throw _table.Error($"has {_table.Columns.Count} column(s); expected the {what} in column {place + 1}. Choose another with {option}.");
        }
        int[] found = [.. Enumerable.Range(0, _table.Columns.Count).Where(i => names.Contains(_table.Columns[i].Trim()))];
        if (found.Length == 1) return found[0];
        if (found.Length > 1) throw _table.Error($"the columns {Names.List([.. found.Select(i => _table.Columns[i])])} could all hold the {what}; choose one with {option}.");
        throw _table.Error($"cannot tell which column holds the {what}; the columns are {Names.List(_table.Columns)}. Choose it with {option}; "
            + "if this is the first row of the data rather than a header, use --no-header.");
    }
}
