using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Microsoft.Extensions.AI;

namespace Attend;

/// <summary>How a model makes vectors, where it is not to be as its folder says.</summary>
public sealed record EmbedderOptions
{
    /// <summary>How many of a vector's first numbers are kept; null = all. Vectors of models trained for it lose little.</summary>
    public int? Dimensions { get; init; }

    /// <summary>How the states of a text's tokens become a vector; null = as modules.json says, the mean where there is none.</summary>
    public PoolingMode? Pooling { get; init; }

    /// <summary>Where a text is cut, in tokens; null = as in training, else what the model can hold.</summary>
    public int? MaxInputTokens { get; init; }
}

/// <summary>A text's vector.</summary>
/// <param name="Vector">One number per dimension.</param>
/// <param name="TokenCount">Length of the text in tokens, special ones included, before it was cut.</param>
/// <param name="Truncated">Whether the text was longer than the limit, so that its end was not read.</param>
public readonly record struct EmbeddedText(float[] Vector, int TokenCount, bool Truncated);

/// <summary>Makes vectors of texts, whose cosine says how near the texts are: a trained embedder, or any encoder.</summary>
/// <example><code>
/// using var embedder = TextEmbedder.Load("runs/search");
/// float[] vector = embedder.Embed("how do I get my money back?");
/// </code></example>
public sealed class TextEmbedder : TrainedModel<TextEmbedding>, IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Lock _computing = new();

    private TextEmbedder(ModelFolder folder, EncoderModel encoder, TextEmbedding task, TextEmbeddingOptions options, bool isKnown) : base(folder, encoder, task, task.Device) =>
        (Options, HasPooling) = (options, isKnown);

    /// <summary>How many numbers a vector has.</summary>
    public int DimensionCount => Task.DimensionCount;

    /// <summary>Where a text is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens => Options.MaxInputTokens;

    /// <summary>How the states of a text's tokens become its vector.</summary>
    public SentencePooling Pooling => Options.Pooling;

    /// <summary>Whether the folder says how (modules.json); otherwise it is an encoder that was never taught to make vectors of texts.</summary>
    public bool HasPooling { get; }

    internal TextEmbeddingOptions Options { get; }

    /// <summary>Loads a model; a head that stands on the encoder is left aside.</summary>
    /// <param name="path">A run, any folder with an encoder, or the name of a pulled model: "owner/name".</param>
    /// <param name="options">Where it is not to be as the folder says; null = as it says.</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <exception cref="CheckpointException">Not a model folder, or no weights yet, or it asks for a step that Attend does not compute.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    /// <exception cref="ArgumentException">More dimensions are asked for than the model has, or a longer input than it can hold.</exception>
    public static TextEmbedder Load(string path, EmbedderOptions? options = null, string device = "auto")
    {
        options ??= new EmbedderOptions();
        var (folder, card) = TaskFolder.Open(path);
        var architecture = folder.Architecture;
        var known = SentencePooling.Read(folder.Path);
        var pooling = known ?? new SentencePooling(PoolingMode.Mean, Normalize: true, MaxInputTokens: null);
        if (options.Pooling is { } mode) pooling = pooling with { Mode = mode };
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var encoder = architecture.Create(folder.Config);
        var limit = options.MaxInputTokens ?? Math.Min(pooling.MaxInputTokens ?? card?.MaxInputTokens ?? int.MaxValue, encoder.MaxPositionEmbeddings);
        var settings = new TextEmbeddingOptions { MaxInputTokens = limit, Pooling = pooling, Dimensions = options.Dimensions };
        var task = new TextEmbedding(encoder, tokenizer, settings, DeviceChoice.Parse(device));
        folder.LoadWeights(new CheckpointPart(encoder, architecture.Keys));
        task.eval();
        return new TextEmbedder(folder, encoder, task, settings, known is not null);
    }

    /// <summary>The vector of one text.</summary>
    /// <param name="text">Any string, the empty one included.</param>
    public float[] Embed(string text) => Embed([text])[0];

    /// <summary>The vectors of texts; vector n belongs to text n, and is the same in any company.</summary>
    /// <param name="texts">Any strings, empty ones included.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IReadOnlyList<float[]> Embed(IReadOnlyList<string> texts, CancellationToken cancel = default) => [.. Stream(texts, cancel).Select(text => text.Vector)];

    /// <summary>As <see cref="Embed(IReadOnlyList{string}, CancellationToken)"/>, for texts of any number: a bounded number is in memory at a time.</summary>
    /// <param name="texts">Read while vectors are taken.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IEnumerable<EmbeddedText> Stream(IEnumerable<string> texts, CancellationToken cancel = default) =>
        Inference.Stream(Task, texts.Select((text, index) => new EmbeddingExample([text], index + 1)), Task.Answer, cancel).Select(entry =>
        {
            var length = Task.UncutTokenCount(entry.Example.Texts[0]);
            return new EmbeddedText(entry.Result.Vectors[0], length, length > MaxInputTokens);
        });

    /// <summary>The vectors of texts, for Microsoft.Extensions.AI; may be called from several threads at once.</summary>
    /// <param name="values">Any strings.</param>
    /// <param name="options">Fewer dimensions, if wanted; null = as loaded.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">More dimensions are asked for than there are.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } wanted) TextEmbedding.CheckDimensions(wanted, DimensionCount);
        return System.Threading.Tasks.Task.Run(() =>
        {
            EmbeddedText[] texts;
            // The engine works on one batch at a time, on all cores.
            lock (_computing) texts = [.. Stream(values, cancellationToken)];
            var tokens = texts.Sum(text => (long)Math.Min(text.TokenCount, MaxInputTokens));
            return new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(Cut(text.Vector, options?.Dimensions)) { CreatedAt = DateTimeOffset.UtcNow, ModelId = Folder.Path }))
            {
                Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
            };
        }, cancellationToken);
    }

    /// <summary>This object, or what it says of itself (<see cref="EmbeddingGeneratorMetadata"/>); null for any other type or key.</summary>
    /// <param name="serviceType">What is asked for.</param>
    /// <param name="serviceKey">Null, or nothing is found.</param>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        if (serviceType == typeof(EmbeddingGeneratorMetadata)) return new EmbeddingGeneratorMetadata("attend", providerUri: null, defaultModelId: Folder.Path, defaultModelDimensions: DimensionCount);
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    private float[] Cut(float[] vector, int? dimensions)
    {
        if (dimensions is not { } count || count == vector.Length) return vector;
        var cut = vector[..count];
        if (!Pooling.Normalize) return cut;
        var length = Math.Sqrt(cut.Sum(number => (double)number * number));
        return length == 0 ? cut : Array.ConvertAll(cut, number => (float)(number / length));
    }
}
