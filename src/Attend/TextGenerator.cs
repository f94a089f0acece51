using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>A text that a model wrote.</summary>
/// <param name="Text">The text.</param>
/// <param name="Score">What it was ranked by, see <see cref="DecodingOptions.Score"/>; higher is better.</param>
/// <param name="LogProbability">Natural logarithm of its probability.</param>
/// <param name="IsFinished">Whether it ended by itself; otherwise it was cut at the longest length.</param>
/// <param name="MeetsConstraints">Whether everything that had to occur in it does.</param>
public sealed record WrittenText(string Text, double Score, double LogProbability, bool IsFinished, bool MeetsConstraints);

/// <summary>What a model wrote for a source.</summary>
/// <param name="Source">The source.</param>
/// <param name="Best">Its texts, best first; the first is the answer.</param>
/// <param name="CutTokenCount">How many tokens of the source were not read because it is longer than the limit.</param>
public sealed record Writing(string Source, IReadOnlyList<WrittenText> Best, int CutTokenCount)
{
    /// <summary>The answer.</summary>
    public string Text => Best[0].Text;
}

/// <summary>What must stand in a text.</summary>
public sealed record WritingDemands
{
    /// <summary>What the text must begin with; null = anything.</summary>
    public string? Prefix { get; init; }

    /// <summary>What must occur in the text, each as it would stand in the middle of one.</summary>
    public IReadOnlyList<string> Constraints { get; init; } = [];
}

/// <summary>How strongly each word of a text that was written looked at each word of its source.</summary>
/// <param name="Source">Words of the source, as pieces of it.</param>
/// <param name="Target">Words of the target, as pieces of it.</param>
/// <param name="Weights">[target, source]; a row sums to 1, less what the source's special tokens got.</param>
public sealed record Alignment(IReadOnlyList<string> Source, IReadOnlyList<string> Target, double[,] Weights);

/// <summary>A trained encoder-decoder: translates, summarizes, answers.</summary>
/// <example><code>
/// using var translator = TextGenerator.Load("runs/en-de");
/// var german = translator.Write("A man rides a bicycle.").Text;
/// </code></example>
public sealed class TextGenerator : TrainedModel<TextToText>
{
    // Padded source tokens times beams that are decoded at once.
    private const int MaxBatchTokens = 16_384;
    private readonly Seq2SeqModel _model;
    private readonly ITokenizer _tokenizer;

    private TextGenerator(ModelFolder folder, Seq2SeqModel model, ITokenizer tokenizer, TextToText task, RunCard? card) : base(folder, model, task, task.Device)
    {
        (_model, _tokenizer, Card) = (model, tokenizer, card);
        UsePrecision(Precision.Float32);
    }

    /// <summary>How it was trained; null where it was not trained here.</summary>
    public RunCard? Card { get; }

    /// <summary>Where a source is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens => Task.Options.MaxInputTokens;

    /// <summary>Loads a run, or any folder with an encoder-decoder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <param name="maxInputTokens">Where a source is cut; null = as in training, else what the model can hold.</param>
    /// <exception cref="CheckpointException">Not a model folder, an encoder, or without weights.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    public static TextGenerator Load(string path, string device = "auto", int? maxInputTokens = null)
    {
        var folder = ModelFolder.Open(path);
        var architecture = folder.Seq2SeqArchitecture;
        var card = RunCard.Read(folder.Path);
        if (!folder.HasWeights && card is not null)
            throw new CheckpointException(path, "has no weights yet: its training has not finished its first evaluation", advice: "Let it run, or go on with it by --resume.");
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var model = architecture.Create(folder.Config);
        folder.LoadWeights(new CheckpointPart(model, architecture.Keys));
        var settings = card is null ? new TextToTextOptions() : RunCard.As<TextToTextSettings>(card.TaskOptions).TaskOptions;
        var options = settings with
        {
            MaxInputTokens = Math.Min(maxInputTokens ?? (card is null ? int.MaxValue : settings.MaxInputTokens), model.MaxSourceTokens),
            MaxNewTokens = Math.Min(settings.MaxNewTokens, model.MaxTargetTokens),
        };
        var task = folder.Build(() => new TextToText(model, tokenizer, options, WritingMetrics.Of(WritingMetrics.KindOf(card), []), DeviceChoice.Parse(device)));
        task.eval();
        return new TextGenerator(folder, model, tokenizer, task, card);
    }

    /// <summary>Answers one source.</summary>
    /// <inheritdoc cref="Write(IReadOnlyList{string}, DecodingOptions?, WritingDemands?, CancellationToken)"/>
    public Writing Write(string source, DecodingOptions? options = null, WritingDemands? demands = null) => Write([source], options, demands)[0];

    /// <summary>Answers sources; answer n belongs to source n, and is the same in any company. An empty source has an empty answer.</summary>
    /// <param name="sources">Any strings.</param>
    /// <param name="options">How to write; null = as the model was judged.</param>
    /// <param name="demands">What must stand in every answer.</param>
    /// <param name="cancel">Stops between two tokens.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the demands cannot be met.</exception>
    public IReadOnlyList<Writing> Write(IReadOnlyList<string> sources, DecodingOptions? options = null, WritingDemands? demands = null, CancellationToken cancel = default)
    {
        options ??= DefaultDecoding;
        options.Validate();
        var answers = new Writing[sources.Count];
        var encoded = sources.Select(Task.EncodeSource).ToArray();
        for (var i = 0; i < answers.Length; i++)
            if (string.IsNullOrWhiteSpace(sources[i])) answers[i] = new(sources[i], [new("", 0, 0, IsFinished: true, MeetsConstraints: true)], 0);
        var decoder = new Decoder(_model);
        var rows = options.Sampling is null ? options.Beams : options.BestCount;
        foreach (var batch in Batches(encoded, [.. Enumerable.Range(0, answers.Length).Where(index => answers[index] is null)], rows))
        {
            cancel.ThrowIfCancellationRequested();
            var texts = decoder.Decode([.. batch.Select(index => Request(encoded[index].Ids, demands))], options, cancel);
            foreach (var (index, best) in batch.Zip(texts)) answers[index] = new(sources[index], [.. best.Select(Describe)], encoded[index].Cut);
        }
        return answers;
    }

    /// <summary>Writes one answer piece by piece, greedily or by sampling.</summary>
    /// <param name="source">The source.</param>
    /// <param name="options">One beam; null = greedy.</param>
    /// <param name="demands">What the text must begin with.</param>
    /// <param name="cancel">Stops between two tokens.</param>
    /// <returns>What each new token adds to the text.</returns>
    public async IAsyncEnumerable<string> Stream(string source, DecodingOptions? options = null, WritingDemands? demands = null, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        if (string.IsNullOrWhiteSpace(source)) yield break;
        var tokens = new Decoder(_model).Stream(Request(Task.EncodeSource(source).Ids, demands), options ?? DefaultDecoding with { Beams = 1, BestCount = 1 }, cancel);
        // Tensors live on one thread of their own; only text crosses an await.
        var channel = Channel.CreateUnbounded<string>(new() { SingleReader = true, SingleWriter = true });
        var work = System.Threading.Tasks.Task.Run(() =>
        {
            try
            {
                var said = new List<int>();
                var shown = "";
                foreach (var token in tokens)
                {
                    said.Add(token);
                    var text = Task.DecodeTarget(said);
                    // Half of a character, or of something that the next token will change, waits.
                    if (text.Length <= shown.Length || text.EndsWith('\uFFFD') || !text.StartsWith(shown, StringComparison.Ordinal)) continue;
                    channel.Writer.TryWrite(text[shown.Length..]);
                    shown = text;
                }
                var whole = Task.DecodeTarget(said);
                if (whole.Length > shown.Length) channel.Writer.TryWrite(whole[shown.Length..]);
            }
            finally
            {
                channel.Writer.Complete();
            }
        }, CancellationToken.None);
        await foreach (var piece in channel.Reader.ReadAllAsync(CancellationToken.None)) yield return piece;
        await work;
    }

    /// <summary>How a target looks at its source: attention of the last decoder block but one, mean over the heads (Garg et al. 2019, section 4.1).</summary>
    /// <param name="source">The source.</param>
    /// <param name="target">A text, as written or any other.</param>
    public Alignment Align(string source, string target)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        using var trace = new Trace(TraceNames.CrossAttentionWeights);
        var sourceTokens = _tokenizer.Encode(source, maxInputTokens: MaxInputTokens);
        var targetTokens = _tokenizer.Encode(target);
        var labels = Task.EncodeTarget(target).Ids;
        long[] said = [_model.Config.DecoderStartTokenId, .. labels.SkipLast(1).Select(id => (long)id)];
        var ids = tensor(Array.ConvertAll(sourceTokens.Ids, id => (long)id), [1, sourceTokens.Length], device: Task.Device);
        _model.call(new Seq2SeqInput(ids, null, tensor(said, [1, said.Length], device: Task.Device), trace));
        var weights = trace[TraceNames.CrossAttentionWeights, Math.Max(0, _model.DecoderLayerCount - 2)][0].mean([0]).to(ScalarType.Float32).cpu();   // [target, source]
        var values = weights.data<float>().ToArray();

        // The token that is said at a place looks from the place of the token before it. Leading tokens that are not said have no row.
        var (sourceWords, targetWords) = (Words(sourceTokens), Words(targetTokens));
        var unsaid = targetTokens.Length - labels.Length;
        var table = new double[targetWords.Count, sourceWords.Count];
        for (var row = 0; row < targetWords.Count; row++)
            for (var column = 0; column < sourceWords.Count; column++)
                table[row, column] = targetWords[row].Tokens.Where(place => place >= unsaid && place - unsaid < said.Length)
                    .Select(place => sourceWords[column].Tokens.Sum(seen => (double)values[(place - unsaid) * sourceTokens.Length + seen])).DefaultIfEmpty().Average();
        return new([.. sourceWords.Select(word => word.Text)], [.. targetWords.Select(word => word.Text)], table);
    }

    /// <summary>How the model was judged, or greedy.</summary>
    public DecodingOptions DefaultDecoding => Task.Options.Decoding with { MaxNewTokens = Task.Options.MaxNewTokens };

    // Longest first, so that what is decoded together is of like length.
    private static IEnumerable<int[]> Batches((int[] Ids, int Cut)[] encoded, int[] indices, int rows)
    {
        var order = indices.OrderByDescending(index => encoded[index].Ids.Length).ThenBy(index => index).ToArray();
        for (var start = 0; start < order.Length;)
        {
            var count = Math.Clamp(MaxBatchTokens / (encoded[order[start]].Ids.Length * rows), 1, order.Length - start);
            yield return order[start..(start + count)];
            start += count;
        }
    }

    private DecodingRequest Request(int[] ids, WritingDemands? demands) => demands is null ? new(ids) : new(ids)
    {
        Prefix = demands.Prefix is { } prefix ? WithoutSpecial(prefix) : [],
        Constraints = [.. demands.Constraints.Select(WithoutSpecial)],
    };

    private int[] WithoutSpecial(string text)
    {
        var ids = _tokenizer.Encode(text, null, new EncodeOptions { AddSpecialTokens = false }).Ids;
        return ids.Length > 0 && !(_tokenizer.SpecialTokens.Unknown is { } unknown && ids.Contains(unknown))
            ? ids
            : throw new ArgumentException($"'{text}' cannot be demanded: the model's vocabulary cannot write it");
    }

    private WrittenText Describe(Hypothesis text) => new(Task.DecodeTarget(text.Ids), text.Score, text.LogProbabilities.Sum(), text.IsFinished, text.MeetsConstraints);

    private static List<(string Text, List<int> Tokens)> Words(Encoding encoding)
    {
        var words = new List<(string Text, List<int> Tokens)>();
        for (var token = 0; token < encoding.Length; token++)
        {
            if (encoding.WordIds[token] < 0) continue;
            if (token == 0 || encoding.WordIds[token - 1] != encoding.WordIds[token]) words.Add((encoding.TextOf(token), [token]));
            else words[^1] = (encoding.Text[(encoding.Offsets[words[^1].Tokens[0]].Start)..encoding.Offsets[token].End], [.. words[^1].Tokens, token]);
        }
        return [.. words.Select(word => (word.Text.Trim(), word.Tokens))];
    }
}
