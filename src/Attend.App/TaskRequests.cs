using System.Text;
using Attend.Checkpoints;
using Attend.Layers;

namespace Attend.App;

/// <summary>What `evaluate` was asked, whatever the model's task.</summary>
internal sealed record EvaluateRequest(string Model, string Data, string? Out, string Device, bool Json, IReadOnlyList<string> SliceBy, CancellationToken Cancel)
{
    public Precision Precision { get; init; }

    public string Folder(string modelFolder) => Out ?? EvaluationCard.DefaultFolder(modelFolder, Data);
}

/// <summary>What `predict` was asked, whatever the model's task.</summary>
internal sealed record PredictRequest(string Model, string[] Texts, string? Input, string? OutputFile, int? MaxInputTokens, string Device, bool Json, CancellationToken Cancel)
{
    public Precision Precision { get; init; }

    /// <summary>Writes one answer after the other: to the file that was named, as one JSON object, for eyes, or a JSON object a line.</summary>
    /// <param name="answers">Computed while they are written.</param>
    /// <param name="describe">An answer as an object of JSON.</param>
    /// <param name="toRow">An answer as a line with tabs, for .tsv; null where the task has no such form.</param>
    /// <param name="show">Shows an answer to eyes.</param>
    public int Write<TAnswer>(IEnumerable<TAnswer> answers, Func<TAnswer, object> describe, Func<TAnswer, string>? toRow, Action<TAnswer> show)
    {
        if (OutputFile is not null)
        {
            var extension = Path.GetExtension(OutputFile).ToLowerInvariant();
            var known = toRow is null ? ".jsonl" : ".jsonl, .tsv";
            Func<TAnswer, string> line = extension switch
            {
                ".jsonl" => answer => Output.Line(describe(answer)),
                ".tsv" or ".txt" when toRow is not null => toRow,
                _ => throw new ArgumentException($"--output {OutputFile}: cannot write '{extension}' files; known: {known}"),
            };
            var count = 0L;
            AtomicFile.Write(OutputFile, stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
                foreach (var answer in answers)
                {
                    writer.WriteLine(line(answer));
                    count++;
                }
            });
            if (Json) Output.WriteJson(new { Output = OutputFile, Count = count });
        }
        else if (Json) Output.WriteJson(new { Predictions = answers.Select(describe).ToArray() });
        else if (Texts.Length > 0) foreach (var answer in answers) show(answer);
        else foreach (var answer in answers) Console.Out.WriteLine(Output.Line(describe(answer)));
        return 0;
    }
}
