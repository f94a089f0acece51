using Attend.Layers;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Tasks;

/// <summary>Runs a task over examples without learning: like lengths together, little padding, results by index.</summary>
public static class Inference
{
    /// <summary>Runs the task in eval mode over batches of like length, each under a token budget.</summary>
    /// <param name="task">Its mode is left at eval.</param>
    /// <param name="examples">In any order.</param>
    /// <param name="maxBatchTokens">Padded tokens computed at once.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <returns>Each batch with the indices of its examples; its tensors live until the next one is asked for.</returns>
    public static IEnumerable<(TBatch Batch, int[] Indices, TaskOutput Output)> Run<TExample, TBatch, TAnswer>(
        LearningTask<TExample, TBatch, TAnswer> task, IReadOnlyList<TExample> examples, int maxBatchTokens, CancellationToken cancel = default) where TBatch : Batch
    {
        task.eval();
        using var rounded = task.KeepRounded();
        var lengths = examples.Select(task.TokenCount).ToArray();
        var order = Enumerable.Range(0, examples.Count).OrderByDescending(index => lengths[index]).ThenBy(index => index).ToArray();
        var start = 0;
        while (start < order.Length)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Math.Clamp(maxBatchTokens / Math.Max(1, lengths[order[start]]), 1, order.Length - start);
            var indices = order[start..(start + count)];
            start += count;
            FreedMemory.OfProcess.Look();
            var batch = task.Collate([.. indices.Select(index => examples[index])]);
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            yield return (batch, indices, task.call(batch));
        }
    }
}
