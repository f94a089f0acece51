using System.Text.Json;
using Attend.Tests.Golden;
using Attend.Text.Vectors;
using Microsoft.Extensions.AI;

namespace Attend.Tests.EndToEnd;

/// <summary>`attend embed`, and Microsoft.Extensions.AI over the same encoder.</summary>
public sealed class EmbedCommandTests
{
    private static readonly string[] Texts = ["a cat sleeps", "", "two dogs run in the park", "一个苹果", "a cat sleeps", "the weather is fine"];

    [Theory]
    [InlineData("vectors.parquet")]
    [InlineData("vectors.jsonl")]
    public void RowNIsTextNAndIsFoundAgain(string name)
    {
        using var folder = new TemporaryFolder();
        var (input, output) = (folder.Write("texts.txt", string.Join('\n', Texts) + "\n"), folder.File(name));
        Succeeds("embed", TinyBert.Folder, "--input", input, "--output", output);
        var vectors = VectorFile.Read(output).ToArray();
        Assert.Equal(Texts, vectors.Select(vector => vector.Text));
        using var embedder = TextEmbedder.Load(TinyBert.Folder);
        for (var row = 0; row < Texts.Length; row++)
            foreach (var (left, right) in embedder.Embed(Texts[row]).Zip(vectors[row].Vector)) Assert.Equal(left, right, 1e-5f);

        using var found = JsonDocument.Parse(Succeeds("embed", TinyBert.Folder, "--vectors", output, "--query", "two dogs run in the park", "--query", "a cat sleeps", "--top", "2", "--json").Out);
        Assert.Equal(Texts.Length, found.RootElement.GetProperty("searched").GetInt32());
        var rows = found.RootElement.GetProperty("queries").EnumerateArray().Select(query => query.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("row").GetInt32()).ToArray()).ToArray();
        Assert.Equal((2, 3), (rows[0].Length, rows[0][0]));
        Assert.Equal([1, 5], rows[1]);

        Fails(1, "holds vectors of 3 dimensions", "embed", TinyBert.Folder, "--vectors", folder.Write("other.jsonl", "{\"text\": \"a\", \"vector\": [1, 2, 3]}\n"), "--query", "a");
    }

    [Fact]
    public void VectorsGoToStandardOutputAndTextsAreSearchedAtOnce()
    {
        using var folder = new TemporaryFolder();
        var streamed = AttendProcess.RunWith("one\ntwo\n", "embed", TinyBert.Folder, "--dimensions", "4");
        Assert.Equal(["one", "two"], streamed.Out.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).Select(line => $"{line.GetProperty("text")}{(line.GetProperty("vector").GetArrayLength() == 4 ? "" : "?")}"));
        Assert.Contains("no modules.json", streamed.Error, StringComparison.Ordinal);
        var searched = Succeeds("embed", TinyBert.Folder, "--input", folder.Write("texts.csv", "id,text\n7,a cat\n8,a dog\n"), "--query", "a dog", "--top", "1", "--pooling", "cls");
        Assert.Contains("1.0000  2  a dog", searched.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("no modules.json", searched.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatCannotBeDoneIsToldAndLosesNothing()
    {
        using var folder = new TemporaryFolder();
        var (texts, kept) = (folder.Write("texts.txt", "a\nb\n"), folder.Write("kept.jsonl", "before"));
        Fails(2, "--query needs vectors", "embed", TinyBert.Folder, "--query", "a");
        Fails(2, "give a --query", "embed", TinyBert.Folder, "--vectors", kept);
        Fails(2, "exclude each other", "embed", TinyBert.Folder, "--input", texts, "--text", "a");
        Fails(2, "5000 dimensions", "embed", TinyBert.Folder, "--input", texts, "--dimensions", "5000");
        Fails(2, "known: .parquet, .jsonl", "embed", TinyBert.Folder, "--input", texts, "--output", folder.File("v.npy"));
        Fails(1, "no-such-model", "embed", "no-such-model", "--input", texts);
        Fails(1, "missing.txt", "embed", TinyBert.Folder, "--input", folder.File("missing.txt"), "--output", kept);
        Fails(1, "holds no text", "embed", TinyBert.Folder, "--input", folder.Write("empty.txt", ""), "--output", kept);
        Fails(1, "bad.csv:3", "embed", TinyBert.Folder, "--input", folder.Write("bad.csv", "id,text\n1,a\n\"2,b\n"), "--output", kept);
        Fails(1, "kept.jsonl:1", "embed", TinyBert.Folder, "--vectors", kept, "--query", "a");
        Assert.Equal("before", File.ReadAllText(kept));
        Assert.Equal(4, Directory.GetFiles(Path.GetDirectoryName(kept)!).Length);
    }

    [Fact]
    public async Task MicrosoftExtensionsAiGetsTheSameVectors()
    {
        using var embedder = TextEmbedder.Load(TinyBert.Folder);
        var generator = (IEmbeddingGenerator<string, Embedding<float>>)embedder.GetService(typeof(IEmbeddingGenerator<string, Embedding<float>>))!;
        var token = TestContext.Current.CancellationToken;
        var several = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => generator.GenerateAsync(Texts, cancellationToken: token)));
        var expected = embedder.Embed(Texts, token);
        foreach (var generated in several)
        {
            Assert.Equal(expected, generated.Select(embedding => embedding.Vector.ToArray()));
            Assert.True(generated.Usage!.InputTokenCount > 2 * Texts.Length);
        }
        var cut = await generator.GenerateVectorAsync("a cat", new EmbeddingGenerationOptions { Dimensions = 3 }, token);
        Assert.Equal(3, cut.Length);
        Assert.Equal(1, Cosine.Between(cut.Span, embedder.Embed("a cat").AsSpan(0, 3)), 1e-6);
        var metadata = (EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!;
        Assert.Equal(("attend", embedder.DimensionCount), (metadata.ProviderName, metadata.DefaultModelDimensions));
        Assert.Null(generator.GetService(typeof(string)));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 5000 }, token));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["a"], cancellationToken: cancelled.Token));
    }

    private static AttendProcess.Result Succeeds(params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private static void Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Error}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
