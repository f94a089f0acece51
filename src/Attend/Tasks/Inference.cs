using Attend.Layers;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Tasks;

/// <summary>Runs a task over examples without learning: like lengths together, little padding, results by index.</summary>
public static class Inference
{
    // What is in memory of a stream at once: enough for batches of like length. Results do not depend on it.
    private const int MostExamples = 1024;
    private const long MostTokens = 1 << 18;
    private const int MaxBatchTokens = 8192;

    /// <summary>Runs the task in eval mode over examples of any number, and gives each its result, in their order.</summary>
    /// <param name="task">Its mode is left at eval.</param>
    /// <param name="examples">Read while results are taken; a bounded number is in memory at a time.</param>
    /// <param name="read">The results of a batch, one per example.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static IEnumerable<(TExample Example, TResult Result)> Stream<TExample, TBatch, TAnswer, TResult>(
        LearningTask<TExample, TBatch, TAnswer> task, IEnumerable<TExample> examples, Func<TaskOutput, IReadOnlyList<TResult>> read, CancellationToken cancel = default) where TBatch : Batch
    {
        foreach (var window in Windows(examples, task.TokenCount))
        {
            var results = new TResult[window.Count];
            foreach (var (_, indices, output) in Run(task, window, MaxBatchTokens, cancel))
            {
                var batch = read(output);
                for (var i = 0; i < indices.Length; i++) results[indices[i]] = batch[i];
            }
            for (var i = 0; i < results.Length; i++) yield return (window[i], results[i]);
        }
    }

    private static IEnumerable<List<TExample>> Windows<TExample>(IEnumerable<TExample> examples, Func<TExample, int> tokenCount)
    {
        var (window, tokens) = (new List<TExample>(), 0L);
        foreach (var example in examples)
        {
            window.Add(example);
            tokens += tokenCount(example);
            if (window.Count < MostExamples && tokens < MostTokens) continue;
            yield return window;
            (window, tokens) = ([], 0);
        }
        if (window.Count > 0) yield return window;
    }

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
