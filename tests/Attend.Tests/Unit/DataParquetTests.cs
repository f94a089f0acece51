using Attend.Text.Data;
using Parquet;
using Parquet.Schema;

namespace Attend.Tests.Unit;

public sealed class DataParquetTests : IDisposable
{
    private static readonly string?[] Texts = ["a", "", "字😀\n\"\0"];
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Three rows in each of two row groups: a text column, and one of the given kind.
    private async Task<string> Write<T>(string name, DataField field, T[] values) where T : struct =>
        await Write(name, field, group => group.WriteAsync<T>(field, values));

    private async Task<string> Write(string name, Field field, Func<ParquetRowGroupWriter, Task> writeField)
    {
        var text = new DataField<string>("text");
        using var content = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, field), content))
        {
            for (var i = 0; i < 2; i++)
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(text, Texts!);
                await writeField(group);
            }
        }
        return _folder.Write(name, content.ToArray());
    }

    private static string[] Read(string path)
    {
        var table = TableFile.Open(path);
        return [.. table.Rows(table.Find("text"), 1).Select(row => $"{row.Line} {row.Text(0)} {string.Join(',', row.Values(1))}")];
    }

    private static string[] Expected(params string[] labels) => [.. Enumerable.Range(0, 6).Select(i => $"{i + 1} {Texts[i % 3]} {labels[i % 3]}")];

    [Theory]
    [InlineData("t.parquet")]
    [InlineData("t.parquet.gz")]
    public async Task IntegersAreReadAcrossRowGroups(string name) =>
        Assert.Equal(Expected("0", "-1", "7"), Read(await Write<long>(name, new DataField<long>("label"), [0, -1, 7])));

    [Fact]
    public async Task OtherScalarsAreRead()
    {
        Assert.Equal(Expected("true", "false", "true"), Read(await Write<bool>("b.parquet", new DataField<bool>("label"), [true, false, true])));
        Assert.Equal(Expected("0.5", "-1", "1E+300"), Read(await Write<double>("d.parquet", new DataField<double>("label"), [0.5, -1, 1e300])));
        Assert.Equal(Expected("0", "255", "7"), Read(await Write<byte>("u.parquet", new DataField<byte>("label"), [0, 255, 7])));
    }

    [Fact]
    public async Task NullsAreNothing()
    {
        var label = new DataField("label", typeof(int), isNullable: true);
        Assert.Equal(Expected("1", "", "3"), Read(await Write("t.parquet", label, group => group.WriteAsync<int>(label, new int?[] { 1, null, 3 }))));
        var text = new DataField<string>("label");
        Assert.Equal(Expected("x", "", "y"), Read(await Write("s.parquet", text, group => group.WriteAsync(text, ["x", null!, "y"]))));
    }

    [Fact]
    public async Task ListsOfStringsAreRead()
    {
        var item = new DataField<string>("element");
        var list = new ListField("label", item);
        var path = await Write("t.parquet", list, group => group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
            item, new[] { "x".AsMemory(), "y".AsMemory() }, new[] { 3, 3, 1, 0 }, new[] { 0, 1, 0, 0 }, TestContext.Current.CancellationToken));
        Assert.Equal(Expected("x,y", "", ""), Read(path));
    }

    [Fact]
    public async Task AListWithNullInItIsAnError()
    {
        var item = new DataField<string>("element");
        var list = new ListField("label", item);
        var path = await Write("t.parquet", list, group => group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
            item, new[] { "x".AsMemory() }, new[] { 1, 3, 2, 0 }, new[] { 0, 0, 1, 0 }, TestContext.Current.CancellationToken));
        var fault = Assert.Throws<DataFileException>(() => Read(path));
        Assert.Equal(2, fault.Line);
        Assert.Contains("column 'label' holds a list with null in it", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepeatedNumbersAreRead()
    {
        var label = new DataField("label", typeof(int), isArray: true);
        var path = await Write("t.parquet", label, group => group.WriteAllPartsAsync<int>(
            label, new[] { 7, 8, 9 }, new[] { 1, 1, 0, 1 }, new[] { 0, 1, 0, 0 }, TestContext.Current.CancellationToken));
        Assert.Equal(Expected("7,8", "", "9"), Read(path));
    }

    [Fact]
    public async Task AColumnOfAnotherTypeIsNamed()
    {
        var path = await Write<DateTime>("t.parquet", new DataField<DateTime>("when"), [DateTime.UnixEpoch, DateTime.UnixEpoch, DateTime.UnixEpoch]);
        Assert.Contains("column 'when' holds DateTime values", Assert.Throws<DataFileException>(() => Read(path)).Message, StringComparison.Ordinal);
        Assert.Equal(6, TableFile.Open(path).Rows(0).Count());
    }

    [Fact]
    public async Task ATextColumnOfNumbersIsAnError()
    {
        var path = await Write<int>("t.parquet", new DataField<int>("label"), [1, 2, 3]);
        var fault = Assert.Throws<DataFileException>(() => TableFile.Open(path).Rows(1).First().Text(0));
        Assert.Equal(1, fault.Line);
        Assert.Contains("column 'label' holds 1; expected a string", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedFilesAreReportedWhereverTheyBreak()
    {
        var sound = await File.ReadAllBytesAsync(await Write<long>("t.parquet", new DataField<long>("label"), [0, 1, 2]), TestContext.Current.CancellationToken);
        for (var i = 0; i < sound.Length; i += 7)
        {
            Assert.Throws<DataFileException>(() => Read(_folder.Write("cut.parquet", sound[..i])));
            var flipped = (byte[])sound.Clone();
            flipped[i] ^= 0xFF;
            var path = _folder.Write("flipped.parquet", flipped);
            // A flip in a value goes unnoticed; anything else must be our exception and no other.
            if (Record.Exception(() => Read(path)) is { } e) Assert.Equal(path, Assert.IsType<DataFileException>(e).Path);
        }
        Assert.Throws<DataFileException>(() => Read(_folder.Write("text.parquet", "text,label\na,b\n")));
        Assert.Throws<DataFileException>(() => Read(_folder.Write("t.parquet.gz", sound[..0])));
    }
}
