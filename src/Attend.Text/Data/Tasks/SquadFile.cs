using System.Text.Json;

namespace Attend.Text.Data;

/// <summary>Questions on texts in the JSON format of SQuAD 1.1 and 2.0; one text and its questions are in memory at a time.</summary>
/// <remarks>
/// answer_start counts code points, as the official data do; where an answer stands at that offset only in UTF-16 code units, those are taken.
/// An answer that stands at neither is kept, without its place, and counted: it can be measured by, but not learnt from.
/// </remarks>
public sealed class SquadFile
{
    private readonly string _path;
    private readonly SquadOptions _options;

    private SquadFile(string path, SquadOptions options)
    {
        _path = path;
        _options = options;
        Survey();
    }

    /// <summary>Whether questions may have no answer.</summary>
    public bool MayBeUnanswerable { get; private set; }

    /// <summary>Texts that are asked about.</summary>
    public long ContextCount { get; private set; }

    /// <summary>Questions.</summary>
    public long QuestionCount { get; private set; }

    /// <summary>Questions without an answer.</summary>
    public long UnanswerableCount { get; private set; }

    /// <summary>Answers.</summary>
    public long AnswerCount { get; private set; }

    /// <summary>Answers that do not stand at the offset that the file gives.</summary>
    public long MisplacedCount { get; private set; }

    /// <summary>Questions with answers, none of which stands at its offset: nothing can be learnt from them.</summary>
    public long UnlearnableCount { get; private set; }

    /// <summary>Reads the whole file once, to count, and to complain before anything is learnt from it.</summary>
    /// <param name="path">The file, UTF-8, which may be gzipped (.gz).</param>
    /// <param name="options">What is expected; null for the defaults.</param>
    /// <exception cref="DataFileException">The file cannot be read, is not in this format, has two questions of one id, or a question without an
    /// answer where each must have one.</exception>
    public static SquadFile Open(string path, SquadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new SquadFile(path, options ?? new SquadOptions());
    }

    /// <summary>The questions, in the order of the file, read while they are enumerated; those on one text share its string.</summary>
    public IEnumerable<QuestionExample> Read()
    {
        using var reader = new SquadReader(_path);
        while (reader.Next())
        {
            using var paragraph = reader.Paragraph!;
            foreach (var question in Questions(paragraph.RootElement, reader)) yield return question.Example;
        }
    }

    private readonly record struct Found(QuestionExample Example, bool IsImpossible);

    private void Survey()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        DataFileException? withoutAnswer = null;
        var saysImpossible = false;
        using var reader = new SquadReader(_path);
        while (reader.Next())
        {
            ContextCount++;
            using var paragraph = reader.Paragraph!;
            foreach (var (example, isImpossible) in Questions(paragraph.RootElement, reader))
            {
                if (!ids.Add(example.Id)) throw reader.Error($"the id {Names.Quote(example.Id)} belongs to two questions; predictions could not be told apart. Give each its own.");
                QuestionCount++;
                AnswerCount += example.Answers.Count;
                var misplaced = example.Answers.Count(answer => answer.Start is null);
                MisplacedCount += misplaced;
                if (misplaced > 0 && misplaced == example.Answers.Count) UnlearnableCount++;
                saysImpossible |= isImpossible;
                if (example.Answers.Count > 0) continue;
                UnanswerableCount++;
                withoutAnswer ??= reader.Error($"the question {Names.Quote(example.Id)} has no answer, and this is a file of SQuAD 1.1, where each has one. "
                    + "In a file of SQuAD 2.0 the version begins with v2, or such questions say \"is_impossible\": true.");
            }
        }
        if (QuestionCount == 0) throw new DataFileException(_path, null, "has no question; expected SQuAD's format: {\"data\": [{\"paragraphs\": [{\"context\": ..., \"qas\": [...]}]}]}.");
        MayBeUnanswerable = _options.MayBeUnanswerable ?? (saysImpossible || reader.Version.TrimStart('v', 'V').StartsWith('2'));
        if (_options.AnswersRequired && !MayBeUnanswerable && withoutAnswer is not null) throw withoutAnswer;
    }

    private IEnumerable<Found> Questions(JsonElement paragraph, SquadReader reader)
    {
        if (paragraph.ValueKind != JsonValueKind.Object) throw reader.Error("a paragraph is no JSON object.");
        var context = Text(paragraph, "context", reader, "a paragraph");
        var offsets = new TextOffsets(context);
        if (!paragraph.TryGetProperty("qas", out var questions) || questions.ValueKind != JsonValueKind.Array) throw reader.Error("a paragraph has no list \"qas\" of questions.");
        foreach (var question in questions.EnumerateArray())
        {
            if (question.ValueKind != JsonValueKind.Object) throw reader.Error("a question is no JSON object.");
            var id = question.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.Number ? given.GetRawText() : Text(question, "id", reader, "a question");
            var isImpossible = question.TryGetProperty("is_impossible", out var flag) && flag.ValueKind == JsonValueKind.True;
            yield return new Found(new QuestionExample
            {
                Id = id,
                Question = Text(question, "question", reader, $"the question {Names.Quote(id)}"),
                Context = context,
                Answers = isImpossible || !_options.AnswersRequired ? [] : Answers(question, id, context, offsets, reader),
                Title = reader.Title,
                Line = reader.Line,
            }, isImpossible);
        }
    }

    private static GoldAnswer[] Answers(JsonElement question, string id, string context, TextOffsets offsets, SquadReader reader)
    {
        if (!question.TryGetProperty("answers", out var answers) || answers.ValueKind != JsonValueKind.Array)
            throw reader.Error($"the question {Names.Quote(id)} has no list \"answers\".");
        return [.. answers.EnumerateArray().Select(answer =>
        {
            if (answer.ValueKind != JsonValueKind.Object) throw reader.Error($"an answer to {Names.Quote(id)} is no JSON object.");
            var text = Text(answer, "text", reader, $"an answer to {Names.Quote(id)}");
            if (!answer.TryGetProperty("answer_start", out var start) || start.ValueKind != JsonValueKind.Number || !start.TryGetInt64(out var offset))
                throw reader.Error($"an answer to {Names.Quote(id)} has no whole number \"answer_start\".");
            return new GoldAnswer(text, Place(OffsetUnit.CodePoints) ?? Place(OffsetUnit.Utf16));

            int? Place(OffsetUnit unit) => offsets.ToUtf16(offset, unit) is var place and >= 0 && string.CompareOrdinal(context, place, text, 0, text.Length) == 0 ? place : null;
        })];
    }

    private static string Text(JsonElement element, string key, SquadReader reader, string owner)
    {
        if (!element.TryGetProperty(key, out var value) || value.ValueKind != JsonValueKind.String) throw reader.Error($"{owner} has no string \"{key}\".");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw reader.Error($"\"{key}\" of {owner} has half of a surrogate pair (\\ud800 to \\udfff without its other half), which is no text.", e);
        }
    }
}
