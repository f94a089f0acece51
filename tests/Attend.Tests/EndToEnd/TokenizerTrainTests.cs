using System.Text.Json;
using Attend.Text.Tokenizers;

namespace Attend.Tests.EndToEnd;

public sealed class TokenizerTrainTests
{
    private const string Corpus = "the cat sat on the mat\nthe dog sat on the log\n猫在垫子上\ncats and dogs, and cats again\n";

    [Fact]
    public void TheFolderHoldsATokenizerOfTheSizeSaid()
    {
        using var folder = new TemporaryFolder();
        var corpus = folder.Write("corpus.txt", Corpus);
        var result = AttendProcess.Run("tokenizer", "train", "--type", "wordpiece", "--data", corpus, "--vocab-size", "60", "--out", folder.File("a/b"), "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(4, json.RootElement.GetProperty("text_count").GetInt64());
        var tokenizer = BertTokenizer.Load(folder.File("a/b"));
        Assert.Equal(tokenizer.VocabSize, json.RootElement.GetProperty("vocab_size").GetInt32());
        Assert.InRange(tokenizer.VocabSize, 45, 60);
        Assert.DoesNotContain(tokenizer.UnknownId, tokenizer.Encode("the cat sat on 垫子").Ids);
    }

    [Fact]
    public void WhatCannotBeTrainedOnIsTold()
    {
        using var folder = new TemporaryFolder();
        var corpus = folder.Write("corpus.txt", Corpus);
        Fails(1, "no such file", "--data", folder.File("none.txt"), "--out", folder.File("out"));
        Fails(1, "no file matches", "--data", folder.File("*.gz"), "--out", folder.File("out"));
        Fails(1, "holds no word", "--data", folder.Write("empty.txt", "\n \n"), "--out", folder.File("out"));
        Fails(2, "has no room", "--data", corpus, "--vocab-size", "20", "--out", folder.File("out"));
        Fails(2, "'letters'", "--data", corpus, "--type", "letters", "--out", folder.File("out"));
        File.WriteAllBytes(folder.File("latin.txt"), [.. "ok\nna"u8, 0xEF, .. "ve\n"u8]);
        Fails(1, "latin.txt:2", "--data", folder.File("latin.txt"), "--out", folder.File("out"));
        Assert.False(Directory.Exists(folder.File("out")), "nothing may be left behind");

        Fails(1, "is not empty", "--data", corpus, "--out", folder.Path);
        Assert.Equal(Corpus, File.ReadAllText(corpus));
    }

    private static void Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(["tokenizer", "train", .. arguments]);
        Assert.Contains(expected, result.Error);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.DoesNotContain("   at Attend", result.Error);
    }
}
