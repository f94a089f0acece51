namespace Attend.Tests.Golden;

/// <summary>Is the reference itself right? Against published values, against weights of a real model, and by its own symmetries.</summary>
public sealed class ReferenceBertTests
{
    // Abramowitz and Stegun, table 7.1 and 7.3; the last digits from the series in exact arithmetic.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.1, 0.1124629160182849)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1, 0.8427007929497149)]
    [InlineData(2, 0.9953222650189527)]
    [InlineData(3, 0.9999779095030014)]
    [InlineData(5, 0.9999999999984626)]
    [InlineData(7, 1)]
    public void ErfIsExactToDoublePrecision(double x, double expected)
    {
        Assert.Equal(expected, ReferenceMath.Erf(x), 1e-15);
        Assert.Equal(-expected, ReferenceMath.Erf(-x), 1e-15);
    }

    [Fact]
    public void GeluIsTheErfForm()
    {
        Assert.Equal(0.8413447460685429, ReferenceMath.Gelu(1), 1e-15); // Phi(1); the tanh form gives 0.8412
        Assert.Equal(-0.15865525393145707, ReferenceMath.Gelu(-1), 1e-15);
    }

    [Theory]
    [InlineData("nuovo_cinema")]
    [InlineData("empty_rethoric")]
    public void AgreesWithAFineTunedModelLayerByLayer(string sentence)
    {
        var folder = Repository.SharedData("bert-tiny-sst2-encoder");
        var bert = new ReferenceBert(ReferenceFiles.Weights(Path.Combine(folder, "model.safetensors")), ReferenceFiles.Config(Path.Combine(folder, "config.json")));
        var expected = ReferenceFiles.Weights(Path.Combine(folder, "reference.safetensors"));
        var embedded = Rows(expected[$"{sentence}.embedding_output"]);

        var output = bert.RunFrom(embedded, [.. embedded.Select(_ => true)]);

        Assert.Equal(3, output.HiddenStates.Length);
        for (var layer = 0; layer < 2; layer++) Near(expected[$"{sentence}.layer_{layer}"].Values, [.. output.HiddenStates[layer + 1].SelectMany(row => row)], 1e-5);
        Near(expected[$"{sentence}.pooled"].Values, output.Pooled, 1e-5);
        Near(expected[$"{sentence}.logits"].Values, output.Logits, 1e-5);
    }

    [Fact]
    public void PaddingInfluencesNothingButIsNoticedWhereItIsAttendedTo()
    {
        var bert = TinyBert.Reference();
        foreach (var row in TinyBert.Expected)
        {
            int[] ids = [.. row.InputIds, 7, 0, 39], segments = [.. row.TokenTypeIds, 1, 0, 1];
            bool[] attend = [.. row.InputIds.Select(_ => true), false, false, false];
            var padded = bert.Run(ids, segments, attend);
            Near(row.Logits, padded.Logits, 1e-12);
            Near(row.HiddenStates[^1][^1], padded.HiddenStates[^1][row.InputIds.Length - 1], 1e-12);
            Assert.True(Distance(row.Logits, bert.Run(ids, segments, [.. attend.Select(_ => true)]).Logits) > 1e-3);
        }
    }

    [Fact]
    public void OrderAndSegmentsMatter()
    {
        var bert = TinyBert.Reference();
        var row = TinyBert.Expected[1];
        bool[] attend = [.. row.InputIds.Select(_ => true)];
        int[] swapped = [.. row.InputIds];
        (swapped[1], swapped[2]) = (swapped[2], swapped[1]);
        Assert.True(Distance(row.Logits, bert.Run(swapped, row.TokenTypeIds, attend).Logits) > 1e-3);
        Assert.True(Distance(row.Logits, bert.Run(row.InputIds, [.. attend.Select(_ => 0)], attend).Logits) > 1e-3);
    }

    internal static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"value {i}: expected {expected[i]:R}, found {actual[i]:R}");
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static double[][] Rows(ReferenceTensor matrix) => [.. matrix.Values.Chunk(matrix.Shape[1])];
}
