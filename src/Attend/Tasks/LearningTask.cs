using Attend.Text.Metrics;
using static TorchSharp.torch;

namespace Attend.Tasks;

/// <summary>Examples collated into plain arrays by a loader thread; tensors are born from it on the compute thread.</summary>
public abstract record Batch
{
    /// <summary>Number of examples.</summary>
    public abstract int ExampleCount { get; }

    /// <summary>What the loss sum is divided by, known before the forward pass, so that accumulation can normalise once.</summary>
    public abstract double LossCount { get; }

    /// <summary>Number of positions that the model computes, padding included.</summary>
    public abstract long PaddedTokenCount { get; }

    /// <summary>Number of tokens, padding not counted.</summary>
    public virtual long TokenCount => PaddedTokenCount;
}

/// <summary>What a task's forward pass gives.</summary>
/// <param name="Logits">Scores before any normalisation; shape as the task says.</param>
/// <param name="LossSum">Sum of the losses (not their mean), a scalar; null where the batch bears no labels.</param>
public record TaskOutput(Tensor Logits, Tensor? LossSum)
{
    /// <summary>Further figures to log: parts of the loss, accuracies.</summary>
    public IReadOnlyList<Figure> Figures { get; init; } = [];
}

/// <summary>A figure of a batch that is summed over an update and divided once.</summary>
/// <param name="Name">In snake case.</param>
/// <param name="Sum">A scalar.</param>
/// <param name="Count">What the sum is to be divided by.</param>
public sealed record Figure(string Name, Tensor Sum, double Count);

/// <summary>A thing to learn: how examples become batches, batches a loss, and logits answers.</summary>
public abstract class LearningTask<TExample, TBatch, TAnswer>(string name) : nn.Module<TBatch, TaskOutput>(name) where TBatch : Batch
{
    /// <summary>Length of an example in tokens as the model will see it; used to put examples of like length together.</summary>
    public abstract int TokenCount(TExample example);

    /// <summary>Makes a batch. Called from a loader thread: no tensors here.</summary>
    public abstract TBatch Collate(IReadOnlyList<TExample> examples);

    /// <summary>Called before the pieces of an update, for losses that look at all its examples at once.</summary>
    /// <param name="pieces">What <c>call</c> is given next, in this order.</param>
    /// <param name="seed">For random numbers that are to be the same in both.</param>
    public virtual void Prepare(IReadOnlyList<TBatch> pieces, ulong seed)
    {
    }

    /// <summary>Answers, one per example of the batch.</summary>
    public abstract IReadOnlyList<TAnswer> Answer(TaskOutput output);

    /// <summary>The right answer of an example.</summary>
    public abstract TAnswer Expected(TExample example);

    /// <summary>A fresh metric that judges answers.</summary>
    public abstract IMetric<TAnswer> CreateMetric();

    /// <summary>Key of the metric that says which of two models is better (higher is better).</summary>
    public abstract string PrimaryMetric { get; }

    /// <summary>Where an example came from, for messages: "train.tsv:17".</summary>
    public abstract string Describe(TExample example);

    /// <summary>Where the model computes.</summary>
    public abstract Device Device { get; }
}
