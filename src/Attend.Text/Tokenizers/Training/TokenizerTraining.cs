using Attend.Text.Data;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Text.Tokenizers.Training;

/// <summary>Kinds of tokenizers that can be trained.</summary>
public enum TokenizerType
{
    /// <summary>BERT's words, cut into pieces that continue with "##".</summary>
    WordPiece,

    /// <summary>Byte-pair encoding over characters; a rare character becomes its bytes.</summary>
    Bpe,

    /// <summary>Byte-pair encoding over bytes, in GPT-2's words.</summary>
    ByteBpe,

    /// <summary>A unigram language model over pieces, as SentencePiece has it.</summary>
    Unigram,
}

/// <summary>Trains a tokenizer on text files, which may be larger than memory.</summary>
/// <remarks>The same files and options give the same tokenizer, however many cores there are.</remarks>
public sealed record TokenizerTraining
{
    /// <summary>What to train.</summary>
    public TokenizerType Type { get; init; } = TokenizerType.WordPiece;

    /// <summary>Text files or patterns, as <see cref="TextCorpus.Open"/> takes them; not needed for texts in memory.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Most entries of the vocabulary, special tokens included.</summary>
    public int VocabSize { get; init; } = 8192;

    /// <summary>A pair of pieces (of a unigram model: a piece) seen less often than this is not learnt; at least 1.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>Keep upper case and accents, where <see cref="Type"/> is <see cref="TokenizerType.WordPiece"/>; the others always do.</summary>
    public bool Cased { get; init; }

    /// <summary>Share of the characters to keep, in [0, 1]; see <see cref="WordPieceTrainerOptions.CharacterCoverage"/>. Bytes have no rare characters.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Most distinct characters, at most 65,535.</summary>
    public int LimitAlphabet { get; init; } = 6000;

    /// <summary>A unigram model writes characters that it does not keep as their bytes instead of as unknown; the bytes take 256 entries.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Most distinct words counted at once; see <see cref="WordPieceTrainerOptions.MaxDistinctWords"/>.</summary>
    public int MaxDistinctWords { get; init; } = 10_000_000;

    /// <summary>Reads the files and trains.</summary>
    /// <param name="progress">Told now and then; null for nobody.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="DataFileException">A file is missing, not UTF-8 or damaged, or all of them hold no word.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the characters alone need a larger vocabulary.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public TrainedTokenizer Run(IProgress<TokenizerTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var corpus = TextCorpus.Open(Data);
        return Train(corpus.Read(bytes => progress?.Report(new(TokenizerTrainingPhase.Counting, bytes, corpus.Bytes))), corpus.Files, progress, cancellationToken);
    }

    /// <summary>Trains on texts in memory.</summary>
    /// <param name="texts">Are gone through once.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="ArgumentException">An option is out of range, the characters alone need a larger vocabulary, or the texts hold no word.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public TrainedTokenizer Run(IEnumerable<string> texts, CancellationToken cancellationToken = default) => Train(texts, [], null, cancellationToken);

    private TrainedTokenizer Train(IEnumerable<string> texts, IReadOnlyList<string> files, IProgress<TokenizerTrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinFrequency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDistinctWords, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LimitAlphabet, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LimitAlphabet, char.MaxValue);
        if (CharacterCoverage is not (>= 0 and <= 1)) throw new ArgumentException($"{nameof(CharacterCoverage)}: expected a share in [0, 1], found {CharacterCoverage}.");

        var textCount = 0L;
        IEnumerable<string> Texts()
        {
            foreach (var text in texts)
            {
                textCount++;
                yield return text;
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (Type == TokenizerType.WordPiece)
        {
            var options = new WordPieceTrainerOptions
            {
                VocabSize = VocabSize,
                MinFrequency = MinFrequency,
                DoLowerCase = !Cased,
                CharacterCoverage = CharacterCoverage,
                LimitAlphabet = LimitAlphabet,
                MaxDistinctWords = MaxDistinctWords,
            };
            var tokenizer = WordPieceTrainer.Train(Texts(), options, progress, facts => Check(facts, files), cancellationToken, out var facts);
            return new TrainedTokenizer(tokenizer, TrainedDefinitions.WordPiece(tokenizer), facts) { TextCount = textCount };
        }
        return TrainPieces(Texts(), files, new TrainerTask(VocabSize, MinFrequency, progress), cancellationToken) with { TextCount = textCount };
    }

    private TrainedTokenizer TrainPieces(IEnumerable<string> texts, IReadOnlyList<string> files, TrainerTask task, CancellationToken cancellationToken)
    {
        WordSplitter split = Type == TokenizerType.ByteBpe ? WordSplitters.SplitAsGpt2 : WordSplitters.SplitAtBlanksAndKinds;
        var words = WordCounting.Count(texts, () => split, MaxDistinctWords, cancellationToken);
        var (alphabet, covered) = (Array.Empty<int>(), 1.0);
        if (Type != TokenizerType.ByteBpe) alphabet = Alphabet.Choose(words, CharacterCoverage, LimitAlphabet, out covered);
        var hasBytes = Type != TokenizerType.Unigram || ByteFallback;
        var facts = VocabularyFacts.Of(words, alphabet.Length, SpecialTokens.All.Length + (hasBytes ? 256 : 0) + alphabet.Length, covered);
        Check(facts, files);
        var definition = Type switch
        {
            TokenizerType.Bpe => TrainedDefinitions.Bpe(BpeTrainer.TrainOnCharacters(words, alphabet, task, cancellationToken)),
            TokenizerType.ByteBpe => TrainedDefinitions.ByteBpe(BpeTrainer.TrainOnBytes(words, task, cancellationToken)),
            TokenizerType.Unigram => TrainedDefinitions.Unigram(UnigramTrainer.Train(words, alphabet, ByteFallback, task, cancellationToken)),
            _ => throw new ArgumentException($"no such type of tokenizer: {Type}"),
        };
        return new TrainedTokenizer(new PipelineTokenizer(definition, TrainedDefinitions.Names), definition, facts) { TextCount = 0 };
    }

    private void Check(VocabularyFacts facts, IReadOnlyList<string> files)
    {
        if (facts.WordCount == 0 && files.Count == 0) throw new ArgumentException("The texts hold no word to learn from.");
        if (facts.WordCount == 0)
            throw new DataFileException(files[0], null, files.Count == 1 ? "holds no word to learn from." : $"holds no word to learn from, nor do the {files.Count - 1} other files.");
        if (VocabSize < facts.SmallestVocabSize)
            throw new ArgumentException($"A vocabulary of {VocabSize} has no room for what it must hold: {facts.SmallestVocabSize} entries, for special tokens, {facts.CharacterCount} characters and bytes. Give a larger vocabulary size, or keep fewer characters (a lower character coverage, a lower limit of the alphabet).");
    }
}
