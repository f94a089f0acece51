using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataSplitTests
{
    private static LabeledText[] Examples(params (string Label, int Count)[] classes) =>
        [.. classes.SelectMany(c => Enumerable.Range(0, c.Count).Select(i => new LabeledText($"{c.Label}{i}", [c.Label], i + 1)))];

    [Fact]
    public void RandomNumbersAreThoseOfThePublishedAlgorithm()
    {
        var random = new DeterministicRandom(1234567);
        Assert.Equal(
            new ulong[] { 6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821 },
            Enumerable.Range(0, 5).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void AStateSetBackRepeatsTheNumbers()
    {
        var random = new DeterministicRandom(7);
        random.NextDouble();
        var state = random.State;
        double[] first = [random.NextDouble(), random.Next(1000), random.NextDouble()];
        var other = new DeterministicRandom(0) { State = state };
        Assert.Equal(first, new[] { other.NextDouble(), other.Next(1000), other.NextDouble() });
    }

    [Fact]
    public void NumbersAreUniform()
    {
        var random = new DeterministicRandom(1);
        var counts = new int[7];
        double sum = 0;
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.Next(7)]++;
            var number = random.NextDouble();
            Assert.InRange(number, 0, 0.99999999999999989);
            sum += number;
        }
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));   // five standard deviations are 463
        Assert.InRange(sum / 70_000, 0.495, 0.505);
        Assert.Equal(0, random.Next(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(0));
    }

    [Fact]
    public void EveryOrderIsEquallyLikely()
    {
        var random = new DeterministicRandom(2);
        var orders = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            var items = "abcd".ToCharArray();
            random.Shuffle(items.AsSpan());
            orders[new string(items)] = orders.GetValueOrDefault(new string(items)) + 1;
        }
        Assert.Equal(24, orders.Count);
        Assert.All(orders.Values, count => Assert.InRange(count, 845, 1155));
    }

    [Fact]
    public void EachClassGivesItsShare()
    {
        var examples = Examples(("a", 700), ("b", 200), ("c", 95), ("d", 5));
        var (train, dev) = Split.Stratified(examples, 0.1, seed: 3);
        Assert.Equal(100, dev.Count);
        var counts = dev.CountBy(example => example.Labels[0]).ToDictionary();
        Assert.Equal((70, 20), (counts["a"], counts["b"]));
        Assert.InRange(counts["c"], 9, 10);
        Assert.Equal(examples.Select(example => example.Text).Order(), train.Concat(dev).Select(example => example.Text).Order());
        foreach (var part in new[] { train, dev }) Assert.Equal(part.OrderBy(example => Array.IndexOf(examples, example)), part);
    }

    [Fact]
    public void ASplitDependsOnTheSeedAlone()
    {
        var examples = Examples(("a", 12), ("b", 8));
        string Dev(ulong seed) => string.Join(' ', Split.Stratified(examples, 0.2, seed).Dev.Select(example => example.Text));
        // From a computation in another language; a change here changes everybody's dev sets.
        Assert.Equal("a0 a7 b5 b7", Dev(1));
        Assert.Equal(Dev(1), Dev(1));
        Assert.NotEqual(Dev(1), Dev(2));
    }

    [Fact]
    public void EveryClassKeepsAnExampleToTrainOn()
    {
        var (train, dev) = Split.Stratified(Examples(("a", 2), ("b", 1), ("c", 1)), 0.9, seed: 1);
        Assert.Equal("a", Assert.Single(dev).Labels[0]);
        Assert.Equal(["a", "b", "c"], train.Select(example => example.Labels[0]));
        Assert.Single(Split.Stratified(Examples(("a", 2)), 0.01, seed: 1).Dev);
    }

    [Fact]
    public void SetsOfLabelsAreClassesWhateverTheirOrder()
    {
        LabeledText[] examples = [.. Enumerable.Range(0, 20).Select(i => new LabeledText($"{i}", i % 2 == 0 ? ["x", "y"] : ["y", "x"], i + 1)), .. Examples(("x", 10))];
        Assert.Equal(2, Split.Stratified(examples, 0.1, seed: 1).Dev.Count(example => example.Labels.Count == 2));
    }

    [Fact]
    public void SplitsThatCannotBeAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Stratified(Examples(("a", 10)), 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Stratified(Examples(("a", 10)), 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Split.Stratified(Examples(("a", 10)), double.NaN, 1));
        Assert.Throws<ArgumentException>(() => Split.Stratified(Examples(("a", 1), ("b", 1)), 0.5, 1));
        Assert.Throws<ArgumentException>(() => Split.Stratified([], 0.5, 1));
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(10, 3)]
    [InlineData(2, 3)]
    [InlineData(0, 2)]
    public void TheShardsOfAnEpochAreTheEpoch(int count, int shardCount)
    {
        var data = new ListDataset<int>([.. Enumerable.Range(0, count)], shuffleSeed: 5);
        Assert.Equal(count, data.Count);
        var shards = Enumerable.Range(0, shardCount).Select(shard => data.Epoch(4, shard, shardCount).ToArray()).ToArray();
        Assert.Equal(Enumerable.Range(0, count), shards.SelectMany(shard => shard).Order());
        Assert.InRange(shards.Max(shard => shard.Length) - shards.Min(shard => shard.Length), 0, 1);
    }

    [Fact]
    public void EpochsHaveOrdersOfTheirOwnAndRepeat()
    {
        int[] numbers = [.. Enumerable.Range(0, 100)];
        var data = new ListDataset<int>(numbers, shuffleSeed: 5);
        Assert.Equal(data.Epoch(3), data.Epoch(3));
        Assert.NotEqual(data.Epoch(3), data.Epoch(4));
        Assert.NotEqual(data.Epoch(0), new ListDataset<int>(numbers, shuffleSeed: 6).Epoch(0));
        Assert.Equal(numbers, new ListDataset<int>(numbers).Epoch(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Epoch(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Epoch(0, 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Epoch(0, 0, 0));
    }
}
