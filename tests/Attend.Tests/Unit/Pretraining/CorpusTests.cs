using System.IO.Compression;
using Attend.Text.Data;
using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Pretraining;

public sealed class CorpusTests
{
    private static readonly BertTokenizer Tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "sun", "##ny", "day", ".", "你", "好", "。"]);

    [Fact]
    public void DocumentsAreDividedByEmptyLinesAndByFiles()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", "one\ntwo\n\n \nthree\r\n");
        using (var zip = new GZipStream(File.Create(folder.File("b.txt.gz")), CompressionLevel.Fastest)) zip.Write("four"u8);
        var corpus = Corpus.Open([folder.File("*.txt*")]);
        Assert.Equal([("one", true, 0, 1L), ("two", false, 0, 2), ("three", true, 0, 5), ("four", true, 1, 1)],
            corpus.Lines().Select(line => (line.Text, line.BeginsDocument, line.File, line.Line)));
    }

    [Fact]
    public void PatternsFindFilesInOrderAndNoneTwice()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("x", "y"));
        foreach (var name in new[] { "b.txt", "a.txt", "x/c.txt", "x/y/d.txt", "e.md" }) folder.Write(name, "text");
        string[] Find(params string[] patterns) => [.. Corpus.Open([.. patterns.Select(pattern => folder.File(pattern))]).Files.Select(file => Path.GetRelativePath(folder.Path, file))];
        Assert.Equal(["a.txt", "b.txt"], Find("*.txt"));
        Assert.Equal(["b.txt", "a.txt"], Find("b.txt", "?.txt"));
        Assert.Equal(["a.txt", "b.txt", "x/c.txt", "x/y/d.txt"], Find("**/*.txt"));
        Assert.Equal(["x/c.txt"], Find("x/*.txt"));
        Assert.Contains("no file has such a name", Assert.Throws<DataFileException>(() => Find("*.gz")).Message);
        Assert.Contains("no such file", Assert.Throws<DataFileException>(() => Find("z.txt")).Message);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 10, 0, 1, 2 }, "bad.txt:2", "no text file")]
    [InlineData(new byte[] { (byte)'a', 10, (byte)'n', 0xE9, (byte)'e', 10 }, "bad.txt:2", "iconv")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "bad.txt", ".gz")]
    public void WhatIsNoTextIsNamedWithItsLine(byte[] content, string place, string advice)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("bad.txt"), content);
        var fault = Assert.Throws<DataFileException>(() => Corpus.Open([folder.File("bad.txt")]).Lines().Count());
        Assert.Contains(place, fault.Message);
        Assert.Contains(advice, fault.Message);
    }

    [Fact]
    public void ACacheHoldsTheTokensOfEachSentence()
    {
        using var folder = new TemporaryFolder();
        using var cache = Make(folder, "Sunny day. Day.\n你好。\n\nsun\n");
        Assert.Equal((2, 4, 10), (cache.DocumentCount, cache.SentenceCount, cache.TokenCount));
        Assert.Equal([4, 2, 3], cache.SentencesOf(0).ToArray().Select(length => (int)length));
        Assert.Equal([1], cache.SentencesOf(1).ToArray().Select(length => (int)length));
        var (ids, continues) = (new int[10], new bool[10]);
        cache.Read(0, ids.AsSpan(0, 9), continues.AsSpan(0, 9));
        Assert.Equal("sun ##ny day . day . 你 好 。", string.Join(' ', ids.Take(9).Select(Tokenizer.TokenOf)));
        Assert.Equal([1], continues.Index().Where(entry => entry.Item).Select(entry => entry.Index));
        Assert.Equal(16, cache.CountCharacters([0]));
    }

    [Fact]
    public void ALargeVocabularyTakesFourBytes()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, 40000).Select(index => $"w{index}"), "##x"]);
        using var cache = Make(folder, "w39999 w7x\n\nw0\n", tokenizer);
        var (ids, continues) = (new int[4], new bool[4]);
        cache.Read(0, ids, continues);
        Assert.Equal(["w39999", "w7", "##x", "w0"], ids.Select(tokenizer.TokenOf));
        Assert.Equal([false, false, true, false], continues);
    }

    [Fact]
    public void ACacheOfOtherDataOrOfAnotherTokenizerOrADamagedOneIsRefused()
    {
        using var folder = new TemporaryFolder();
        Make(folder, "sun\n").Dispose();
        var path = folder.File("cache1");
        var key = TokenCacheKey.Of(Corpus.Open([folder.File("text.txt")]), Tokenizer);
        TokenCache.Open(path, key).Dispose();
        var other = key with { CorpusHash = new string('a', 64) };
        Assert.Contains("another corpus", Assert.Throws<DataFileException>(() => TokenCache.Open(path, other)).Message);
        other = key with { TokenizerHash = TokenCacheKey.HashOf(new BertTokenizer(Tokenizer.Vocabulary, new BertTokenizerOptions { DoLowerCase = false })) };
        Assert.Contains("another tokenizer", Assert.Throws<DataFileException>(() => TokenCache.Open(path, other)).Message);
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Contains("cut short", Assert.Throws<DataFileException>(() => TokenCache.Open(path, key)).Message);
        }
    }

    [Fact]
    public void ACorpusWithoutTextIsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no text", Assert.Throws<DataFileException>(() => Make(folder, "\n \n")).Message);
    }

    [Fact]
    public void HeldOutDocumentsDependOnTheirTextAloneAndAreNeverNoneOrAll()
    {
        using var folder = new TemporaryFolder();
        var documents = Enumerable.Range(0, 400).Select(index => $"sun {string.Concat(Enumerable.Repeat("day ", index + 1))}").ToArray();
        using var cache = Make(folder, string.Join("\n\n", documents));
        using var reversed = Make(folder, string.Join("\n\n", documents.Reverse()));
        var (train, heldOut) = cache.Split(0.1);
        Assert.InRange(heldOut.Length, 20, 60);
        Assert.Equal(Enumerable.Range(0, 400), train.Concat(heldOut).Order());
        Assert.Equal(heldOut.Select(document => 399 - document).Order(), reversed.Split(0.1).HeldOut);
        Assert.Single(cache.Split(1e-9).HeldOut);
        using var single = Make(folder, "sun day");
        Assert.Empty(single.Split(0.1).HeldOut);
    }

    [Fact]
    public void ALongDocumentWithoutLineBreaksIsOneDocument()
    {
        using var folder = new TemporaryFolder();
        using var cache = Make(folder, string.Concat(Enumerable.Repeat("sunny day sun ", 100_000)));
        Assert.Equal((1, 400_000), (cache.DocumentCount, cache.TokenCount));
        Assert.True(cache.SentenceCount > 300);
    }

    internal static TokenCache Make(TemporaryFolder folder, string text, ITokenizer? tokenizer = null)
    {
        tokenizer ??= Tokenizer;
        var corpus = Corpus.Open([folder.Write("text.txt", text)]);
        var key = TokenCacheKey.Of(corpus, tokenizer);
        var path = folder.File($"cache{Directory.GetFiles(folder.Path).Length}");
        using (var stream = File.Create(path)) TokenCacheWriter.Write(stream, corpus, tokenizer, key);
        return TokenCache.Open(path, key);
    }
}
