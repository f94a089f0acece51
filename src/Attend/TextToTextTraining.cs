using Attend.Checkpoints;
using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Training;
using static TorchSharp.torch;

namespace Attend;

/// <summary>What is written, which decides how it is judged.</summary>
public enum WritingKind
{
    /// <summary>Translations: BLEU and chrF.</summary>
    Translation,

    /// <summary>Summaries: ROUGE.</summary>
    Summary,

    /// <summary>Answers that are right or wrong: exact match and error rates.</summary>
    Answer,
}

/// <summary>Which pairs of a corpus are not learned from.</summary>
public sealed record PairFilter
{
    /// <summary>Most times that one side may have more tokens than the other (a pair with a side of fewer than 5 tokens is never out of proportion); 0 = any.</summary>
    public double MaxLengthRatio { get; init; }

    /// <summary>Leave out pairs with a side that would have to be cut, instead of cutting it.</summary>
    public bool DropLong { get; init; }
}

/// <summary>What a run card keeps of the task's options.</summary>
internal sealed record TextToTextSettings(TextToTextOptions TaskOptions, PairFilter Filter);

/// <summary>Teaches an encoder-decoder to write: from pairs of texts to a model folder that translates, summarizes or answers.</summary>
public sealed record TextToTextTraining : ModelTraining<ParallelText, TextToTextBatch, TextAnswer>
{
    /// <summary>What is written.</summary>
    public WritingKind Kind { get; init; }

    /// <summary>Targets of <see cref="ModelTraining{TExample, TBatch, TAnswer}.Data"/>, where that is a plain file of sources, line by line.</summary>
    public string? DataTarget { get; init; }

    /// <summary>Targets of <see cref="ModelTraining{TExample, TBatch, TAnswer}.Dev"/>, where that is a plain file of sources.</summary>
    public string? DevTarget { get; init; }

    /// <summary>How data files with columns are read.</summary>
    public ParallelTextOptions Format { get; init; } = new();

    /// <summary>Size of a new model, a Transformer as in Vaswani et al. 2017.</summary>
    public Seq2SeqSize Size { get; init; } = Seq2SeqSize.Named["mini"];

    /// <summary>A new model normalises before each sublayer, which needs less care with the learning rate; false = after, as in the paper.</summary>
    public bool PreNorm { get; init; } = true;

    /// <summary>Kind of tokenizer that a new model gets, trained on both sides of the data together.</summary>
    public TokenizerType TokenizerType { get; init; } = TokenizerType.Bpe;

    /// <summary>Vocabulary of a new model, in tokens.</summary>
    public int VocabSize { get; init; } = 8192;

    /// <summary>Folder with the tokenizer of a new model; null = one is trained.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Options of the task.</summary>
    public TextToTextOptions TaskOptions { get; init; } = new();

    /// <summary>Which pairs are left out.</summary>
    public PairFilter Filter { get; init; } = new();

    /// <inheritdoc/>
    protected override string TaskName => Kind switch { WritingKind.Translation => "translation", WritingKind.Summary => "summarization", _ => "text generation" };

    /// <inheritdoc/>
    protected override object DataFormat => Format;

    /// <inheritdoc/>
    protected override object Settings => new TextToTextSettings(TaskOptions, Filter);

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    /// <inheritdoc/>
    protected override TrainingSet<ParallelText> ReadData(Action<string> notice)
    {
        var train = ReadPairs(Data, DataTarget, notice);
        if (Dev is { } devPath)
        {
            var dev = ReadPairs(devPath, DevTarget, notice);
            return new(train, dev, DataCard.Of(Data, train.Count), DataCard.Of(devPath, dev.Count), []);
        }
        if (!(DevShare > 0 && DevShare < 1)) throw new ArgumentException($"DevShare is {DevShare}; expected a share in (0, 1)");
        if (train.Count < 2) throw new DataFileException(Data, null, "holds one pair only; expected at least two, one of them to judge the model by");
        var order = Enumerable.Range(0, train.Count).ToArray();
        new DeterministicRandom(Options.Seed).Shuffle(order.AsSpan());
        var devCount = Math.Clamp((int)Math.Round(train.Count * DevShare), 1, train.Count - 1);
        notice($"no --dev file: {devCount} of {train.Count} pairs are split off to judge the model by");
        ParallelText[] Chosen(IEnumerable<int> indices) => [.. indices.Order().Select(index => train[index])];
        return new(Chosen(order.Skip(devCount)), Chosen(order.Take(devCount)), DataCard.Of(Data, train.Count - devCount), null, []);
    }

    /// <inheritdoc/>
    protected override TaskModel<ParallelText, TextToTextBatch, TextAnswer> Build(ModelFolder? folder, TrainingSet<ParallelText> data, Device device, Action<string> notice, CancellationToken cancel)
    {
        var tokenizer = folder?.LoadTokenizer() ?? (Tokenizer is { } path ? TokenizerFolder.Load(path) : TrainTokenizer(data.Train, cancel));
        var architecture = folder?.Seq2SeqArchitecture ?? Architectures.FindSeq2Seq("transformer");
        var config = (Seq2SeqConfig)(folder?.Config ?? NewConfig(tokenizer));
        var model = architecture.Create(config);
        var options = TaskOptions with
        {
            MaxInputTokens = Math.Min(TaskOptions.MaxInputTokens, model.MaxSourceTokens),
            MaxNewTokens = Math.Min(TaskOptions.MaxNewTokens, model.MaxTargetTokens),
        };
        var task = new TextToText(model, tokenizer, options, WritingMetrics.Of(Kind, data.Dev.SelectMany(pair => pair.References)), device);
        CheckpointPart[] parts = [new(model, architecture.Keys)];
        if (folder is not null && !Resume) folder.LoadWeights(parts);
        return new(task, config, null, tokenizer, parts);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ParallelText> Select(TaskModel<ParallelText, TextToTextBatch, TextAnswer> model, IReadOnlyList<ParallelText> examples, Action<string> notice)
    {
        var task = (TextToText)model.Task;
        var kept = new List<ParallelText>(examples.Count);
        var (lengthy, lopsided) = (0, 0);
        foreach (var pair in examples)
        {
            var (source, target) = (task.EncodeSource(pair.Source), task.EncodeTarget(pair.References[0]));
            var (shorter, longer) = (Math.Min(source.Ids.Length + source.Cut, target.Ids.Length + target.Cut), Math.Max(source.Ids.Length + source.Cut, target.Ids.Length + target.Cut));
            if (Filter.DropLong && source.Cut + target.Cut > 0) lengthy++;
            else if (Filter.MaxLengthRatio > 0 && shorter >= 5 && longer > Filter.MaxLengthRatio * shorter) lopsided++;
            else kept.Add(pair);
        }
        if (lengthy > 0) notice($"{lengthy} of {examples.Count} training pairs are longer than {InputLimit} (source) or {TaskOptions.MaxNewTokens} (target) tokens and are left out");
        if (lopsided > 0) notice($"{lopsided} of {examples.Count} training pairs have one side more than {Filter.MaxLengthRatio} times as long as the other and are left out");
        if (kept.Count == 0) throw new DataFileException(Data, null, "holds no pair that the filters let pass");
        return kept;
    }

    /// <inheritdoc/>
    protected override long CountTruncated(TaskModel<ParallelText, TextToTextBatch, TextAnswer> model, IReadOnlyList<ParallelText> examples)
    {
        var task = (TextToText)model.Task;
        return examples.LongCount(pair => task.EncodeSource(pair.Source).Cut + task.EncodeTarget(pair.References[0]).Cut > 0);
    }

    private List<ParallelText> ReadPairs(string path, string? targets, Action<string> notice)
    {
        var pairs = new List<ParallelText>();
        var empty = 0;
        foreach (var pair in targets is null ? ParallelTextFile.Read(path, Format) : ParallelTextFile.Read(path, [targets]))
        {
            // A side without a word teaches nothing.
            if (string.IsNullOrWhiteSpace(pair.Source) || string.IsNullOrWhiteSpace(pair.References[0])) empty++;
            else pairs.Add(pair);
        }
        if (empty > 0) notice($"{path}: {empty} of {pairs.Count + empty} pairs have an empty side and are left out");
        return pairs.Count > 0 ? pairs : throw new DataFileException(path, null, "holds no pair of texts");
    }

    private ITokenizer TrainTokenizer(IReadOnlyList<ParallelText> pairs, CancellationToken cancel) =>
        new TokenizerTraining { Type = TokenizerType, VocabSize = VocabSize, CharacterCoverage = 1, Cased = true }
            .Run(pairs.SelectMany(pair => pair.References.Prepend(pair.Source)), cancel).Tokenizer;

    private TransformerConfig NewConfig(ITokenizer tokenizer)
    {
        var special = tokenizer.SpecialTokens;
        if (special.Bos is not { } start || special.Eos is not { } end)
            throw new CheckpointException(Tokenizer ?? Out, "the tokenizer has no tokens that begin and end a text", advice: "Train one by attend tokenizer train --type bpe.");
        return (TransformerConfig)Architectures.FindSeq2Seq("transformer").CreateConfig(Size with { MaxPositionEmbeddings = Math.Max(Size.MaxPositionEmbeddings, Math.Max(InputLimit, TaskOptions.MaxNewTokens)) }, tokenizer.VocabSize) with
        {
            NormPlacement = PreNorm ? "pre" : "post",
            PadTokenId = tokenizer.PadId,
            DecoderStartTokenId = start,
            EosTokenId = end,
        };
    }
}
