using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Tasks;
using Attend.Text.Metrics;
using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;
using Attend.Training;
using static TorchSharp.torch;

namespace Attend;

/// <summary>Pre-trains an encoder on raw text, from nothing or going on from a model (Devlin et al. 2018, section 3.1).</summary>
/// <remarks>
/// <see cref="ModelTraining{TExample, TBatch, TAnswer}.Data"/> names text files, several patterns divided by `;`: UTF-8, also gzipped, one
/// paragraph or sentence a line, an empty line between documents.
/// </remarks>
public sealed record Pretraining : ModelTraining<PretrainingExample, PretrainingBatch, PretrainingAnswer>
{
    // Masks of the held-out text: the same in every run, so that losses can be compared.
    private const ulong HeldOutSeed = 1234567;

    /// <summary>Divides patterns in <see cref="ModelTraining{TExample, TBatch, TAnswer}.Data"/>.</summary>
    public const char PatternSeparator = ';';

    /// <summary>Size of a new model.</summary>
    public EncoderSize Size { get; init; } = EncoderSize.Named["mini"];

    /// <summary>Dropout while the language is learned, in [0, 1). The model's own, of config.json, is for fine-tuning.</summary>
    public double Dropout { get; init; }

    /// <summary>Folder with the tokenizer of a new model; null = its vocabulary is trained from the text.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Vocabulary of a new model without <see cref="Tokenizer"/>.</summary>
    public WordPieceTrainerOptions Vocabulary { get; init; } = new() { VocabSize = 16_384 };

    /// <summary>How text becomes inputs.</summary>
    public PretrainingOptions Inputs { get; init; } = new();

    /// <summary>Folder of tokenized corpora, which other runs on the same text use as well; null = attend/tokens in the user's cache folder.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Most tokens of held-out text that an evaluation reads.</summary>
    public int HeldOutTokens { get; init; } = 200_000;

    /// <inheritdoc/>
    protected override string TaskName => "pre-training";

    /// <inheritdoc/>
    protected override object DataFormat => new { PatternSeparator };

    /// <inheritdoc/>
    protected override object Settings => new { Inputs, HeldOutTokens, Dropout };

    /// <inheritdoc/>
    protected override int InputLimit => Inputs.MaxInputTokens;

    private HeadKind Head => Inputs.Objective == PretrainingObjective.MlmNsp ? HeadKind.PreTraining : HeadKind.MaskedLanguageModel;

    /// <inheritdoc/>
    protected override TrainingSet<PretrainingExample> ReadData(Action<string> notice)
    {
        Inputs.Validate();
        if (!(Dropout >= 0 && Dropout < 1)) throw new ArgumentException($"Dropout is {Dropout}; expected a probability in [0, 1)");
        if (From is not null && Tokenizer is not null) throw new ArgumentException("--from and --tokenizer exclude each other: a model brings its own tokenizer");
        if (!(DevShare > 0 && DevShare < 1)) throw new ArgumentException($"DevShare is {DevShare}; expected a share in (0, 1)");
        var corpus = Corpus.Open(Data.Split(PatternSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        var tokenizer = MakeTokenizer(corpus, notice);
        var cache = TokenStore.Open(CacheFolder, corpus, tokenizer, notice);
        var (train, heldOut) = Dev is null ? cache.Split(DevShare) : cache.Split(0);
        var data = new PretrainingData(cache, train, tokenizer, Inputs with { Seed = Options.Seed });
        var dev = Array.Empty<PretrainingExample>();
        DataCard? devCard = null;
        if (Dev is not null)
        {
            var devCorpus = Corpus.Open(Dev.Split(PatternSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            using var devCache = TokenStore.Open(CacheFolder, devCorpus, tokenizer, notice);
            dev = HeldOut(devCache, devCache.Split(0).Train, tokenizer, Inputs, HeldOutTokens);
            devCard = new DataCard(Dev, devCache.Key.CorpusHash, dev.Length);
        }
        else if (heldOut.Length > (Inputs.Objective == PretrainingObjective.MlmNsp ? 1 : 0)) dev = HeldOut(cache, heldOut, tokenizer, Inputs, HeldOutTokens);
        else notice("too few documents to hold any out: the model is not judged on text it has not seen; name some with --dev");
        notice($"{train.Length:N0} documents, {data.TokenCount:N0} tokens to learn from" + (Dev is null ? $"; {heldOut.Length:N0} documents, {cache.CountTokens(heldOut):N0} tokens held out" : "")
            + $"; {dev.Length:N0} inputs judge the model");
        return new Set(data, dev, new DataCard(Data, cache.Key.CorpusHash, train.Length), devCard, tokenizer);
    }

    /// <inheritdoc/>
    protected override TaskModel<PretrainingExample, PretrainingBatch, PretrainingAnswer> Build(
        ModelFolder? folder, TrainingSet<PretrainingExample> data, Device device, Action<string> notice, CancellationToken cancel)
    {
        var set = (Set)data;
        var config = folder is not null ? folder.Config with { IdToLabel = null, LabelToId = null, ProblemType = null }
            : Architectures.Find("bert").CreateConfig(Size with { MaxPositionEmbeddings = Math.Max(Size.MaxPositionEmbeddings, InputLimit) }, set.Tokenizer.VocabSize) with { ClassifierPooling = "mean" };
        var architecture = Architectures.Find(config.ModelType);
        var encoder = architecture.Create(config.WithDropout(Dropout) with { ClassifierPooling = null }); // with the pooler of the next sentence
        if (!architecture.Heads.ContainsKey(Head)) throw new ArgumentException($"a '{config.ModelType}' model cannot be pre-trained with BERT's heads");
        var task = new PretrainingTask(encoder, set.Tokenizer.PadId, Inputs, device);
        CheckpointPart[] parts = [new(encoder, architecture.Keys), .. task.Heads.Select(head => new CheckpointPart(head, architecture.Heads[Head].Keys, Required: false))];
        if (folder is not null && !Resume && folder.LoadWeights(parts) is { FreshParts.Count: > 0 })
            notice($"{folder.Path} has no heads of pre-training: they are drawn anew");
        return new(task, config, Head, set.Tokenizer, parts);
    }

    /// <inheritdoc/>
    protected override UpdateSource<PretrainingBatch> CreateSource(TaskModel<PretrainingExample, PretrainingBatch, PretrainingAnswer> model, TrainingSet<PretrainingExample> data) =>
        new PretrainingSource((PretrainingTask)model.Task, ((Set)data).Data, Options);

    /// <inheritdoc/>
    protected override ITrainingLog CreateLog(RunFolder run, TaskModel<PretrainingExample, PretrainingBatch, PretrainingAnswer> model) =>
        new TensorBoardLog(run.File("tensorboard"), FlopCount.PerToken((PretrainingTask)model.Task, Inputs), FlopCount.MeasurePeak(model.Task.Device, PrecisionChoice.In(Options.Precision, model.Task.Device)));

    /// <inheritdoc/>
    protected override void Finish(RunCard card) =>
        AtomicFile.Write(Path.Combine(Out, "curves.png"), stream => stream.Write(TrainingCurves.PretrainingPng(Out, card)));

    /// <summary>Inputs of held-out documents, always the same ones: pairs and masks of epoch 0 under a fixed seed.</summary>
    internal static PretrainingExample[] HeldOut(TokenCache cache, int[] documents, ITokenizer tokenizer, PretrainingOptions inputs, int mostTokens)
    {
        var data = new PretrainingData(cache, documents, tokenizer, inputs with { Seed = HeldOutSeed });
        var left = (long)mostTokens;
        return [.. data.Spans(0).TakeWhile(span => (left -= span.Length) + span.Length > 0).Select(span => data.Create(span, 0))];
    }

    private ITokenizer MakeTokenizer(Corpus corpus, Action<string> notice)
    {
        if ((Resume ? Out : From) is { } folder) return ModelFolder.Open(folder).LoadTokenizer();
        if (Tokenizer is not null) return BertTokenizer.Load(ModelSource.Locate(Tokenizer));
        notice($"training a vocabulary of {Vocabulary.VocabSize:N0} tokens");
        return WordPieceTrainer.Train(corpus.Lines().Select(line => line.Text), Vocabulary);
    }

    private sealed record Set(PretrainingData Data, IReadOnlyList<PretrainingExample> HeldOut, DataCard Card, DataCard? HeldOutCard, ITokenizer Tokenizer)
        : TrainingSet<PretrainingExample>([], HeldOut, Card, HeldOutCard, []);
}
