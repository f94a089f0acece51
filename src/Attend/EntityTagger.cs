using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;

namespace Attend;

/// <summary>A trained tagger: finds and names stretches of texts, such as persons and places.</summary>
/// <example><code>
/// using var tagger = EntityTagger.Load("runs/ner");
/// foreach (var span in tagger.Predict("Tim Cook visited 北京")) Console.WriteLine($"{span.Label} {span.Start}-{span.End}");
/// </code></example>
public sealed class EntityTagger : TrainedModel<TokenTagging>
{

    private EntityTagger(ModelFolder folder, EncoderModel encoder, TokenTagging task) : base(folder, encoder, task, task.Device)
    {
    }

    /// <summary>What spans can be.</summary>
    public IReadOnlyList<string> Labels => Task.Labels;

    /// <summary>Loads a tagger from a run or any model folder with a head over tokens.</summary>
    /// <param name="path">The folder, or the name of a pulled model: "owner/name".</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <param name="maxInputTokens">Length of a window; null = as in training, else what the model can hold.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no such head, or no weights yet.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    public static EntityTagger Load(string path, string device = "auto", int? maxInputTokens = null)
    {
        var (folder, card) = TaskFolder.Open(path, HeadKind.TokenClassification, "a tagger", "tag");
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var encoder = folder.Architecture.Create(folder.Config);
        var stride = maxInputTokens is null && card?.Task == TaggingSettings.TaskName ? RunCard.As<TaggingSettings>(card.TaskOptions).Stride : null;
        var options = new TaggingOptions { MaxInputTokens = maxInputTokens ?? Math.Min(card?.MaxInputTokens ?? int.MaxValue, encoder.MaxPositionEmbeddings), Stride = stride };
        var task = folder.Build(() => new TokenTagging(encoder, tokenizer, options, DeviceChoice.Parse(device)));
        folder.LoadWeights(new CheckpointPart(encoder, folder.Architecture.Keys), new CheckpointPart(task.Head, folder.Architecture.Heads[HeadKind.TokenClassification].Keys));
        task.eval();
        return new EntityTagger(folder, encoder, task);
    }

    /// <summary>The spans of one text, in order, without overlap.</summary>
    /// <param name="text">Any string, of any length.</param>
    public IReadOnlyList<EntitySpan> Predict(string text) => Predict([text])[0];

    /// <summary>The spans of texts; answer n belongs to text n, and is the same in any company.</summary>
    /// <param name="texts">Any strings, of any length.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IReadOnlyList<IReadOnlyList<EntitySpan>> Predict(IReadOnlyList<string> texts, CancellationToken cancel = default) => [.. Stream(texts, cancel)];

    /// <summary>As <see cref="Predict(IReadOnlyList{string}, CancellationToken)"/>, for texts of any number: a bounded number is in memory at a time.</summary>
    /// <param name="texts">Read while answers are taken.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IEnumerable<IReadOnlyList<EntitySpan>> Stream(IEnumerable<string> texts, CancellationToken cancel = default) =>
        Inference.Stream(Task, texts.Select((text, index) => new TaggedText { Text = text, Spans = [], Line = index + 1 }), Task.Spans, cancel).Select(entry => entry.Result);
}
