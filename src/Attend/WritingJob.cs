using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attend.Decoding;

namespace Attend;

/// <summary>Answers a file, line n out for text n in; what is done is on disk, and a stopped job goes on where it stood.</summary>
/// <remarks>Answers gather in OUTPUT.part, which gets its name when the last one is written.</remarks>
public sealed record WritingJob
{
    // Texts answered at once: enough for batches of like length, few enough that little is lost when the job is stopped.
    private const int WindowSize = 256;

    private static readonly JsonSerializerOptions LineJson = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The texts to answer.</summary>
    public required IEnumerable<string> Sources { get; init; }

    /// <summary>Where the answers go: .txt (the best, one a line) or .jsonl (all with their scores).</summary>
    public required string Output { get; init; }

    /// <summary>How to write; null = as the model was judged.</summary>
    public DecodingOptions? Options { get; init; }

    /// <summary>What must stand in every answer.</summary>
    public WritingDemands? Demands { get; init; }

    /// <summary>Go on with a job that was stopped.</summary>
    public bool Resume { get; init; }

    /// <summary>Answers everything.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="progress">Told how many texts are answered.</param>
    /// <param name="cancel">Stops; what is done stays.</param>
    /// <returns>How many texts were answered, those of earlier starts included, and how many sources were cut (of this start).</returns>
    /// <exception cref="ArgumentException">The output is of an unknown kind.</exception>
    /// <exception cref="IOException">Answers of a stopped job are there and <see cref="Resume"/> is not asked for, or the file cannot be written.</exception>
    public (long Count, long CutCount) Run(TextGenerator generator, Action<long>? progress = null, CancellationToken cancel = default)
    {
        var jsonLines = Path.GetExtension(Output).ToLowerInvariant() switch
        {
            ".jsonl" => true,
            ".txt" => false,
            var other => throw new ArgumentException($"{Output}: cannot write '{other}' files; known: .txt, .jsonl"),
        };
        var part = Output + ".part";
        if (!Resume && File.Exists(part)) throw new IOException($"{part} holds the answers of a job that was stopped: go on with it by --resume, or delete it.");
        var done = Resume ? CutToWholeLines(part) : 0;
        var (count, cut) = (done, 0L);
        using (var stream = new FileStream(part, FileMode.Append, FileAccess.Write, FileShare.Read))
        {
            foreach (var window in Sources.Skip((int)done).Chunk(WindowSize))
            {
                foreach (var writing in generator.Write(window, Options, Demands, cancel))
                {
                    stream.Write(Line(writing, jsonLines));
                    if (writing.CutTokenCount > 0) cut++;
                }
                stream.Flush(flushToDisk: true);
                count += window.Length;
                progress?.Invoke(count);
            }
        }
        File.Move(part, Output, overwrite: true);
        return (count, cut);
    }

    /// <summary>One answer as a line of a .txt or .jsonl file. A line break in a text is written as a blank where a line holds but one text.</summary>
    internal static byte[] Line(Writing writing, bool jsonLines)
    {
        var line = jsonLines
            ? JsonSerializer.Serialize(new { writing.Source, writing.Text, writing.Best, writing.CutTokenCount }, LineJson)
            : writing.Text.ReplaceLineEndings(" ");
        return Encoding.UTF8.GetBytes(line + "\n");
    }

    // A line that was cut by a kill is written anew.
    private static long CutToWholeLines(string path)
    {
        if (!File.Exists(path)) return 0;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var (lines, end, place) = (0L, 0L, 0L);
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0; place += read)
            for (var i = 0; i < read; i++)
                if (buffer[i] == '\n') (lines, end) = (lines + 1, place + i + 1);
        stream.SetLength(end);
        return lines;
    }
}
