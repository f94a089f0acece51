using System.Reflection;
using System.Text.RegularExpressions;
using PublicApiGenerator;

namespace Attend.Tests.Unit;

/// <summary>The rules of ARCHITECTURE.md that a machine can check: direction of references, size of files, public surface.</summary>
public sealed partial class HouseTests
{
    // What each namespace of Attend may use, besides itself and Attend.Text. Arrows never turn back.
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Attend.Runtime"] = [],
        ["Attend.Onnx"] = ["Attend.Runtime"],
        ["Attend.Layers"] = ["Attend.Onnx", "Attend.Runtime"],
        ["Attend.Models"] = ["Attend.Onnx", "Attend.Layers", "Attend.Runtime"],
        ["Attend.Checkpoints"] = ["Attend.Onnx", "Attend.Models", "Attend.Layers", "Attend.Runtime"],
        ["Attend.Plots"] = [],
        ["Attend.Decoding"] = ["Attend.Models", "Attend.Layers", "Attend.Runtime"],
        ["Attend.Tasks"] = ["Attend.Decoding", "Attend.Checkpoints", "Attend.Models", "Attend.Layers", "Attend.Runtime"],
        ["Attend.Training"] = ["Attend.Tasks", "Attend.Decoding", "Attend.Checkpoints", "Attend.Models", "Attend.Layers", "Attend.Runtime"],
        ["Attend"] = ["Attend.Onnx", "Attend.Training", "Attend.Plots", "Attend.Tasks", "Attend.Decoding", "Attend.Checkpoints", "Attend.Models", "Attend.Layers", "Attend.Runtime"],
    };

    [Fact]
    public void ReferencesBetweenNamespacesNeverTurnBack()
    {
        var wrong = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories).Where(IsSource))
        {
            var text = File.ReadAllText(file);
            var owner = NamespaceDeclaration().Match(text).Groups[1].Value;
            foreach (var name in UsedNamespaces().Matches(text).Select(m => m.Groups[1].Value).Distinct())
            {
                if (!name.StartsWith("Attend", StringComparison.Ordinal) || name == owner) continue;
                var allowed = owner.StartsWith("Attend.App", StringComparison.Ordinal)
                    || (owner.StartsWith("Attend.Text", StringComparison.Ordinal) ? name.StartsWith("Attend.Text", StringComparison.Ordinal)
                        : name.StartsWith("Attend.Text", StringComparison.Ordinal) || (MayUse.TryGetValue(owner, out var uses) && uses.Contains(name)));
                if (!allowed) wrong.Add($"{Path.GetRelativePath(Repository.Root, file)}: {owner} must not use {name}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void TextLibraryReferencesNoTensorLibrary()
    {
        var references = typeof(Text.Tokenizers.ITokenizer).Assembly.GetReferencedAssemblies().Select(a => a.Name!).ToArray();
        Assert.DoesNotContain(references, name => name.StartsWith("TorchSharp", StringComparison.Ordinal) || name == "Attend");
    }

    // Above 500 lines a file needs a reason, given here.
    private static readonly Dictionary<string, string> LongFiles = [];

    [Fact]
    public void SourceFilesStayShort()
    {
        var tooLong = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories))
            .Where(IsSource)
            .Select(file => (Name: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > 500 && !LongFiles.ContainsKey(file.Name));
        Assert.Empty(tooLong);
    }

    /// <summary>To accept a changed surface: ATTEND_APPROVE=1 dotnet test, then review the text file's diff.</summary>
    [Theory]
    [InlineData("Attend.Text")]
    [InlineData("Attend")]
    public void PublicSurfaceIsApproved(string assembly)
    {
        var surface = Assembly.Load(assembly).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").Trim() + "\n";
        var file = Repository.Path("tests", "Attend.Tests", "Unit", $"{assembly}.approved.txt");
        if (Environment.GetEnvironmentVariable("ATTEND_APPROVE") == "1") File.WriteAllText(file, surface);
        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", surface);
    }

    private static bool IsSource(string file) => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(@"^(?:global )?using (?:static )?(Attend[\w.]*)", RegexOptions.Multiline)]
    private static partial Regex UsedNamespaces();
}
