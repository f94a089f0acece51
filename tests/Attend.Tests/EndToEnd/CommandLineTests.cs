using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Attend.Text.Tokenizers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Attend.Tests.EndToEnd;

public sealed class CommandLineTests(TrainedRun run) : IClassFixture<TrainedRun>
{
    [Fact]
    public void TrainingLearnsAndLeavesAWholeModelFolder()
    {
        Assert.Equal(0, run.Result.ExitCode);
        using var json = JsonDocument.Parse(run.Result.Out);
        Assert.True(json.RootElement.GetProperty("dev").GetProperty("accuracy").GetDouble() > 0.9);
        foreach (var name in new[] { "config.json", "model.safetensors", "vocab.txt", "tokenizer_config.json", "run.json", "log.jsonl" })
            Assert.True(File.Exists(Path.Combine(run.Folder, name)), name);
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "config.json")));
        Assert.Equal("bert", config.RootElement.GetProperty("model_type").GetString());
        Assert.Equal("BertForSequenceClassification", config.RootElement.GetProperty("architectures")[0].GetString());
        Assert.Equal("工具", config.RootElement.GetProperty("id2label").GetProperty("1").GetString());
        using var card = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "run.json")));
        Assert.Equal("finished", card.RootElement.GetProperty("status").GetString());
        Assert.Equal(64, card.RootElement.GetProperty("train").GetProperty("sha256").GetString()!.Length);
        var tokenizer = card.RootElement.GetProperty("tokenizer").GetProperty("files").EnumerateArray().Single(file => file.GetProperty("name").GetString() == "vocab.txt");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(run.Folder, "vocab.txt")))), tokenizer.GetProperty("sha256").GetString());
        Assert.True(card.RootElement.GetProperty("machine").GetProperty("logical_processors").GetInt32() > 0);
        Assert.StartsWith("classification|", card.RootElement.GetProperty("metric_signature").GetString());
        var last = card.RootElement.GetProperty("history")[card.RootElement.GetProperty("best_epoch").GetInt32() - 1];
        var accuracy = last.GetProperty("dev_metrics").GetProperty("accuracy").GetDouble();
        Assert.InRange(accuracy, last.GetProperty("interval").GetProperty("low").GetDouble(), last.GetProperty("interval").GetProperty("high").GetDouble());
        var page = File.ReadAllText(Path.Combine(run.Folder, "run.html"));
        foreach (var text in new[] { tokenizer.GetProperty("sha256").GetString()!, "learning_rate", "Energy", "max_input_tokens", "bootstrap|" }) Assert.Contains(text, page);
        Assert.Contains("dev loss", run.Result.Error);
    }

    [Fact]
    public void PredictAnswersTheSameByEveryWay()
    {
        string[] texts = ["please one new apple", "", "我要一个 扳手", "the   red\thammer"];
        var single = texts.Select(text =>
        {
            using var json = JsonDocument.Parse(AttendProcess.Run("predict", run.Folder, "--text", text, "--json").Out);
            return json.RootElement.GetProperty("predictions")[0].GetProperty("probability").GetDouble();
        }).ToArray();
        var lines = AttendProcess.RunWith(string.Concat(texts.Select(text => text + "\n")), "predict", run.Folder).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(texts.Length, lines.Length);
        Assert.StartsWith("fruit\t", lines[0]);
        Assert.StartsWith("工具\t", lines[2]);

        var input = run.File("new.txt");
        File.WriteAllLines(input, texts);
        Assert.Equal(0, AttendProcess.Run("predict", run.Folder, "--input", input, "--output", run.File("answers.jsonl")).ExitCode);
        var written = File.ReadAllLines(run.File("answers.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(texts, written.Select(line => line.GetProperty("text").GetString()));
        foreach (var (left, right) in single.Zip(written)) Assert.Equal(left, right.GetProperty("probability").GetDouble(), 1e-5);
    }

    [Theory]
    [InlineData("onnx", "onnx/model.onnx")]
    [InlineData("safetensors", "model.safetensors")]
    [InlineData("safetensors-bf16", "model.safetensors")]
    public void ExportGivesTheModelBack(string format, string weights)
    {
        using var folder = new TemporaryFolder();
        var result = AttendProcess.Run("export", run.Folder, "--format", format, "--out", folder.File("model"), "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        var files = json.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetString()!).ToArray();
        Assert.Contains(weights, files);
        Assert.Contains("config.json", files);
        Assert.All(files, file => Assert.True(File.Exists(folder.File("model", file)), file));
        if (format != "onnx") Assert.Contains(">  fruit", AttendProcess.Run("predict", folder.File("model"), "--text", "please one new apple").Out);
        Assert.Equal(1, AttendProcess.Run("export", run.Folder, "--out", folder.File("model")).ExitCode);
        if (format == "onnx") AssertOnnxRuntimeAnswersTheSame(folder.File("model"));
    }

    // Real texts, through the tokenizer of the export.
    private void AssertOnnxRuntimeAnswersTheSame(string export)
    {
        using var classifier = TextClassifier.Load(run.Folder, "cpu");
        using var session = new InferenceSession(Path.Combine(export, "onnx", "model.onnx"));
        var tokenizer = TokenizerFolder.Load(Path.Combine(export, "tokenizer.json"));
        foreach (var text in new[] { "please one new apple", "我要一个 扳手", "the red hammer and the plum, today" })
        {
            var ids = Array.ConvertAll(tokenizer.Encode(text).Ids.ToArray(), id => (long)id);
            NamedOnnxValue Input(string name, long[] values) => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(values, [1, values.Length]));
            using var results = session.Run([Input("input_ids", ids), Input("attention_mask", [.. ids.Select(_ => 1L)]), Input("token_type_ids", new long[ids.Length])]);
            var logits = results.Single().AsTensor<float>().ToArray();
            var sum = logits.Sum(logit => Math.Exp(logit - logits.Max()));
            foreach (var (label, probability) in classifier.Predict(text).Probabilities)
                Assert.Equal(probability, Math.Exp(logits[classifier.Labels.ToList().IndexOf(label)] - logits.Max()) / sum, 1e-4);
        }
    }

    [Fact]
    public void EvaluateWritesFiguresPicturesAndAPage()
    {
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", run.Dev, "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        var folder = json.RootElement.GetProperty("folder").GetString()!;
        Assert.Equal(Path.Combine(run.Folder, "evaluation", "dev"), folder);
        using var metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json")));
        Assert.Equal(60, metrics.RootElement.GetProperty("data").GetProperty("example_count").GetInt32());
        // The best epoch was chosen by this very figure on this very file.
        using var card = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "run.json")));
        var best = card.RootElement.GetProperty("history")[card.RootElement.GetProperty("best_epoch").GetInt32() - 1];
        Assert.Equal(best.GetProperty("dev_metrics").GetProperty("accuracy").GetDouble(), metrics.RootElement.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 12);
        Assert.Equal(60, File.ReadLines(Path.Combine(folder, "predictions.jsonl")).Count());
        // Half of the texts are fruit; a list of words tells them from tools.
        var baselines = metrics.RootElement.GetProperty("baselines").EnumerateArray().ToDictionary(baseline => baseline.GetProperty("name").GetString()!, baseline => baseline.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal(0.5, baselines["majority class"]);
        Assert.True(baselines["bag of words"] > 0.9);
        Assert.Contains(metrics.RootElement.GetProperty("notes").EnumerateArray(), note => note.GetString()!.Contains("best epoch was chosen"));
        foreach (var picture in new[] { "confusion_matrix.png", "curves.png", "reliability.png", "precision_recall.png" })
            Assert.Equal([0x89, 0x50, 0x4e, 0x47], File.ReadAllBytes(Path.Combine(folder, picture))[..4]);
        var page = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("data:image/png;base64,", page);
        Assert.Contains("工具", page);
        Assert.Contains("Beside baselines", page);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void InfoTellsWhatTheModelIsWithoutLoadingTheEngine()
    {
        var result = AttendProcess.Run("info", run.Folder);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("bert", result.Out);
        Assert.Contains("fruit, 工具", result.Out);
        Assert.Contains("240 examples", result.Out);
        using var json = JsonDocument.Parse(AttendProcess.Run("info", run.Folder, "--json").Out);
        Assert.True(json.RootElement.GetProperty("parameter_count").GetInt64() > 100_000);
    }

    [Fact]
    public void DoctorFindsThisMachineFit()
    {
        var result = AttendProcess.Run("doctor", "--json");
        using var json = JsonDocument.Parse(result.Out);
        Assert.True(json.RootElement.GetProperty("healthy").GetBoolean(), result.Out);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void SeveralProcessesStartTheEngineAtOnce()
    {
        var processes = Enumerable.Range(0, 4).Select(_ => AttendProcess.Start("doctor", "--json")).ToArray();
        foreach (var process in processes)
        {
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }
    }

    [Fact]
    public void EveryVerbHasHelpWithAnExampleAndALineInTheList()
    {
        var root = App.Program.CreateRoot(CancellationToken.None);
        var list = Help([]);
        foreach (var verb in root.Subcommands) Assert.Contains(list.Split('\n'), line => line.StartsWith($"  {verb.Name} ", StringComparison.Ordinal) && line.TrimEnd().EndsWith('.'));
        foreach (var path in Leaves(root, []))
        {
            var help = Help(path);
            Assert.True(help.Contains("Example", StringComparison.Ordinal) && help.Contains($"attend {string.Join(' ', path)}", StringComparison.Ordinal), $"no example: {string.Join(' ', path)}");
            Assert.True(help.Contains("--json", StringComparison.Ordinal), $"no --json: {string.Join(' ', path)}");
        }

        static IEnumerable<string[]> Leaves(System.CommandLine.Command command, string[] path) =>
            command.Subcommands.Count == 0 ? [path] : command.Subcommands.SelectMany(child => Leaves(child, [.. path, child.Name]));

        static string Help(string[] path)
        {
            using var output = new StringWriter();
            Assert.Equal(0, App.Program.CreateRoot(CancellationToken.None).Parse([.. path, "--help"]).Invoke(new System.CommandLine.InvocationConfiguration { Output = output }));
            return output.ToString();
        }
    }

    [Fact]
    public void AMistypedVerbIsToldWithoutAPageOfHelp()
    {
        var result = AttendProcess.Run("trian", "--data", "x");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("trian", result.Error);
        Assert.True((result.Out + result.Error).Length < 600);
    }

    [Fact]
    public void HelpLoadsNoLibtorch()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "asks the loader by LD_DEBUG");
        string Loaded(params string[] arguments)
        {
            using var process = AttendProcess.Start(new Dictionary<string, string> { ["LD_DEBUG"] = "files" }, arguments);
            _ = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return error;
        }
        Assert.DoesNotContain("libtorch_cpu", Loaded("train", "classify", "--help"));
        Assert.Contains("libtorch_cpu", Loaded("doctor"));
    }

    [Fact]
    public void KilledAndResumedIsUninterrupted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends signals");
        string[] Command(string name) => ["train", "classify", "--data", run.Train, "--dev", run.Dev, "--out", run.File(name), "--epochs", "6", "--batch-size", "8", "--seed", "5", "--max-input-tokens", "24", "--checkpoint-seconds", "0.3"];
        Assert.Equal(0, AttendProcess.Run(Command("whole")).ExitCode);

        KillWhenLogged("SIGKILL", 20, 137);
        KillWhenLogged(AttendProcess.InterruptSignal, 100, 130);
        Assert.Equal(0, AttendProcess.Run([.. Command("cut"), "--resume"]).ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(run.File("whole"), "log.jsonl")), File.ReadAllText(Path.Combine(run.File("cut"), "log.jsonl")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(run.File("whole"), "model.safetensors")), File.ReadAllBytes(Path.Combine(run.File("cut"), "model.safetensors")));

        void KillWhenLogged(string signal, int updates, int exitCode)
        {
            var log = Path.Combine(run.File("cut"), "log.jsonl");
            using var process = AttendProcess.Start([.. Command("cut"), .. File.Exists(log) ? ["--resume"] : Array.Empty<string>()]);
            _ = process.StandardError.ReadToEndAsync();
            while (!process.HasExited && (!File.Exists(log) || File.ReadLines(log).Count() < updates)) Thread.Sleep(5);
            Assert.False(process.HasExited, "the run ended before it could be interrupted");
            using (var kill = Process.Start("kill", ["-s", signal[3..], process.Id.ToString()])) kill.WaitForExit();
            process.WaitForExit();
            Assert.Equal(exitCode, process.ExitCode);
        }
    }
}
