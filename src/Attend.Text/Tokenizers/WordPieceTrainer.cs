using System.Text;
using Attend.Text.Tokenizers.Training;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers;

/// <summary>Makes a WordPiece vocabulary out of texts.</summary>
/// <remarks>
/// The frequent pairs of neighbouring pieces are joined, most frequent first, as in byte-pair encoding (Sennrich et al., "Neural
/// Machine Translation of Rare Words with Subword Units", 2016, section 3.2) and as Hugging Face's trainer does; Google's own
/// likelihood-based trainer was never published. The same texts and options give the same vocabulary on any machine: ties go to the
/// pair whose left, then whose right piece came first into the vocabulary.
/// </remarks>
public static class WordPieceTrainer
{
    /// <summary>Trains a tokenizer; ids 0 to 4 are [PAD] [UNK] [CLS] [SEP] [MASK], then the characters, then the joined pieces.</summary>
    /// <param name="texts">Read once, as a stream; only the counts of distinct words are kept, at most <see cref="WordPieceTrainerOptions.MaxDistinctWords"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Told how many entries the vocabulary has.</param>
    /// <param name="cancellationToken">Asked between texts and between joins.</param>
    /// <remarks>
    /// Each kept character is an entry of its own and, unless it always stands alone (punctuation, ideographs), a continuation too, so
    /// no word made of kept characters becomes unknown. The characters stay in even where they alone exceed the vocabulary size.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A size, share or count in the options is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BertTokenizer Train(IEnumerable<string> texts, WordPieceTrainerOptions? options = null, IProgress<TokenizerTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
        => Train(texts, options, progress, check: null, cancellationToken, out _);

    internal static BertTokenizer Train(IEnumerable<string> texts, WordPieceTrainerOptions? options, IProgress<TokenizerTrainingProgress>? progress, Action<VocabularyFacts>? check, CancellationToken cancellationToken, out VocabularyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new WordPieceTrainerOptions();
        var rules = new BertTokenizerOptions
        {
            DoLowerCase = options.DoLowerCase,
            StripAccents = options.StripAccents,
            TokenizeChineseChars = options.TokenizeChineseChars,
        };
        string[] special = [rules.PadToken, rules.UnknownToken, rules.ClsToken, rules.SepToken, rules.MaskToken];
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VocabSize, special.Length, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinFrequency, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LimitAlphabet, 0, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDistinctWords, 1, nameof(options));
        if (!(options.CharacterCoverage is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), options.CharacterCoverage, "expected a character coverage in [0, 1]");

        cancellationToken.ThrowIfCancellationRequested();
        var characters = BertCharacters.For(rules);
        var words = WordCounting.Count(texts, () => CreateSplitter(characters, rules.MaxWordCodePoints), options.MaxDistinctWords, cancellationToken);
        var alphabet = Alphabet.Choose(words, options.CharacterCoverage, options.LimitAlphabet, out var covered);
        var entries = new List<string>(special);
        var merges = new PairMerges();
        var ids = new WordPieceIds(entries, alphabet, characters);
        facts = VocabularyFacts.Of(words, alphabet.Length, entries.Count, covered);
        check?.Invoke(facts);
        foreach (var index in words.Sorted()) ids.AddWord(words.Word(index), words.CountOf(index), merges);

        var byText = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < entries.Count; id++) byText.Add(entries[id], id);
        merges.Join(options.MinFrequency, (left, right) =>
        {
            var joined = entries[left] + entries[right][WordPieceVocabulary.Continuation.Length..];
            if (byText.TryGetValue(joined, out var known)) return known;
            byText.Add(joined, entries.Count);
            entries.Add(joined);
            progress?.Report(new(TokenizerTrainingPhase.Joining, entries.Count, options.VocabSize));
            return entries.Count - 1;
        }, () => entries.Count >= options.VocabSize, cancellationToken);
        return new BertTokenizer(entries, rules);
    }

    private static WordSplitter CreateSplitter(BertCharacters characters, int maxWordCodePoints)
    {
        var buffer = new BertWordBuffer(maxWordCodePoints);
        return (text, counts) =>
        {
            var sink = new WordCounter(counts);
            BertWords<WordCounter>.Scan(characters, text, buffer, ref sink);
        };
    }

    /// <summary>Ids of the characters at the beginning of a word and inside it.</summary>
    private sealed class WordPieceIds
    {
        private readonly Dictionary<int, (int Beginning, int Continuation)> _ids = [];
        private readonly List<int> _word = [];

        public WordPieceIds(List<string> entries, int[] alphabet, BertCharacters characters)
        {
            foreach (var codePoint in alphabet)
            {
                _ids.Add(codePoint, (entries.Count, -1));
                entries.Add(char.ConvertFromUtf32(codePoint));
            }
            foreach (var codePoint in alphabet)
            {
                if (BertCharacters.IsPunctuation(codePoint) || characters.IsIdeograph(codePoint)) continue;
                _ids[codePoint] = _ids[codePoint] with { Continuation = entries.Count };
                entries.Add(WordPieceVocabulary.Continuation + new Rune(codePoint));
            }
        }

        /// <summary>Adds a word, unless it holds a character that is not kept.</summary>
        public void AddWord(ReadOnlySpan<char> word, long count, PairMerges merges)
        {
            _word.Clear();
            for (var at = 0; at < word.Length;)
            {
                var codePoint = UnicodeCharacters.CodePointAt(word, at);
                at += UnicodeCharacters.UnitsOf(codePoint);
                if (!_ids.TryGetValue(codePoint, out var ids)) return;
                _word.Add(_word.Count == 0 ? ids.Beginning : ids.Continuation);
            }
            merges.AddWord(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_word), count);
        }
    }

    private readonly struct WordCounter(WordCounts counts) : IBertWordSink
    {
        // A lone surrogate cannot be written to a vocabulary file, and a word too long is never cut into pieces.
        public void Word(ReadOnlySpan<char> word, WordOrigin origin)
        {
            if (!word.Contains('\0')) counts.Add(word);
        }

        public void LongWord(TextSpan span)
        {
        }

        public void ExtendLastWord(int end)
        {
        }
    }
}
