using Attend.Tasks;
using Attend.Text.Pretraining;

namespace Attend.Training;

/// <summary>Where the batches of a run come from: the same for the same seed, epoch and place, so that a place is all a resumed run needs.</summary>
public abstract class UpdateSource<TBatch> where TBatch : Batch
{
    /// <summary>Batches of the first epochs together; null where only going through them would tell.</summary>
    /// <param name="epochs">How many epochs.</param>
    public abstract long? BatchesIn(int epochs);

    /// <summary>The batches of an epoch from some place on, each in pieces under the token budget. Called on the loader's thread.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="skip">How many batches are passed over.</param>
    public abstract IEnumerable<TBatch[]> Epoch(int epoch, int skip);

    /// <summary>Which examples made a batch, for messages.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="update">Which batch of it, from 0.</param>
    public abstract string Describe(int epoch, int update);
}

/// <summary>Batches of examples held in memory, see <see cref="BatchPlan"/>.</summary>
internal sealed class ListSource<TExample, TBatch, TAnswer>(LearningTask<TExample, TBatch, TAnswer> task, IReadOnlyList<TExample> examples, TrainOptions options)
    : UpdateSource<TBatch> where TBatch : Batch
{
    private readonly BatchPlan _plan = new([.. examples.Select(task.TokenCount)], options);

    public override long? BatchesIn(int epochs) => Enumerable.Range(0, epochs).Sum(epoch => (long)_plan.UpdateCount(epoch));

    public override IEnumerable<TBatch[]> Epoch(int epoch, int skip) =>
        _plan.Epoch(epoch).Skip(skip).Select(pieces => pieces.Select(piece => task.Collate([.. piece.Select(index => examples[index])])).ToArray());

    public override string Describe(int epoch, int update)
    {
        var indices = _plan.Epoch(epoch)[update].SelectMany(piece => piece).ToArray();
        return string.Join(", ", indices.Take(8).Select(index => task.Describe(examples[index]))) + (indices.Length > 8 ? $" and {indices.Length - 8} more" : "");
    }
}

/// <summary>Batches of a tokenized corpus of any size: inputs are planned in blocks, shuffled and put together by length within each.</summary>
internal sealed class PretrainingSource(PretrainingTask task, PretrainingData data, TrainOptions options, int blockSize = PretrainingSource.DefaultBlockSize) : UpdateSource<PretrainingBatch>
{
    // At sequence 128 eight million tokens: enough to mix many documents, and 4 MB of memory.
    private const int DefaultBlockSize = 1 << 16;

    public override long? BatchesIn(int epochs) => null;

    public override IEnumerable<PretrainingBatch[]> Epoch(int epoch, int skip)
    {
        foreach (var (block, plan) in Blocks(epoch))
        {
            if (skip >= plan.UpdateCount(epoch))
            {
                skip -= plan.UpdateCount(epoch);
                continue;
            }
            foreach (var pieces in plan.Epoch(epoch).Skip(skip))
                yield return [.. pieces.Select(piece => task.Collate([.. piece.Select(index => data.Create(block[index], epoch))]))];
            skip = 0;
        }
    }

    public override string Describe(int epoch, int update)
    {
        foreach (var (block, plan) in Blocks(epoch))
        {
            if (update < plan.UpdateCount(epoch))
                return $"inputs {string.Join(", ", plan.Epoch(epoch)[update].SelectMany(piece => piece).Select(index => block[index].Ordinal).Take(8))} ... of epoch {epoch + 1}";
            update -= plan.UpdateCount(epoch);
        }
        return $"batch {update} of epoch {epoch + 1}";
    }

    private IEnumerable<(PretrainingSpan[] Block, BatchPlan Plan)> Blocks(int epoch) =>
        data.Spans(epoch).Chunk(blockSize).Select((block, index) =>
            (block, new BatchPlan(Array.ConvertAll(block, span => span.Length), options with { Seed = Seeds.Derive(options.Seed, (ulong)index) })));
}
