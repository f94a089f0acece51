using System.Runtime.InteropServices;
using System.Text;

namespace Attend.Text.Tokenizers;

/// <summary>Makes a WordPiece vocabulary out of texts.</summary>
/// <remarks>
/// The frequent pairs of neighbouring pieces are joined, most frequent first, as in byte-pair encoding (Sennrich et al., "Neural
/// Machine Translation of Rare Words with Subword Units", 2016, section 3.2) and as Hugging Face's trainer does; Google's own
/// likelihood-based trainer was never published. The same texts and options give the same vocabulary: ties go to the pair whose
/// strings come first in ordinal order.
/// </remarks>
public static class WordPieceTrainer
{
    /// <summary>Trains a tokenizer; ids 0 to 4 are [PAD] [UNK] [CLS] [SEP] [MASK], then the characters, then the joined pieces.</summary>
    /// <param name="texts">Read once; only the counts of distinct words are kept.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Asked between texts and between joins.</param>
    /// <remarks>
    /// Each kept character is an entry of its own and, unless it always stands alone (punctuation, ideographs), a continuation too, so
    /// no word made of kept characters becomes unknown. The characters stay in even where they alone exceed the vocabulary size.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A size or count in the options is out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static BertTokenizer Train(IEnumerable<string> texts, WordPieceTrainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new WordPieceTrainerOptions();
        var tokenizerOptions = new BertTokenizerOptions
        {
            DoLowerCase = options.DoLowerCase,
            StripAccents = options.StripAccents,
            TokenizeChineseChars = options.TokenizeChineseChars,
        };
        string[] special = [tokenizerOptions.PadToken, tokenizerOptions.UnknownToken, tokenizerOptions.ClsToken, tokenizerOptions.SepToken, tokenizerOptions.MaskToken];
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VocabSize, special.Length, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinFrequency, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LimitAlphabet, 0, nameof(options));

        var words = CountWords(texts, tokenizerOptions, cancellationToken);
        var alphabet = Alphabet(words, options.LimitAlphabet);
        var characters = BertCharacters.For(tokenizerOptions);
        var pieces = new WordPieceMerges(alphabet.Keys, alphabet.Keys.Where(rune => !StandsAlone(rune, characters)));
        foreach (var (word, count) in words.OrderBy(word => word.Key, StringComparer.Ordinal))
        {
            if (word.EnumerateRunes().All(alphabet.ContainsKey)) pieces.AddWord(word, count);
        }
        pieces.Join(options.VocabSize - special.Length, options.MinFrequency, cancellationToken);
        return new BertTokenizer([.. special, .. pieces.Pieces], tokenizerOptions);
    }

    private static bool StandsAlone(Rune rune, BertCharacters characters)
        => BertCharacters.IsPunctuation(rune.Value) || characters.IsIdeograph(rune.Value);

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, BertTokenizerOptions options, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var characters = BertCharacters.For(options);
        var buffer = new BertWordBuffer(options.MaxWordCodePoints);
        var sink = new WordCounter(counts.GetAlternateLookup<ReadOnlySpan<char>>());
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BertWords<WordCounter>.Scan(characters, text, buffer, ref sink);
        }
        return counts;
    }

    /// <summary>The most frequent characters with their counts.</summary>
    private static SortedDictionary<Rune, long> Alphabet(Dictionary<string, long> words, int limit)
    {
        var counts = new Dictionary<Rune, long>();
        foreach (var (word, count) in words)
        {
            foreach (var rune in word.EnumerateRunes()) CollectionsMarshal.GetValueRefOrAddDefault(counts, rune, out _) += count;
        }
        return new(counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(limit).ToDictionary());
    }

    private readonly struct WordCounter(Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> counts) : IBertWordSink
    {
        // A lone surrogate cannot be written to a vocabulary file, and a word too long is never cut into pieces.
        public void Word(ReadOnlySpan<char> word, WordOrigin origin)
        {
            if (!word.Contains('\0')) CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
        }

        public void LongWord(TextSpan span)
        {
        }

        public void ExtendLastWord(int end)
        {
        }
    }
}
