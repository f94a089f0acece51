using Attend.Text.Data;
using Attend.Text.Vectors;
using Parquet;
using Parquet.Schema;

namespace Attend.Tests.Unit;

public sealed class VectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(129)]
    public void CosinesAreThoseOfTheirDefinition(int dimensions)
    {
        var vectors = Draw(2, dimensions, 3);
        var (left, right) = (vectors[0].Vector, vectors[1].Vector);
        Assert.Equal(Plain(left, right), Cosine.Between(left, right), 1e-14);
        Assert.Equal(1, Cosine.Between(left, left), 1e-14);
        Assert.Equal(0, Cosine.Between(left, new float[dimensions]));
        Assert.Throws<ArgumentException>(() => Cosine.Between(left, new float[dimensions + 1]));
    }

    [Fact]
    public void TheNearestAreThoseOfAPlainSearch()
    {
        var vectors = Draw(1300, 33, 1);
        // Equal vectors: the earlier comes first.
        for (var row = 0; row < vectors.Length; row += 7) vectors[row] = vectors[row] with { Vector = vectors[row % 70].Vector };
        float[][] queries = [.. Draw(70, 33, 2).Select(vector => vector.Vector), vectors[0].Vector];
        var search = new CosineSearch(queries, 9);
        foreach (var block in vectors.Chunk(700)) search.Add(block);
        for (var query = 0; query < queries.Length; query++)
        {
            var expected = vectors.Select((vector, index) => (Row: index + 1L, Cosine: Plain(queries[query], vector.Vector))).OrderByDescending(found => Math.Round(found.Cosine, 13)).ThenBy(found => found.Row).Take(9).ToArray();
            var found = search.Nearest(query);
            Assert.Equal(expected.Select(each => each.Row), found.Select(each => each.Row));
            Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second.Cosine, pair.First.Cosine, 1e-12));
            Assert.All(found, each => Assert.Equal($"text {each.Row}", each.Text));
        }
    }

    [Fact]
    public void FewVectorsAreAllFound()
    {
        var search = new CosineSearch([[1f, 0]], 5);
        Assert.Empty(search.Nearest(0));
        search.Add([new TextVector("up", [0, 1]), new TextVector("right", [2, 0])]);
        Assert.Equal(["right", "up"], search.Nearest(0).Select(found => found.Text));
        Assert.Throws<ArgumentException>(() => search.Add([new TextVector("longer", [1, 2, 3])]));
        Assert.Equal(2, search.Nearest(0).Count);
    }

    [Theory]
    [InlineData("v.parquet")]
    [InlineData("v.jsonl")]
    public void WhatIsWrittenIsReadBitForBit(string name)
    {
        // More than one row group; texts that need escapes.
        TextVector[] vectors = [.. Draw(20_000, 3, 5), new("", [float.MinValue, float.Epsilon, -0f]), new("字😀\n\"\0", [1, 2, 3])];
        var path = _folder.File(name);
        using (var stream = File.Create(path)) Assert.Equal(vectors.Length, VectorFile.Write(stream, VectorFile.FormatOf(path), vectors));
        var read = VectorFile.Read(path).ToArray();
        Assert.Equal(vectors.Select(vector => vector.Text), read.Select(vector => vector.Text));
        Assert.Equal(vectors.SelectMany(vector => vector.Vector).Select(BitConverter.SingleToInt32Bits), read.SelectMany(vector => vector.Vector).Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void ParquetIsATableOfTextsAndLists()
    {
        var path = _folder.File("v.parquet");
        using (var stream = File.Create(path)) VectorFile.Write(stream, VectorFormat.Parquet, [new("a", [0.5f, -1]), new("b", [2, 3])]);
        var table = TableFile.Open(path);
        Assert.Equal(["text", "vector"], table.Columns);
        Assert.Equal(["a 0.5,-1", "b 2,3"], table.Rows(0, 1).Select(row => $"{row.Text(0)} {string.Join(',', row.Values(1))}"));
    }

    [Fact]
    public async Task VectorsOfOtherProgramsAreRead()
    {
        var item = new DataField<double>("element");
        var path = _folder.File("theirs.parquet");
        using (var stream = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(new ListField("embedding", item)), stream, cancellationToken: TestContext.Current.CancellationToken))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAllPartsAsync<double>(item, new[] { 1.0, 2, 3, 4 }, Enumerable.Repeat(item.MaxDefinitionLevel, 4).ToArray(), new[] { 0, 1, 0, 1 }, TestContext.Current.CancellationToken);
        }
        Assert.Equal([[1, 2], [3, 4]], VectorFile.Read(path).Select(vector => vector.Vector));
    }

    [Theory]
    [InlineData("v.jsonl", "{\"text\": \"a\", \"vector\": [1, 2]}\n{\"text\": \"b\", \"vector\": [1]}\n", ":2: the vector has 1 dimensions, the first one 2")]
    [InlineData("v.jsonl", "{\"text\": \"a\"}\n", ":1: has no array of numbers \"vector\"")]
    [InlineData("v.jsonl", "{\"text\": \"a\", \"vector\": [1, \"x\"]}\n", ":1: cannot be read")]
    [InlineData("v.jsonl", "{\"text\": \"a\", \"vector\": [1e99]}\n", ":1")]
    [InlineData("v.jsonl", "[1, 2]\n", ":1: is no JSON object")]
    [InlineData("v.jsonl", "{\"text\": \"a\", \"vector\": [1, 2]}\n{\"text\": \"b\", \"vec", ":2: cannot be read")]
    [InlineData("v.parquet", "PAR1 no", "is no Parquet file")]
    public void UnusableFilesAreTold(string name, string content, string expected)
    {
        var path = _folder.Write(name, content);
        var fault = Assert.Throws<DataFileException>(() => VectorFile.Read(path).ToList());
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherKindsOfFilesAreNamed() => Assert.Contains("known: .parquet, .jsonl", Assert.Throws<ArgumentException>(() => VectorFile.FormatOf("v.csv")).Message);

    private static double Plain(float[] left, float[] right)
    {
        double both = 0, leftSquares = 0, rightSquares = 0;
        for (var i = 0; i < left.Length; i++)
        {
            both += (double)left[i] * right[i];
            leftSquares += (double)left[i] * left[i];
            rightSquares += (double)right[i] * right[i];
        }
        return both / Math.Sqrt(leftSquares * rightSquares);
    }

    private static TextVector[] Draw(int count, int dimensions, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, count).Select(row => new TextVector($"text {row}", [.. Enumerable.Range(0, dimensions).Select(_ => (float)(random.NextDouble() - 0.4))]))];
    }
}
