namespace Attend.Tests.EndToEnd;

/// <summary>A language model, pre-trained for a few seconds through the command line on sentences of a small world.</summary>
public sealed class PretrainedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PretrainedRun()
    {
        Text = _folder.Write("text.txt", World(80, 1));
        HeldOut = _folder.Write("held-out.txt", World(12, 2));
        Folder = _folder.File("run");
        Result = AttendProcess.Run([.. Command(Folder), "--json"]);
    }

    internal AttendProcess.Result Result { get; }

    public string Text { get; }

    public string HeldOut { get; }

    public string Folder { get; }

    public string File(string name) => _folder.File(name);

    public string[] Command(string output) =>
    [
        "pretrain", "--text", Text, "--dev", HeldOut, "--size", "tiny", "--vocab-size", "200", "--max-input-tokens", "32", "--batch-size", "16", "--steps", "40",
        "--evaluations", "2", "--learning-rate", "3e-3", "--cache", _folder.File("cache"), "--out", output,
    ];

    public void Dispose() => _folder.Dispose();

    // Each document is about one thing, and says things that hold of it.
    public static string World(int documents, int seed)
    {
        (string Name, string[] Facts)[] things =
        [
            ("fire", ["fire is hot.", "fire gives light.", "the fire burns wood.", "nobody touches fire."]),
            ("ice", ["ice is cold.", "ice floats on water.", "the ice melts in spring.", "children slide on ice."]),
            ("雪", ["雪是白的。", "冬天下雪。", "雪很冷。", "孩子们玩雪。"]),
        ];
        var random = new Random(seed);
        return string.Join("\n\n", Enumerable.Range(0, documents).Select(document =>
            string.Join('\n', Enumerable.Range(0, 12).Select(_ => things[document % things.Length].Facts[random.Next(4)])))) + "\n";
    }
}
