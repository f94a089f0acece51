using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>How probable a token is in a hidden place.</summary>
/// <param name="Token">As the vocabulary has it ("##ing" continues a word).</param>
/// <param name="TokenId">Its id.</param>
/// <param name="Probability">In [0, 1]; all tokens together 1.</param>
public sealed record TokenProbability(string Token, int TokenId, double Probability);

/// <summary>The likeliest tokens for one hidden place of a text.</summary>
/// <param name="Span">Where the mask stands in the raw text.</param>
/// <param name="Tokens">Likeliest first.</param>
public sealed record FilledPlace(TextSpan Span, IReadOnlyList<TokenProbability> Tokens);

/// <summary>A pre-trained model that guesses hidden words.</summary>
/// <example><code>
/// using var model = MaskedLanguageModel.Load("runs/bert-mini");
/// var places = model.Fill("Paris is the [MASK] of France.");
/// </code></example>
public sealed class MaskedLanguageModel : TrainedModel<PretrainingTask>
{
    private readonly EncoderModel _encoder;

    private MaskedLanguageModel(ModelFolder folder, EncoderModel encoder, ITokenizer tokenizer, PretrainingTask task, PretrainingOptions inputs) : base(folder, encoder, task, task.Device) =>
        (_encoder, Tokenizer, Inputs) = (encoder, tokenizer, inputs);

    /// <summary>Its tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Whether the model can also tell which segment follows another.</summary>
    public bool HasNextSentence => Inputs.Objective == PretrainingObjective.MlmNsp;

    internal PretrainingOptions Inputs { get; }

    /// <summary>Loads a model with a head over hidden words.</summary>
    /// <param name="path">A run of pre-training, or any model folder with such a head.</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <param name="maxInputTokens">Where an input is cut; null = as in training, else what the model can hold.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no such head, or no weights yet.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    public static MaskedLanguageModel Load(string path, string device = "auto", int? maxInputTokens = null)
    {
        var folder = ModelFolder.Open(path);
        if (folder.Head is not (HeadKind.PreTraining or HeadKind.MaskedLanguageModel) || folder.Head is not { } head)
            throw new CheckpointException(path, $"is no language model: config.json names {string.Join(", ", folder.Config.Architectures ?? ["no head"])}", advice: "Name a run of `attend pretrain`, or a published model with a head over hidden words (BertForPreTraining, BertForMaskedLM ...).");
        var card = RunCard.Read(folder.Path);
        if (!folder.HasWeights && card is not null)
            throw new CheckpointException(path, "has no weights yet: it has not come to its first evaluation", advice: "Let it run, or go on with it by --resume.");
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var encoder = folder.Architecture.Create(folder.Config with { ClassifierPooling = null });
        var inputs = new PretrainingOptions
        {
            Objective = head == HeadKind.PreTraining ? PretrainingObjective.MlmNsp : PretrainingObjective.Mlm,
            MaxInputTokens = maxInputTokens ?? (card is { MaxInputTokens: > 0 } ? card.MaxInputTokens : encoder.MaxPositionEmbeddings),
        };
        var task = folder.Build(() => new PretrainingTask(encoder, tokenizer.PadId, inputs, DeviceChoice.Parse(device)));
        folder.LoadWeights([new CheckpointPart(encoder, folder.Architecture.Keys), .. task.Heads.Select(module => new CheckpointPart(module, folder.Architecture.Heads[head].Keys))]);
        task.eval();
        return new MaskedLanguageModel(folder, encoder, tokenizer, task, inputs);
    }

    /// <summary>Guesses what stands in the hidden places of a text.</summary>
    /// <param name="text">Holds the mask token of the model once or more: "Paris is the [MASK] of France."</param>
    /// <param name="count">How many tokens for each place.</param>
    /// <returns>One entry per mask, in order; each is guessed with all the others hidden.</returns>
    /// <exception cref="ArgumentException">The text has no mask, or is longer than the model can hold.</exception>
    public IReadOnlyList<FilledPlace> Fill(string text, int count = 5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var encoding = Tokenizer.Encode(text, null, new EncodeOptions { ParseSpecialTokens = true });
        int[] positions = [.. Enumerable.Range(0, encoding.Length).Where(token => encoding.Ids[token] == Tokenizer.MaskId)];
        if (positions.Length == 0) throw new ArgumentException($"the text holds no {Tokenizer.TokenOf(Tokenizer.MaskId)}: put it where a word is to be guessed", nameof(text));
        if (encoding.Length > _encoder.MaxPositionEmbeddings) throw new ArgumentException($"the text has {encoding.Length} tokens; the model can hold {_encoder.MaxPositionEmbeddings}", nameof(text));
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var batch = Task.Collate([new PretrainingExample(encoding.Ids, encoding.Length, positions, new int[positions.Length], null)]);
        var probabilities = nn.functional.softmax(Task.call(batch).Logits.to(ScalarType.Float32), -1);   // [position, vocab]
        var (values, ids) = probabilities.topk(Math.Min(count, Tokenizer.VocabSize), -1);
        var (best, tokens) = (values.cpu().data<float>().ToArray(), ids.cpu().data<long>().ToArray());
        var perPlace = best.Length / positions.Length;
        return [.. positions.Select((position, place) => new FilledPlace(encoding.Offsets[position],
            [.. Enumerable.Range(place * perPlace, perPlace).Select(at => new TokenProbability(Tokenizer.TokenOf((int)tokens[at]), (int)tokens[at], best[at]))]))];
    }
}
