using System.IO.Compression;
using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataTextCorpusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-corpus-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        using var file = File.Create(path);
        using var stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file;
        stream.Write(System.Text.Encoding.UTF8.GetBytes(content));
        return path;
    }

    [Fact]
    public void FilesPatternsAndTablesAreReadInOrder()
    {
        Write("b.txt.gz", "three\nfour\n");
        Write("a.txt.gz", "one\r\n\r\ntwo");
        var table = Write("t.csv", "text,label\nfive,x\n");
        var plain = Write("corpus", "six\n");
        var corpus = TextCorpus.Open([Path.Combine(_folder, "*.txt.gz"), table, plain]);
        var read = new List<long>();
        Assert.Equal(["one", "", "two", "three", "four", "five", "six"], corpus.Read(read.Add));
        Assert.Equal(corpus.Bytes, read[^1]);
        Assert.Equal(4, corpus.Files.Count);
    }

    [Fact]
    public void PatternsMayStandAnywhereInThePath()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "en-1"));
        Directory.CreateDirectory(Path.Combine(_folder, "en-2"));
        Write(Path.Combine("en-2", "x.txt"), "two\n");
        Write(Path.Combine("en-1", "x.txt"), "one\n");
        Write("en-3", "a file, no folder\n");
        Assert.Equal(["one", "two"], TextCorpus.Open([Path.Combine(_folder, "en-?", "*.txt")]).Read());
        Assert.Equal(["one", "two"], TextCorpus.Open([Path.Combine(_folder, "*", "x.txt")]).Read());
    }

    [Fact]
    public void WhatCannotBeReadIsNamed()
    {
        var file = Write("a.txt", "x\n");
        Assert.Contains("no such file", Assert.Throws<DataFileException>(() => TextCorpus.Open([Path.Combine(_folder, "none.txt")])).Message);
        Assert.Contains("no file matches", Assert.Throws<DataFileException>(() => TextCorpus.Open([Path.Combine(_folder, "*.md")])).Message);
        Assert.Contains("twice", Assert.Throws<DataFileException>(() => TextCorpus.Open([file, Path.Combine(_folder, "*.txt")])).Message);
    }
}
