using System.Text;
using Attend.Text.Data;

namespace Attend.Tests.Unit;

/// <summary>Texts without labels, and the fingerprint of a file.</summary>
public sealed class DataTextInputTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\n\n\r\nb\rc\0\r\n d\n\n", new[] { "a", "", "", "b\rc\0", " d", "" })]
    public void EachLineIsAText(string content, string[] expected)
    {
        Assert.Equal(expected, TextInput.Read(_folder.Write("t.txt", content)));
        Assert.Equal(expected, TextInput.Read(_folder.Write("t.txt.gz", content)));
        Assert.Equal(expected, PlainTextFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(content)), "standard input"));
        Assert.Equal(expected, PlainTextFile.Read(new StringReader(content)));
    }

    [Fact]
    public void AStreamGivesEachLineBeforeTheNextIsThere()
    {
        var written = new List<string> { "a\n", "\n", "字" + "\n" };
        using var lines = PlainTextFile.Read(new SlowStream(written), "standard input").GetEnumerator();
        Assert.True(lines.MoveNext());
        Assert.Equal(("a", 2), (lines.Current, written.Count));
        Assert.True(lines.MoveNext());
        Assert.Equal(("", 1), (lines.Current, written.Count));
        Assert.True(lines.MoveNext());
        Assert.Equal("字", lines.Current);
        Assert.False(lines.MoveNext());
    }

    [Fact]
    public void AStreamThatIsNotUtf8IsReportedUnderItsName()
    {
        var fault = Assert.Throws<DataFileException>(() => PlainTextFile.Read(new MemoryStream([(byte)'a', (byte)'\n', 0xFF]), "standard input").ToList());
        Assert.StartsWith("standard input:2: byte 0xFF at offset 2 is not UTF-8", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.csv", "id,text,label\n1,a,x\n2,b,\n")]
    [InlineData("t.csv", "text\na\nb\n")]
    [InlineData("t.csv", "text,label,class\na,x,y\nb,x,y\n")]
    [InlineData("t.tsv", "label\tutterance of the user\n1\ta\n2\tb\n")]
    [InlineData("t.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n")]
    public void TextsAreFoundInTables(string name, string content) => Assert.Equal(["a", "b"], TextInput.Read(_folder.Write(name, content)));

    [Fact]
    public void TextsAreFoundWithoutAHeader()
    {
        var options = new LabeledTextOptions { HasHeader = false };
        Assert.Equal(["a", "", "b"], TextInput.Read(_folder.Write("t.csv", "a\n\nb\n"), options));
        Assert.Equal(["a"], TextInput.Read(_folder.Write("t.csv", "a,1\n"), options));
        Assert.Equal(["c"], TextInput.Read(_folder.Write("t.csv", "a,b,c\n"), options with { TextColumn = "3" }));
        Assert.Equal(["b"], TextInput.Read(_folder.Write("t.csv", "a,b\n"), options with { LabelColumn = "1" }));
        Assert.Throws<DataFileException>(() => TextInput.Read(_folder.Write("t.csv", "a,b,c\n"), options));
    }

    [Fact]
    public void AHeaderThatMayBeDataIsNotSwallowed()
    {
        var fault = Assert.Throws<DataFileException>(() => TextInput.Read(_folder.Write("t.csv", "a fine film\na bad one\n")));
        Assert.Contains("use --no-header", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheKnownExtensionsIncludePlainText()
    {
        var fault = Assert.Throws<DataFileException>(() => TextInput.Read(_folder.Write("t.doc", "a")));
        Assert.Contains("expected .txt, .csv, .tsv, .jsonl, .parquet, each also with .gz", fault.Message, StringComparison.Ordinal);
        Assert.Throws<DataFileException>(() => TextInput.Read(_folder.Path("none.txt")));
    }

    [Fact]
    public void TheHashIsThatOfTheRawBytes()
    {
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", DatasetHash.Of(_folder.Write("abc", "abc")));
        var packed = _folder.Write("abc.gz", "abc");
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(packed))), DatasetHash.Of(packed));
        Assert.Throws<DataFileException>(() => DatasetHash.Of(_folder.Path("none")));
        Assert.Throws<DataFileException>(() => DatasetHash.Of(_folder.Root));
    }

    // Gives one piece a read, as a terminal does.
    private sealed class SlowStream(List<string> pieces) : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (pieces.Count == 0) return 0;
            var bytes = Encoding.UTF8.GetBytes(pieces[0]);
            pieces.RemoveAt(0);
            bytes.CopyTo(buffer, offset);
            return bytes.Length;
        }
    }
}
