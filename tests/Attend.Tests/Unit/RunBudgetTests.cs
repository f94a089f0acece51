using Attend.Training;

namespace Attend.Tests.Unit;

public sealed class RunBudgetTests
{
    [Fact]
    public void ABudgetIsMeasuredInWhatItIsGivenIn()
    {
        var state = new TrainState { Update = 30, TokenCount = 500 };
        Assert.Equal(0.3, new RunBudget(new() { Steps = 100 }, null).Share(state, 0));
        Assert.Equal(0.5, new RunBudget(new() { Tokens = 1000 }, null).Share(state, 0));
        Assert.Equal(0.25, new RunBudget(new() { Minutes = 2 }, null).Share(state, 30));
        Assert.Equal(0.75, new RunBudget(new() { Epochs = 4 }, 40).Share(state, 0));
        Assert.Throws<ArgumentException>(() => new RunBudget(new(), null));
    }

    [Fact]
    public void EvaluationsAreEvenlySpreadAndTheLastIsAtTheEnd()
    {
        var budget = new RunBudget(new() { Steps = 10, Evaluations = 3 }, null);
        var (state, judged) = (new TrainState(), new List<long>());
        while (!budget.IsSpent(state, 0))
        {
            state = state with { Update = state.Update + 1 };
            if (!budget.IsEvaluationDue(state, 0)) continue;
            judged.Add(state.Update);
            state = state with { JudgedAt = state.Update };
        }
        Assert.Equal([4, 7, 10], judged);
    }

    [Fact]
    public void BatchesGrowEvenly()
    {
        var budget = new RunBudget(new() { Steps = 100, BatchGrowth = 4 }, null);
        Assert.Equal([1, 2, 3, 4], new long[] { 0, 30, 60, 99 }.Select(update => budget.BatchesPerUpdate(new() { Update = update }, 0)));
        Assert.Equal(1, new RunBudget(new() { Steps = 100 }, null).BatchesPerUpdate(new() { Update = 99 }, 0));
    }

    [Fact]
    public void OneCycleRisesAndFallsAndATrapezoidWaitsBeforeItFalls()
    {
        var cycle = new LearningRateSchedule(ScheduleKind.OneCycle, 1, 1000, 0.3);
        Assert.Equal(0.04, cycle.At(0), 1e-9);
        Assert.Equal(1, cycle.At(300), 1e-9);
        Assert.InRange(cycle.At(999), 0, 1e-4);
        Assert.True(cycle.At(150) is > 0.45 and < 0.6);
        var trapezoid = new LearningRateSchedule(ScheduleKind.Trapezoid, 1, 1000, 0.1);
        Assert.Equal(1, trapezoid.At(100));
        Assert.Equal(1, trapezoid.At(800), 1e-9);
        Assert.Equal(0.5, trapezoid.At(900), 1e-9);
        Assert.Equal(0, trapezoid.At(1000));
        // So a longer run goes on as the shorter one began.
        var longer = new LearningRateSchedule(ScheduleKind.Trapezoid, 1, 2000, 0.1);
        Assert.Equal(trapezoid.At(500), longer.At(500));
    }

    [Theory]
    [InlineData(0L, null, null)]
    [InlineData(null, -5L, null)]
    [InlineData(null, null, double.NaN)]
    [InlineData(10L, 10L, null)]
    public void ABudgetThatIsNoneIsRefused(long? steps, long? tokens, double? minutes) =>
        Assert.Throws<ArgumentException>(() => new TrainOptions { Steps = steps, Tokens = tokens, Minutes = minutes }.Validate());
}
