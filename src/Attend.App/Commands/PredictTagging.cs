using System.Globalization;
using Attend.Tasks;

namespace Attend.App.Commands;

/// <summary>`predict` with a tagger: the spans of each text.</summary>
internal static class PredictTagging
{
    public static int Run(PredictRequest request, IEnumerable<string> texts)
    {
        using var tagger = EntityTagger.Load(request.Model, request.Device, request.MaxInputTokens);
        tagger.UsePrecision(request.Precision, Console.Error.WriteLine);
        // Read once: the texts may be standard input.
        var waiting = new Queue<string>();
        IEnumerable<string> Kept()
        {
            foreach (var text in texts)
            {
                waiting.Enqueue(text);
                yield return text;
            }
        }
        var answers = tagger.Stream(Kept(), request.Cancel).Select(spans => new TaggedLine(waiting.Dequeue(), spans));
        return request.Write(answers, Describe, ToRow, Show);
    }

    private sealed record TaggedLine(string Text, IReadOnlyList<EntitySpan> Spans);

    private static object Describe(TaggedLine line) =>
        new { line.Text, Spans = line.Spans.Select(span => new { span.Start, span.End, span.Label, Score = Math.Round(span.Score, 6), Text = span.Of(line.Text) }) };

    // All spans of a text in one line, so that line n out belongs to text n in.
    private static string ToRow(TaggedLine line) =>
        string.Join('\t', line.Spans.Select(span => string.Create(CultureInfo.InvariantCulture, $"{span.Start}-{span.End} {span.Label} {span.Score:0.0000}")));

    private static void Show(TaggedLine line)
    {
        Console.Out.WriteLine(line.Text);
        if (line.Spans.Count > 0)
            Output.WriteColumns(Console.Out, line.Spans.Select(span => new[] { "  ", $"{span.Start}-{span.End}", span.Label, span.Score.ToString("0.000", CultureInfo.InvariantCulture), span.Of(line.Text) }));
    }
}
