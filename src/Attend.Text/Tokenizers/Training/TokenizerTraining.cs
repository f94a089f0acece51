using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Training;

/// <summary>Kinds of tokenizers that can be trained.</summary>
public enum TokenizerType
{
    /// <summary>BERT's words, cut into pieces that continue with "##".</summary>
    WordPiece,
}

/// <summary>Trains a tokenizer on text files, which may be larger than memory.</summary>
/// <remarks>The same files and options give the same tokenizer on any machine.</remarks>
public sealed record TokenizerTraining
{
    /// <summary>What to train.</summary>
    public TokenizerType Type { get; init; } = TokenizerType.WordPiece;

    /// <summary>Text files or patterns, as <see cref="TextCorpus.Open"/> takes them.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Most entries of the vocabulary, special tokens included.</summary>
    public int VocabSize { get; init; } = 8192;

    /// <summary>A pair of pieces seen less often than this is not joined; at least 1.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>Keep upper case and accents.</summary>
    public bool Cased { get; init; }

    /// <summary>Share of the characters to keep, in [0, 1]; see <see cref="WordPieceTrainerOptions.CharacterCoverage"/>.</summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Most distinct characters.</summary>
    public int LimitAlphabet { get; init; } = 6000;

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
        var textCount = 0L;
        IEnumerable<string> Texts()
        {
            foreach (var text in corpus.Read(bytes => progress?.Report(new(TokenizerTrainingPhase.Counting, bytes, corpus.Bytes))))
            {
                textCount++;
                yield return text;
            }
        }
        var options = new WordPieceTrainerOptions
        {
            VocabSize = VocabSize,
            MinFrequency = MinFrequency,
            DoLowerCase = !Cased,
            CharacterCoverage = CharacterCoverage,
            LimitAlphabet = LimitAlphabet,
            MaxDistinctWords = MaxDistinctWords,
        };
        var tokenizer = WordPieceTrainer.Train(Texts(), options, progress, facts => Check(facts, corpus), cancellationToken, out var facts);
        return new TrainedTokenizer(tokenizer, facts) { TextCount = textCount };
    }

    private void Check(VocabularyFacts facts, TextCorpus corpus)
    {
        if (facts.WordCount == 0)
            throw new DataFileException(corpus.Files[0], null, corpus.Files.Count == 1 ? "holds no word to learn from." : $"holds no word to learn from, nor do the {corpus.Files.Count - 1} other files.");
        if (VocabSize < facts.SmallestVocabSize)
            throw new ArgumentException($"A vocabulary of {VocabSize} has no room for the special tokens and the {facts.CharacterCount} characters, which need {facts.SmallestVocabSize} entries. Give a larger vocabulary size, or keep fewer characters (a lower character coverage, a lower limit of the alphabet).");
    }
}

/// <summary>A tokenizer and what its trainer saw.</summary>
public sealed class TrainedTokenizer
{
    private readonly VocabularyFacts _facts;

    internal TrainedTokenizer(ITokenizer tokenizer, VocabularyFacts facts) => (Tokenizer, _facts) = (tokenizer, facts);

    /// <summary>The tokenizer; its <see cref="ITokenizer.Save"/> writes the files.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Texts (lines) read.</summary>
    public required long TextCount { get; init; }

    /// <summary>Words in them; where <see cref="LargestCountLoss"/> is not 0, without those that were forgotten.</summary>
    public long WordCount => _facts.WordCount;

    /// <summary>Distinct words learnt from.</summary>
    public int DistinctWordCount => _facts.DistinctWordCount;

    /// <summary>By how much a word's count may be too low because there were too many distinct words for the memory allowed; 0 for exact counts.</summary>
    public long LargestCountLoss => _facts.LargestCountLoss;

    /// <summary>Distinct characters kept.</summary>
    public int CharacterCount => _facts.CharacterCount;

    /// <summary>Share of the characters in the texts' words that are kept, in [0, 1].</summary>
    public double CharacterCoverage => _facts.CharacterCoverage;
}
