using System.Text;
using Attend.Text.Data;

namespace Attend.Tests.Unit;

/// <summary>CSV and TSV, the choice of columns, and what can be wrong with any text file.</summary>
public sealed class DataTableFileTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Rows as "line:cell|cell".
    private static string[] Rows(string path, bool hasHeader = true)
    {
        var table = TableFile.Open(path, hasHeader);
        int[] all = [.. Enumerable.Range(0, table.Columns.Count)];
        return [.. table.Rows(all).Select(row => $"{row.Line}:{string.Join('|', all.Select(row.Text))}")];
    }

    private string[] Rows(string name, string content, bool hasHeader = true) => Rows(_folder.Write(name, content), hasHeader);

    private DataFileException Fault(string name, string content, bool hasHeader = true) => Assert.Throws<DataFileException>(() => Rows(name, content, hasHeader));

    [Fact]
    public void CsvKeepsQuotedCommasQuotesAndLineBreaks() => Assert.Equal(
        ["2:a, \"b\"\r\n\r\nc|1", "5: d |2", "6:|3"],
        Rows("t.csv", "text,label\r\n\"a, \"\"b\"\"\r\n\r\nc\",1\r\n d ,2\r\n\"\",3"));

    [Fact]
    public void CsvTakesAQuoteInsideAnUnquotedFieldAsText() => Assert.Equal(
        ["2:a 5\" nail|x\"y\"", "3: \"z\"|w"], Rows("t.csv", "a,b\na 5\" nail,x\"y\"\n \"z\",w\n"));

    [Theory]
    [InlineData("a,b\n1,2\n3,\"open\n5,6\n", 3, "never closed")]
    [InlineData("a,b\n1,\"", 2, "never closed")]
    [InlineData("a,b\n1,2\n\"x\"y,2\n", 3, "field 1 goes on after its closing quote")]
    [InlineData("a,b\n1,2\nx\"y,\"x\"y\n", 3, "field 2 goes on after its closing quote")]
    [InlineData("a,b\n\"1\n1\",2\n3\n", 4, "1 field(s), but the header has 2: 'a', 'b'")]
    [InlineData("a,b\n1,2,3\n", 2, "3 field(s)")]
    public void BrokenCsvIsReportedAtItsLine(string content, long line, string problem)
    {
        var fault = Fault("t.csv", content);
        Assert.Equal((_folder.Path("t.csv"), line), (fault.Path, fault.Line));
        Assert.StartsWith($"{fault.Path}:{line}: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsBeforeABrokenOneAreHandedOut()
    {
        using var rows = TableFile.Open(_folder.Write("t.csv", "a,b\n1,2\n3\n")).Rows(0).GetEnumerator();
        Assert.True(rows.MoveNext());
        Assert.Equal("1", rows.Current.Text(0));
        Assert.Throws<DataFileException>(() => rows.MoveNext());
    }

    [Fact]
    public void TsvTakesStrayQuotesAsText() => Assert.Equal(
        ["2:say \"hi\"|1", "3:\"never closed|0", "4:\"hi\" she said|1", "5:\"again not closed|0", "6:ends so\"|1", "8:\"last|0"],
        Rows("t.tsv", "text\tlabel\nsay \"hi\"\t1\n\"never closed\t0\n\"hi\" she said\t1\n\"again not closed\t0\nends so\"\t1\n\n\"last\t0"));

    [Fact]
    public void TsvUnquotesWhatIsProperlyQuoted() => Assert.Equal(
        ["2:tab\there \"x\"|1", "3:|0", "4:two\r\nlines|1", "6:three\n\"a\"\t\nlines|0", "9:last|1"],
        Rows("t.tsv", "text\tlabel\n\"tab\there \"\"x\"\"\"\t1\n\"\"\t0\n\"two\r\nlines\"\t1\n\"three\n\"\"a\"\"\t\nlines\"\t0\nlast\t1\n"));

    [Fact]
    public void TsvKeepsQuotesThatMakeNoDifference() => Assert.Equal(
        ["2:\"a fine film , indeed\"|1", "3:\"b\"|\"1\""], Rows("t.tsv", "text\tlabel\n\"a fine film , indeed\"\t1\n\"b\"\t\"1\"\n"));

    [Fact]
    public void TsvOfAWriterThatQuotesEverythingIsUnquoted()
    {
        Assert.Equal(["2:a|1", "3:b|2", "4:\"c\"d|3"], Rows("t.tsv", "\"text\"\t\"label\"\n\"a\"\t\"1\"\n\"b\"\t2\n\"c\"d\t\"3\"\n"));
        Assert.Equal(["text", "label"], TableFile.Open(_folder.Path("t.tsv")).Columns);
    }

    [Fact]
    public void TsvReadsAQuotedLastFieldOverSeveralLines() => Assert.Equal(
        ["2:1|two\nlines", "4:0|a\n\nb", "7:1|c"],
        Rows("t.tsv", "label\ttext\n1\t\"two\nlines\"\n0\t\"a\n\nb\"\n1\tc\n"));

    [Fact]
    public void TsvWithoutHeaderLearnsItsWidthFromTheFirstRow()
    {
        Assert.Equal(["1:\"stray|1", "2:b\"|0"], Rows("t.tsv", "\"stray\t1\nb\"\t0\n", hasHeader: false));
        Assert.Equal(["1:two\nlines|1", "3:b|0"], Rows("t.tsv", "\"two\nlines\"\t1\nb\t0\n", hasHeader: false));
        Assert.Equal(["1:\"stray|1", "2:\"a\"|\"b\""], Rows("t.tsv", "\"stray\t1\n\"a\"\t\"b\"\n", hasHeader: false));
    }

    [Fact]
    public void TsvTakesQuotesAroundATabAsTextWhereTheRowFitsOnlySo() =>
        Assert.Equal(["2:\"a|b\"", "3:c|d"], Rows("t.tsv", "x\ty\n\"a\tb\"\nc\td\n"));

    [Theory]
    [InlineData("a\tb\n1\t2\n\"open\n3\t4\n", 3, "opens field 1 is never closed")]
    [InlineData("a\tb\n\"open\nclosed\"wrongly\t4\n", 2, "opens field 1 is never closed")]
    [InlineData("a\tb\n1\t2\t3\n", 2, "3 field(s), but the header has 2")]
    [InlineData("a\tb\n1 2\n", 2, "1 field(s)")]
    public void BrokenTsvIsReportedAtItsLine(string content, long line, string problem)
    {
        var fault = Fault("t.tsv", content);
        Assert.Equal(line, fault.Line);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.csv")]
    [InlineData("t.tsv")]
    public void EmptyLinesAreCellsOnlyInATableOfOneColumn(string name)
    {
        var separator = name == "t.csv" ? ',' : '\t';
        Assert.Equal(["4:1|2", "6:3|4"], Rows(name, $"\na{separator}b\n\n1{separator}2\n\n3{separator}4\n\n"));
        Assert.Equal(["2:x", "3:", "4:y"], Rows(name, "a\nx\n\ny\n"));
        Assert.Equal(["1:", "2:x"], Rows(name, "\nx\n", hasHeader: false));
    }

    [Theory]
    [InlineData("t.csv", ',')]
    [InlineData("t.tsv", '\t')]
    public void ControlCharactersAreText(string name, char separator) =>
        Assert.Equal(["2:\0a\u0001\u000b|\u007f\ufeff\u2028"], Rows(name, $"a{separator}b\n\0a\u0001\u000b{separator}\u007f\ufeff\u2028\n"));

    [Fact]
    public void ALoneReturnIsTextInTsv() => Assert.Equal(["2:a\rb|c\r"], Rows("t.tsv", "x\ty\na\rb\tc\r\r\n"));

    [Theory]
    [InlineData("t.csv")]
    [InlineData("t.tsv")]
    public void ALineOfTenMegabytesWorks(string name)
    {
        var text = new string('字', 3_500_000);
        var rows = TableFile.Open(_folder.Write(name, $"a\nx\n{text}\ny\n")).Rows(0).Select(row => row.Text(0)).ToArray();
        Assert.Equal(["x", text, "y"], rows);
    }

    [Theory]
    [InlineData("t.csv.gz")]
    [InlineData("T.CSV.GZ")]
    public void GzippedFilesAreUnpacked(string name)
    {
        var path = _folder.Path(name);
        File.WriteAllBytes(path, DataFolder.Gzip("a,b\n1,字\n"u8.ToArray()));
        Assert.Equal(["2:1|字"], Rows(path));
    }

    [Fact]
    public void GzipMembersInARowAreOneFile()
    {
        var path = _folder.Path("t.csv.gz");
        File.WriteAllBytes(path, [.. DataFolder.Gzip("a,b\n1,2\n"u8.ToArray()), .. DataFolder.Gzip("3,4\n"u8.ToArray())]);
        Assert.Equal(["2:1|2", "3:3|4"], Rows(path));
    }

    [Fact]
    public void AGzipFileCutShortAnywhereIsAnError()
    {
        var packed = DataFolder.Gzip(Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},{i * i}\n"))));
        var path = _folder.Path("t.csv.gz");
        for (var length = 0; length < packed.Length; length++)
        {
            File.WriteAllBytes(path, packed[..length]);
            Assert.Throws<DataFileException>(() => Rows(path));
        }
    }

    [Fact]
    public void WhatIsNotGzipSaysSo()
    {
        File.WriteAllText(_folder.Path("t.csv.gz"), "a,b\n1,2\n");
        Assert.Contains("is not sound gzip data", Assert.Throws<DataFileException>(() => Rows(_folder.Path("t.csv.gz"))).Message, StringComparison.Ordinal);
        var fault = Assert.Throws<DataFileException>(() => Rows(_folder.Write("t.csv", DataFolder.Gzip("a,b\n"u8.ToArray()))));
        Assert.Contains("add .gz to its name", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.csv", ',')]
    [InlineData("t.tsv", '\t')]
    public void AByteOrderMarkIsSkipped(string name, char separator)
    {
        var table = TableFile.Open(_folder.Write(name, $"\ufefftext{separator}label\na{separator}b\n"));
        Assert.Equal(["text", "label"], table.Columns);
    }

    [Theory]
    [InlineData("t.csv", ',')]
    [InlineData("t.tsv", '\t')]
    public void BytesThatAreNotUtf8AreReportedWithLineAndOffset(string name, char separator)
    {
        byte[] content = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"a{separator}b\n字{separator}1\ncaf"), 0xE9, .. Encoding.UTF8.GetBytes($"{separator}2\n")];
        var fault = Assert.Throws<DataFileException>(() => Rows(_folder.Write(name, content)));
        Assert.Equal(3, fault.Line);
        Assert.Contains($"byte 0xE9 at offset {Array.IndexOf(content, (byte)0xE9, 8)} is not UTF-8", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongByteIsFoundWhereverItLiesInTheBuffer()
    {
        foreach (var before in new[] { 0, 1, 65530, 65533, 65534, 65535, 65536, 200_000 })
        {
            byte[] text = [.. Encoding.UTF8.GetBytes("x\n" + new string('a', before)), 0xF0, 0x9F, 0x98];   // a cut-off emoji
            Assert.Contains($"offset {before + 2} ", Assert.Throws<DataFileException>(() => Rows(_folder.Write("t.tsv", text))).Message, StringComparison.Ordinal);
            var whole = new string('a', before) + "😀字é";
            Assert.Equal($"2:{whole}", Assert.Single(Rows("t.tsv", "x\n" + whole)));
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void Utf16IsNamed(string encoding)
    {
        var e = Encoding.GetEncoding(encoding);
        var fault = Assert.Throws<DataFileException>(() => Rows(_folder.Write("t.csv", [.. e.GetPreamble(), .. e.GetBytes("a,b\n")])));
        Assert.Contains("UTF-16", fault.Message, StringComparison.Ordinal);
        Assert.Contains("iconv", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.csv")]
    [InlineData("t.tsv")]
    [InlineData("t.jsonl")]
    [InlineData("t.tsv.gz")]
    public void AnEmptyFileIsAnError(string name)
    {
        Assert.Contains("is empty", Fault(name, "").Message, StringComparison.Ordinal);
        Assert.Contains("is empty", Fault(name, "\ufeff").Message, StringComparison.Ordinal);
        Assert.Contains("is empty", Fault(name, "\n\n").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.csv", "no such file")]
    [InlineData("none.docx", "no such file")]
    [InlineData("no/folder/t.csv", "no such file")]
    [InlineData("folder.csv", "is a directory")]
    public void AFileThatIsNotThereSaysSo(string name, string problem)
    {
        Directory.CreateDirectory(_folder.Path("folder.csv"));
        var fault = Assert.Throws<DataFileException>(() => TableFile.Open(_folder.Path(name)));
        Assert.Null(fault.Line);
        Assert.StartsWith($"{_folder.Path(name)}: {problem}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t.xlsx", ".xlsx is not a known format; expected .csv, .tsv, .jsonl, .parquet, each also with .gz.")]
    [InlineData("t.json", "Did you mean '.jsonl'?")]
    [InlineData("t", "has no extension")]
    [InlineData("t.gz", "has no extension")]
    public void AnUnknownExtensionNamesTheKnownOnes(string name, string problem) =>
        Assert.Contains(problem, Fault(name, "a,b\n").Message, StringComparison.Ordinal);

    [Fact]
    public void ColumnsAreFoundByNameThenByNumber()
    {
        var table = TableFile.Open(_folder.Write("t.csv", "Text,label,Label,1,x,x\n"));
        Assert.Equal(
            [0, 0, 1, 2, 3, 1, 5],
            new[] { "Text", "text", "label", "Label", "1", "2", "6" }.Select(table.Find));
        Assert.Contains("2 columns are named 'x'; choose one by its number: 5 or 6", Assert.Throws<DataFileException>(() => table.Find("x")).Message, StringComparison.Ordinal);
        Assert.Contains("2 columns are named 'LABEL'", Assert.Throws<DataFileException>(() => table.Find("LABEL")).Message, StringComparison.Ordinal);
        var fault = Assert.Throws<DataFileException>(() => table.Find("lable"));
        Assert.EndsWith("there is no column 'lable'; the columns are 'Text', 'label', 'Label', '1', 'x', 'x'. Did you mean 'label'?", fault.Message, StringComparison.Ordinal);
        Assert.Throws<DataFileException>(() => table.Find("7"));
        Assert.Throws<DataFileException>(() => table.Find("0"));
    }

    [Fact]
    public void WithoutAHeaderColumnsHaveNumbers()
    {
        var table = TableFile.Open(_folder.Write("t.csv", "a,b,c\nd,e,f\n"), hasHeader: false);
        Assert.Equal(["1", "2", "3"], table.Columns);
        Assert.Equal(["c", "f"], table.Rows(table.Find("3")).Select(row => row.Text(0)));
        Assert.Contains("chosen by number, 1 to 3", Assert.Throws<DataFileException>(() => table.Find("text")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LongAndManyNamesAreCutInMessages()
    {
        var many = TableFile.Open(_folder.Write("t.csv", string.Join(',', Enumerable.Range(0, 1000)) + $",{new string('x', 1_000_000)}\n"));
        var message = Assert.Throws<DataFileException>(() => many.Find(new string('y', 1_000_000))).Message;
        Assert.InRange(message.Length, 100, 1000);
    }

    [Fact]
    public void AFileCanBeReadAgainAndAtTheSameTime()
    {
        var table = TableFile.Open(_folder.Write("t.csv", "a\n1\n2\n"));
        var rows = table.Rows(0);
        Assert.Equal(["11", "12", "21", "22"], rows.SelectMany(_ => rows, (x, y) => x.Text(0) + y.Text(0)));
    }
}
