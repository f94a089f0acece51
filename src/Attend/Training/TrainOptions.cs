using Attend.Layers;

namespace Attend.Training;

/// <summary>How the learning rate runs after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Falls in a straight line to 0 at the last update.</summary>
    Linear,

    /// <summary>Falls along half a cosine to 0 (Loshchilov and Hutter 2017, equation 5, one cycle).</summary>
    Cosine,

    /// <summary>Stays where it is.</summary>
    Constant,

    /// <summary>Falls as 1/√update (Vaswani et al. 2017, equation 3).</summary>
    InverseSquareRoot,

    /// <summary>Stays where it is and falls in a straight line to 0 over the last fifth (Hu et al. 2024, section 4): a run under way may be made longer, or shorter, by --resume.</summary>
    Trapezoid,

    /// <summary>Warms up along half a cosine as well (Smith and Topin 2018; PyTorch's OneCycleLR without momentum).</summary>
    OneCycle,
}

/// <summary>Everything that decides the course of a training run, apart from the data and the model. Written to run.json.</summary>
public sealed record TrainOptions
{
    /// <summary>Passes over the training data, where no budget is given in another measure.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>The run ends after so many updates; null = it is not measured in them.</summary>
    public long? Steps { get; init; }

    /// <summary>The run ends after so many tokens, padding not counted; null = it is not measured in them.</summary>
    public long? Tokens { get; init; }

    /// <summary>The run ends after so many minutes of wall time, interruptions not counted; null = it is not measured in them.</summary>
    /// <remarks>The learning rate then follows the clock, so that two such runs are alike but never the same.</remarks>
    public double? Minutes { get; init; }

    /// <summary>How often the model is judged, evenly spread over a run with a budget; otherwise each epoch ends with it.</summary>
    public int Evaluations { get; init; } = 20;

    /// <summary>How many times as many examples the last update has as the first; batches grow evenly over a run with a budget. At least 1.</summary>
    public double BatchGrowth { get; init; } = 1;

    /// <summary>At the end the weights of so many last evaluations are averaged, and kept if they are better (Izmailov et al. 2018). 0 = never.</summary>
    public int AverageLast { get; init; }

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Examples per update.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Tokens per update, padding not counted, in place of <see cref="BatchSize"/>: what texts of very different lengths are measured in. Null = examples count.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>Padded tokens computed at once; a batch with more is cut into pieces whose gradients are added up, which changes no result.</summary>
    public int MaxBatchTokens { get; init; } = 8192;

    /// <summary>Share of all updates over which the learning rate rises from 0, in [0, 1].</summary>
    public double WarmupFraction { get; init; } = 0.1;

    /// <summary>Course of the learning rate after the warm-up.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Linear;

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019); biases and LayerNorm are exempt.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Decay of AdamW's second moments, in [0, 1); 0.98 suits the short runs of pre-training.</summary>
    public double SecondMomentDecay { get; init; } = 0.999;

    /// <summary>Largest L2 norm of the whole gradient; a longer one is scaled down to it. 0 = no limit.</summary>
    public double MaxGradientNorm { get; init; } = 1.0;

    /// <summary>Stop after this many epochs, or evaluations of a run with a budget, without a better dev metric; 0 = never.</summary>
    public int Patience { get; init; }

    /// <summary>Seeds the weights, the order of the examples and the dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the factors of matrix products are rounded to; Auto becomes what the device is best at. May be changed under way, by --resume.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Seconds between checkpoints within an epoch; each epoch ends with one as well. Changes no result.</summary>
    public double CheckpointSeconds { get; init; } = 60;

    /// <summary>These options without those that change no result, or that may be changed under way.</summary>
    internal TrainOptions ThatBindARun => (Schedule == ScheduleKind.Trapezoid ? this with { Steps = null, Tokens = null, Minutes = null, Evaluations = 1 } : this)
        with
    { CheckpointSeconds = 0, MaxBatchTokens = 1, AverageLast = 0, Precision = Precision.Float32 };

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, nameof(Epochs), Epochs, "at least 1");
        Require(Steps is null or >= 1, nameof(Steps), Steps!, "at least 1");
        Require(Tokens is null or >= 1, nameof(Tokens), Tokens!, "at least 1");
        Require(Minutes is null || (double.IsFinite(Minutes.Value) && Minutes > 0), nameof(Minutes), Minutes!, "a positive finite number");
        if (new object?[] { Steps, Tokens, Minutes }.Count(budget => budget is not null) > 1) throw new ArgumentException("a run has one budget: steps, tokens or minutes");
        Require(Evaluations >= 1, nameof(Evaluations), Evaluations, "at least 1");
        Require(double.IsFinite(BatchGrowth) && BatchGrowth >= 1, nameof(BatchGrowth), BatchGrowth, "at least 1");
        Require(AverageLast >= 0, nameof(AverageLast), AverageLast, "0 or more");
        Require(SecondMomentDecay is >= 0 and < 1, nameof(SecondMomentDecay), SecondMomentDecay, "in [0, 1)");
        Require(double.IsFinite(LearningRate) && LearningRate > 0, nameof(LearningRate), LearningRate, "a positive finite number");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        Require(BatchTokens is null or >= 1, nameof(BatchTokens), BatchTokens!, "at least 1");
        Require(MaxBatchTokens >= 1, nameof(MaxBatchTokens), MaxBatchTokens, "at least 1");
        Require(WarmupFraction is >= 0 and <= 1, nameof(WarmupFraction), WarmupFraction, "a share in [0, 1]");
        Require(double.IsFinite(WeightDecay) && WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "0 or more");
        Require(double.IsFinite(MaxGradientNorm) && MaxGradientNorm >= 0, nameof(MaxGradientNorm), MaxGradientNorm, "0 or more");
        Require(Patience >= 0, nameof(Patience), Patience, "0 or more");
        Require(CheckpointSeconds >= 0, nameof(CheckpointSeconds), CheckpointSeconds, "0 or more");
    }

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds) throw new ArgumentException($"{name} is {value}; expected {expected}");
    }
}
