namespace Attend.Text.Data;

/// <summary>Decides which columns of a table hold texts and labels; <see cref="LabeledTextFile"/> states the rule.</summary>
internal static class LabeledColumns
{
    private const string TextOption = "--text-column";
    private const string LabelOption = "--label-column";

    private static readonly HashSet<string> TextNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "text", "sentence", "review", "content", "message", "comment", "utterance", "tweet", "document", "文本", "句子", "内容", "评论",
    };

    private static readonly HashSet<string> LabelNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "label", "labels", "category", "intent", "class", "target", "sentiment", "标签", "类别",
    };

    /// <summary>Indices of the text and label columns; no label column only where labels are not required.</summary>
    public static (int Text, int? Label) Choose(TableFile table, LabeledTextOptions options)
    {
        int? text = options.TextColumn is null ? null : table.Find(options.TextColumn);
        int? label = options.LabelColumn is null ? null : table.Find(options.LabelColumn);
        if (text is not null && text == label)
            throw table.Error($"{TextOption} and {LabelOption} both mean column {Names.Quote(table.Columns[text.Value])}; choose two columns.");
        text ??= Only(table, WellKnown(table, TextNames, except: label), TextOption);
        label ??= Only(table, WellKnown(table, LabelNames, except: text), LabelOption);

        var count = table.Columns.Count;
        text ??= LeftOver(table, label);
        if (label is null && text is not null && count == 2 && (options.LabelsRequired || !table.HasNames)) label = 1 - text;
        if (text is null) throw Undecided(table, "texts", TextOption);
        if (label is not null || !options.LabelsRequired) return (text.Value, label);
        throw count > 1 ? Undecided(table, "labels", LabelOption)
            : table.Error($"has one column only ({Names.List(table.Columns)}); expected one with texts and one with labels.{SeparatorHint(table)}");
    }

    /// <summary>Index of the text column, where labels do not matter.</summary>
    public static int ChooseText(TableFile table, LabeledTextOptions options)
    {
        if (options.TextColumn is not null) return table.Find(options.TextColumn);
        int? label = options.LabelColumn is null ? null : table.Find(options.LabelColumn);
        return Only(table, WellKnown(table, TextNames, except: label), TextOption)
            ?? LeftOver(table, label ?? (WellKnown(table, LabelNames, except: null) is [var known] ? known : null))
            ?? throw Undecided(table, "texts", TextOption);
    }

    private static int[] WellKnown(TableFile table, HashSet<string> names, int? except) =>
        !table.HasNames ? [] : [.. Enumerable.Range(0, table.Columns.Count).Where(i => i != except && names.Contains(table.Columns[i].Trim()))];

    private static int? Only(TableFile table, int[] found, string option) => found.Length <= 1
        ? found.Select(i => (int?)i).FirstOrDefault()
        : throw table.Error($"the columns {Names.List([.. found.Select(i => table.Columns[i])])} could all be meant; choose one with {option}.");

    // The text column that no name tells, but the number of columns does.
    private static int? LeftOver(TableFile table, int? label) => (table.Columns.Count, label) switch
    {
        (2, { } other) => 1 - other,
        (1 or 2, null) when !table.HasNames => 0,
        _ => null,
    };

    private static DataFileException Undecided(TableFile table, string what, string option)
    {
        if (!table.HasNames)
            return table.Error($"cannot tell which of the {table.Columns.Count} columns holds the {what}. Choose it by its number with {option}.");
        var problem = $"cannot tell which column holds the {what}; the columns are {Names.List(table.Columns)}. Choose it with {option}.";
        var mayBeData = IsDelimited(table) && !table.Columns.Any(name => TextNames.Contains(name.Trim()) || LabelNames.Contains(name.Trim()));
        return table.Error(mayBeData
            ? $"{problem} If this is the first row of the data rather than a header, use --no-header.{SeparatorHint(table)}"
            : problem);
    }

    /// <summary>CSV or TSV, whose first row may be a header or not.</summary>
    public static bool IsDelimited(TableFile table) => DataFile.Extension(table.Path) is ".csv" or ".tsv";

    private static string SeparatorHint(TableFile table)
    {
        if (table.Columns.Count > 1 || !IsDelimited(table)) return "";
        var only = table.HasNames ? table.Columns[0] : table.Rows(0).First().Text(0);
        return only.Contains('\t') ? " The fields seem to be separated by tabs: name the file .tsv."
            : only.Contains(';') ? " The fields seem to be separated by ';': save the file with commas." : "";
    }
}
