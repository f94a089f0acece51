using System.Text.RegularExpressions;

namespace Attend.Tests.Docs;

/// <summary>What README.md tells a reader to type works as it stands there.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.Path("README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void TheCommandsRunInOrder()
    {
        using var folder = new TemporaryFolder();
        foreach (var line in Block("console").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = Words().Matches(line).Select(word => word.Value.Trim('"')).Select(word =>
                word.StartsWith("data/", StringComparison.Ordinal) ? Repository.Path(word.Split('/')) : word.StartsWith("runs/", StringComparison.Ordinal) ? folder.File(word) : word).ToArray();
            Assert.Equal("attend", words[0]);
            // Two epochs instead of eight: whether it learns is tested elsewhere.
            var arguments = words[1..].Select(word => word == "8" ? "2" : word).ToArray();
            var result = EndToEnd.AttendProcess.Run(arguments);
            Assert.True(result.ExitCode == 0, $"{line}\n{result.Error}");
        }
        Assert.True(File.Exists(folder.File("runs", "intents", "evaluation", "test", "report.html")));
        Assert.Equal(182, File.ReadLines(folder.File("runs", "answers.jsonl")).Count());
    }

    /// <summary>The same statements as the README's, compiled here; the first assertion holds the two together.</summary>
    [Fact]
    public void TheLibraryExampleCompilesAndRuns()
    {
        var here = File.ReadAllText(Repository.Path("tests", "Attend.Tests", "Docs", "ReadmeTests.cs"));
        foreach (var statement in Block("csharp").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("using Attend", StringComparison.Ordinal)))
            Assert.Contains(statement.Replace("\"data/intents/train.tsv\"", "data").Replace("\"runs/readme\"", "run").Replace("Console.", "output."), here);

        using var folder = new TemporaryFolder();
        var (data, run, output) = (Repository.Path("data", "intents", "train.tsv"), folder.File("run"), new StringWriter());
        var card = new ClassifierTraining { Data = data, Out = run, Options = new() { Epochs = 2, LearningRate = 1e-3 } }.Run();

        using var classifier = TextClassifier.Load(run);
        var answer = classifier.Predict("my card was charged twice");
        output.WriteLine($"{answer.Label} {answer.Probability:0.00}");
        Assert.Contains(classifier.Labels, label => output.ToString().StartsWith(label, StringComparison.Ordinal));
        Assert.Equal(2, card.History.Count);
    }

    [Fact]
    public void LinksLeadSomewhere()
    {
        foreach (var file in new[] { "README.md", "ARCHITECTURE.md" })
            foreach (Match link in Links().Matches(File.ReadAllText(Repository.Path(file))))
                if (!link.Groups[1].Value.StartsWith("https://", StringComparison.Ordinal))
                    Assert.True(Path.Exists(Repository.Path(link.Groups[1].Value.Split('/'))), $"{file}: {link.Groups[1].Value}");
    }

    private static string Block(string language) => Regex.Match(Readme, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Links();
}
