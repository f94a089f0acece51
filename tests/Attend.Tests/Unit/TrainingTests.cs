using Attend.Text.Data;
using Attend.Training;

namespace Attend.Tests.Unit;

public sealed class TrainingTests
{
    [Theory]
    [InlineData(ScheduleKind.Linear)]
    [InlineData(ScheduleKind.Cosine)]
    [InlineData(ScheduleKind.Constant)]
    public void ScheduleRisesThenFallsAsNamed(ScheduleKind kind)
    {
        var schedule = new LearningRateSchedule(kind, peak: 2, updateCount: 100, warmupFraction: 0.1);
        Assert.True(schedule.At(0) > 0 && schedule.At(0) < 0.5);
        for (var update = 1; update < 10; update++) Assert.True(schedule.At(update) > schedule.At(update - 1));
        Assert.Equal(2, schedule.At(10), 12);
        Assert.Equal(kind == ScheduleKind.Constant ? 2 : 1, schedule.At(55), 12);
        Assert.Equal(kind == ScheduleKind.Constant ? 2 : 0, schedule.At(100), 12);
    }

    [Fact]
    public void InverseSquareRootFallsAsInThePaper()
    {
        var schedule = new LearningRateSchedule(ScheduleKind.InverseSquareRoot, peak: 2, updateCount: 1000, warmupFraction: 0.1);
        Assert.True(schedule.At(50) < 2);
        Assert.Equal(2, schedule.At(100), 12);
        Assert.Equal(1, schedule.At(400), 12);
        Assert.Equal(2 / Math.Sqrt(7), schedule.At(700), 12);
    }

    [Fact]
    public void ScheduleWithoutWarmupStartsAtItsPeak() => Assert.Equal(1, new LearningRateSchedule(ScheduleKind.Linear, 1, 10, 0).At(0));

    [Fact]
    public void PlanHoldsEveryExampleOnceAndKeepsToTheBudget()
    {
        var lengths = Enumerable.Range(0, 1003).Select(index => 3 + index * 7919 % 90).ToArray();
        var plan = new BatchPlan(lengths, new TrainOptions { BatchSize = 16, MaxBatchTokens = 300 });
        var epoch = plan.Epoch(0);
        Assert.Equal(plan.UpdateCount(0), epoch.Count);
        Assert.Equal(Enumerable.Range(0, 1003), epoch.SelectMany(update => update).SelectMany(piece => piece).Order());
        Assert.All(epoch, update => Assert.InRange(update.Sum(piece => piece.Length), 1, 16));
        Assert.All(epoch.SelectMany(update => update), piece => Assert.True(piece.Length == 1 || piece.Length * piece.Max(index => lengths[index]) <= 300));
    }

    [Fact]
    public void UpdatesMeasuredInTokensAreAlike()
    {
        var lengths = Enumerable.Range(0, 3000).Select(index => 3 + index * 7919 % 90).ToArray();
        var plan = new BatchPlan(lengths, new TrainOptions { BatchTokens = 1000, MaxBatchTokens = 400 });
        var epoch = plan.Epoch(2);
        Assert.Equal(plan.UpdateCount(2), epoch.Count);
        Assert.Equal(Enumerable.Range(0, 3000), epoch.SelectMany(update => update).SelectMany(piece => piece).Order());
        var tokens = epoch.Select(update => update.SelectMany(piece => piece).Sum(index => lengths[index])).ToArray();
        // All but the ends of the pools.
        Assert.True(tokens.Count(sum => sum is < 950 or > 1050) <= 1 + lengths.Sum() / 50_000);
        Assert.All(epoch.SelectMany(update => update), piece => Assert.True(piece.Length * piece.Max(index => lengths[index]) <= 400));
        // One example longer than the budget is an update of its own.
        Assert.Equal(2, new BatchPlan([900, 900], new TrainOptions { BatchTokens = 100 }).UpdateCount(0));
    }

    [Fact]
    public void PlanDependsOnSeedAndEpochAlone()
    {
        var lengths = Enumerable.Range(0, 200).Select(index => 5 + index % 11).ToArray();
        int[] Order(ulong seed, int epoch) => [.. new BatchPlan(lengths, new TrainOptions { Seed = seed, BatchSize = 8 }).Epoch(epoch).SelectMany(update => update).SelectMany(piece => piece)];
        Assert.Equal(Order(1, 3), Order(1, 3));
        Assert.NotEqual(Order(1, 3), Order(1, 4));
        Assert.NotEqual(Order(1, 3), Order(2, 3));
    }

    [Fact]
    public void PlanPutsLikeLengthsTogether()
    {
        var lengths = Enumerable.Range(0, 3200).Select(index => 2 + (int)(index * 2654435761L % 100)).ToArray();
        var updates = new BatchPlan(lengths, new TrainOptions { BatchSize = 32, MaxBatchTokens = 1 << 20 }).Epoch(0);
        var padded = updates.SelectMany(update => update).Sum(piece => (long)piece.Length * piece.Max(index => lengths[index]));
        Assert.InRange((double)padded / lengths.Sum(), 1, 1.05);
    }

    [Fact]
    public void PrefetchKeepsOrderAndPassesOnFaults()
    {
        Assert.Equal(Enumerable.Range(0, 100), Prefetch.Ahead(Enumerable.Range(0, 100)));
        IEnumerable<int> Faulty()
        {
            yield return 1;
            throw new DataFileException("x.tsv", 7, "is broken");
        }
        var seen = new List<int>();
        var fault = Assert.Throws<DataFileException>(() => seen.AddRange(Prefetch.Ahead(Faulty())));
        Assert.Equal(7, fault.Line);
    }

    [Fact]
    public void PrefetchStopsItsThreadWhenTheConsumerLeaves()
    {
        var made = 0;
        IEnumerable<int> Endless()
        {
            while (true) yield return Interlocked.Increment(ref made);
        }
        foreach (var item in Prefetch.Ahead(Endless()))
            if (item == 3) break;
        var after = Volatile.Read(ref made);
        Assert.InRange(after, 3, 3 + 6);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    [InlineData(-1)]
    public void LearningRateMustBeAPositiveNumber(double rate)
    {
        var fault = Assert.Throws<ArgumentException>(() => new TrainOptions { LearningRate = rate }.Validate());
        Assert.Contains("LearningRate", fault.Message);
    }
}
