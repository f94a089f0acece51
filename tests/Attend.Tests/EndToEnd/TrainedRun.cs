namespace Attend.Tests.EndToEnd;

/// <summary>One small run, trained once through the command line, for the tests that use a model.</summary>
public sealed class TrainedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainedRun()
    {
        Train = _folder.Write("train.tsv", Table(240, 1));
        Dev = _folder.Write("dev.tsv", Table(60, 2));
        Folder = _folder.File("run");
        Result = AttendProcess.Run("train", "classify", "--data", Train, "--dev", Dev, "--out", Folder, "--epochs", "6", "--batch-size", "16", "--learning-rate", "3e-3", "--max-input-tokens", "24", "--json");
    }

    internal AttendProcess.Result Result { get; }

    public string Train { get; }

    public string Dev { get; }

    public string Folder { get; }

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    // Fruit or tools, with words in common: learnable, in English and Chinese.
    public static string Table(int rows, int seed)
    {
        string[] fruit = ["apple", "pear", "cherry", "plum", "苹果", "香蕉"], tools = ["hammer", "saw", "drill", "wrench", "锤子", "扳手"];
        string[] around = ["I", "want", "the", "new", "red", "one", "please", "today", "我要", "一个"];
        var random = new Random(seed);
        var lines = Enumerable.Range(0, rows).Select(row =>
        {
            var words = Enumerable.Range(0, random.Next(2, 9)).Select(_ => around[random.Next(around.Length)]).ToList();
            words.Insert(random.Next(words.Count), (row % 2 == 0 ? fruit : tools)[random.Next(6)]);
            return $"{string.Join(' ', words)}\t{(row % 2 == 0 ? "fruit" : "工具")}";
        });
        return "text\tlabel\n" + string.Join('\n', lines) + "\n";
    }
}
