using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;

namespace Attend;

/// <summary>The score of a pair.</summary>
/// <param name="Value">In the units of the training data.</param>
/// <param name="Truncated">Whether the pair was longer than the limit, so that not all was read.</param>
public readonly record struct PairScore(double Value, bool Truncated);

/// <summary>A trained scorer of pairs of texts, such as of their similarity.</summary>
/// <example><code>
/// using var scorer = PairScorer.Load("runs/similarity");
/// Console.WriteLine(scorer.Score("a man is dancing", "someone dances").Value);
/// </code></example>
public sealed class PairScorer : TrainedModel<PairScoring>
{

    private PairScorer(ModelFolder folder, EncoderModel encoder, PairScoring task, int maxInputTokens) : base(folder, encoder, task, task.Device) => MaxInputTokens = maxInputTokens;

    /// <summary>Where an input of both texts is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; }

    /// <summary>Loads a scorer from a run or any model folder with a head of one number (problem_type "regression").</summary>
    /// <param name="path">The folder, or the name of a pulled model: "owner/name".</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <param name="maxInputTokens">Where an input is cut; null = as in training, else what the model can hold.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no such head, or no weights yet.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    public static PairScorer Load(string path, string device = "auto", int? maxInputTokens = null)
    {
        var (folder, card) = TaskFolder.Open(path, HeadKind.SequenceClassification, "a scorer of pairs", "pairs");
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var encoder = folder.Architecture.Create(folder.Config);
        var limit = maxInputTokens ?? Math.Min(card?.MaxInputTokens ?? int.MaxValue, encoder.MaxPositionEmbeddings);
        PairInput.Check(tokenizer, limit);
        var task = folder.Build(() => new PairScoring(encoder, tokenizer, new PairScoringOptions { MaxInputTokens = limit }, DeviceChoice.Parse(device)));
        folder.LoadWeights(new CheckpointPart(encoder, folder.Architecture.Keys), new CheckpointPart(task.Head, folder.Architecture.Heads[HeadKind.SequenceClassification].Keys));
        task.eval();
        return new PairScorer(folder, encoder, task, limit);
    }

    /// <summary>The score of one pair.</summary>
    /// <param name="text">The first text.</param>
    /// <param name="text2">The second text.</param>
    public PairScore Score(string text, string text2) => Stream([(text, text2)]).Single();

    /// <summary>The scores of pairs of any number, in their order, each the same in any company: a bounded number is in memory at a time.</summary>
    /// <param name="pairs">Read while scores are taken.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IEnumerable<PairScore> Stream(IEnumerable<(string Text, string Text2)> pairs, CancellationToken cancel = default) =>
        Inference.Stream(Task, pairs.Select((pair, index) => new TextPair { Text = pair.Text, Text2 = pair.Text2, Line = index + 1 }), Task.Answer, cancel)
            .Select(entry => new PairScore(entry.Result, Task.IsTruncated(entry.Example)));
}
