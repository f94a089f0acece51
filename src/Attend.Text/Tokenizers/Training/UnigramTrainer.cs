using System.Runtime.InteropServices;
using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Training;

/// <summary>Trains a unigram language model over pieces of words.</summary>
/// <remarks>
/// Kudo, "Subword Regularization", 2018, section 3.2, in the form of SentencePiece: from many frequent substrings, expectation
/// maximisation (with the digamma function of a Dirichlet prior, which starves rare pieces) and removal of those pieces whose loss would
/// lower the likelihood least, by a quarter at a time. Single characters always stay. Expectations are added up as whole numbers, so that
/// the result does not depend on the number of threads.
/// </remarks>
internal sealed class UnigramTrainer
{
    private const int RoundsBetweenRemovals = 2;
    private const double KeptAtRemoval = 0.75, SpareBeforeTheEnd = 1.1, LeastExpected = 0.5, UnitsPerCount = 1 << 20;
    private const int MostSeeds = 1_000_000, SeedsPerPiece = 20;

    private readonly SymbolWords _words = new();
    private readonly ushort[] _symbols;
    private readonly string[] _alphabet;
    private readonly CancellationToken _cancellationToken;

    private (int Start, int Length)[] _pieces = [];
    private double[] _scores = [];

    private UnigramTrainer(WordCounts words, int[] alphabet, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _alphabet = [.. alphabet.Select(char.ConvertFromUtf32)];
        var symbolOf = new Dictionary<int, ushort>();
        foreach (var codePoint in alphabet) symbolOf.Add(codePoint, (ushort)symbolOf.Count);
        Span<ushort> symbols = stackalloc ushort[UnigramModel.LongestWord];
        foreach (var index in words.Sorted())
        {
            var word = words.Word(index);
            var length = 0;
            for (var at = 0; at < word.Length;)
            {
                var codePoint = UnicodeCharacters.CodePointAt(word, at);
                at += UnicodeCharacters.UnitsOf(codePoint);
                if (symbolOf.TryGetValue(codePoint, out var symbol))
                {
                    symbols[length++] = symbol;
                    continue;
                }
                _words.Add(symbols[..length], words.CountOf(index));
                length = 0;
            }
            _words.Add(symbols[..length], words.CountOf(index));
        }
        _symbols = CollectionsMarshal.AsSpan(_words.Symbols).ToArray();
    }

    /// <summary>Trains; the special tokens come first, then bytes where asked for, then pieces by falling probability.</summary>
    public static UnigramDefinition Train(WordCounts words, int[] alphabet, bool byteFallback, TrainerTask task, CancellationToken cancellationToken)
    {
        var reserved = SpecialTokens.All.Length + (byteFallback ? 256 : 0);
        var pieces = new UnigramTrainer(words, alphabet, cancellationToken).Train(task.VocabSize - reserved, task.MinFrequency, task.Progress);

        // No text may become a byte that stands in it as the six characters of its name, so that these cost more than any such six.
        var lowest = pieces.Min(piece => piece.Score);
        var byteScore = 7 * (lowest - 10);
        return new UnigramDefinition(
            [
                .. SpecialTokens.All.Select(token => (token, 0.0)),
                .. byteFallback ? SpecialTokens.Bytes.Select(token => (token, byteScore)) : [],
                .. pieces,
            ], Array.IndexOf(SpecialTokens.All, SpecialTokens.Unknown))
        {
            ByteFallback = byteFallback,
        };
    }

    private List<(string Piece, double Score)> Train(int pieceCount, int minFrequency, IProgress<TokenizerTrainingProgress>? progress)
    {
        Seed(pieceCount, minFrequency);
        var enough = Math.Max((int)(pieceCount * SpareBeforeTheEnd), _alphabet.Length);
        var rounds = 1 + (int)Math.Ceiling(Math.Max(0, Math.Log((double)enough / _pieces.Length) / Math.Log(KeptAtRemoval)));
        for (var round = 0; ; round++)
        {
            progress?.Report(new(TokenizerTrainingPhase.Pruning, round, Math.Max(rounds, round)));
            for (var i = 0; i < RoundsBetweenRemovals; i++) Maximize(Expect());
            if (_pieces.Length <= enough) break;
            Remove(Math.Max(enough, (int)(_pieces.Length * KeptAtRemoval)));
        }
        // All characters, then the most probable others.
        return [.. _pieces.Select((piece, index) => (Text: TextOf(piece), Score: _scores[index], piece.Length))
            .OrderBy(piece => piece.Length == 1 ? 0 : 1).ThenByDescending(piece => piece.Score).ThenBy(piece => piece.Text, StringComparer.Ordinal)
            .Take(Math.Max(pieceCount, _alphabet.Length))
            .OrderByDescending(piece => piece.Score).ThenBy(piece => piece.Text, StringComparer.Ordinal)
            .Select(piece => (piece.Text, piece.Score))];
    }

    private string TextOf((int Start, int Length) piece)
    {
        var text = new System.Text.StringBuilder();
        foreach (var symbol in _symbols.AsSpan(piece.Start, piece.Length)) text.Append(_alphabet[symbol]);
        return text.ToString();
    }

    private void Seed(int pieceCount, int minFrequency)
    {
        var seen = new (int Place, long Count)[_alphabet.Length];
        for (var word = 0; word < _words.Counts.Count; word++)
        {
            for (var at = _words.Starts[word]; at < _words.Starts[word + 1]; at++) seen[_symbols[at]] = (at, seen[_symbols[at]].Count + _words.Counts[word]);
        }
        var most = Math.Min(MostSeeds, Math.Max(1000, (long)pieceCount * SeedsPerPiece));
        var found = UnigramSeeds.Find(_words, _cancellationToken);
        var chosen = found.Where(seed => seed.Count >= minFrequency)
            .OrderByDescending(seed => seed.Count * seed.Length).Take((int)most)
            .Select(seed => (Piece: (seed.Start, seed.Length), Weight: (double)seed.Count * seed.Length))
            .Concat(seen.Select(symbol => (Piece: (symbol.Place, 1), Weight: (double)symbol.Count))).ToArray();
        var total = chosen.Sum(seed => seed.Weight);
        _pieces = [.. chosen.Select(seed => seed.Piece)];
        _scores = [.. chosen.Select(seed => Math.Log(seed.Weight / total))];
    }

    private double[] Expect()
    {
        var model = new UnigramModel(_symbols, _pieces, _scores);
        var total = new long[_pieces.Length];
        ForAllWords(model, (walker, expected, _, word, count) => walker.AddExpectations(word, count, UnitsPerCount, expected), total);
        return [.. total.Select(units => units / UnitsPerCount)];
    }

    private void Maximize(double[] expected)
    {
        var kept = Enumerable.Range(0, _pieces.Length).Where(piece => _pieces[piece].Length == 1 || expected[piece] >= LeastExpected).ToArray();
        var counts = kept.Select(piece => Math.Max(expected[piece], LeastExpected)).ToArray();
        var logTotal = Digamma(counts.Sum());
        _pieces = [.. kept.Select(piece => _pieces[piece])];
        _scores = [.. counts.Select(count => Math.Max(UnigramModel.LowestScore, Digamma(count) - logTotal))];
    }

    /// <summary>Keeps so many pieces: those whose loss would cost the texts most.</summary>
    private void Remove(int keep)
    {
        var model = new UnigramModel(_symbols, _pieces, _scores);
        var frequencies = new long[_pieces.Length];
        ForAllWords(model, (walker, frequency, path, word, count) =>
        {
            walker.FindBest(word, without: -1, path);
            foreach (var piece in path) frequency[piece] += count;
        }, frequencies);
        var sum = (double)frequencies.Sum();

        var losses = new double[_pieces.Length];
        Parallel.For(0, _pieces.Length, () => (Walker: new UnigramModel.Walker(model), Path: new List<int>()), (piece, _, own) =>
        {
            losses[piece] = Loss(piece, frequencies, sum, own.Walker, own.Path);
            return own;
        }, _ => { });
        _cancellationToken.ThrowIfCancellationRequested();

        var kept = Enumerable.Range(0, _pieces.Length).Where(piece => !double.IsNegativeInfinity(losses[piece]))
            .OrderByDescending(piece => losses[piece]).ThenBy(piece => piece).Take(keep).Order().ToArray();
        (_pieces, _scores) = ([.. kept.Select(piece => _pieces[piece])], [.. kept.Select(piece => _scores[piece])]);
    }

    /// <summary>By how much the mean log probability falls, about, when a piece is replaced by the best of the others.</summary>
    private double Loss(int piece, long[] frequencies, double sum, UnigramModel.Walker walker, List<int> path)
    {
        if (_pieces[piece].Length == 1) return double.PositiveInfinity;
        if (frequencies[piece] == 0) return double.NegativeInfinity;
        var others = walker.FindBest(_symbols.AsSpan(_pieces[piece].Start, _pieces[piece].Length), without: piece, path);
        if (others >= _scores[piece]) return double.NegativeInfinity;
        var frequency = (double)frequencies[piece];
        var logSum = Math.Log(sum + frequency * (path.Count - 1));
        var replaced = 0.0;
        foreach (var other in path) replaced += Math.Log(frequencies[other] + frequency) - logSum;
        return frequency / sum * (Math.Log(frequency) - Math.Log(sum) - replaced);
    }

    private delegate void WordAction(UnigramModel.Walker walker, long[] sums, List<int> path, ReadOnlySpan<ushort> word, long count);

    /// <summary>Runs over all words on all cores; sums of whole numbers do not depend on who adds what.</summary>
    private void ForAllWords(UnigramModel model, WordAction action, long[] totals)
    {
        const int WordsPerRange = 4096;
        var ranges = (_words.Counts.Count + WordsPerRange - 1) / WordsPerRange;
        Parallel.For(0, ranges, () => (Walker: new UnigramModel.Walker(model), Sums: new long[totals.Length], Path: new List<int>()), (range, state, own) =>
        {
            if (_cancellationToken.IsCancellationRequested) state.Stop();
            var end = Math.Min(_words.Counts.Count, (range + 1) * WordsPerRange);
            for (var word = range * WordsPerRange; word < end; word++)
                action(own.Walker, own.Sums, own.Path, _symbols.AsSpan(_words.Starts[word].._words.Starts[word + 1]), _words.Counts[word]);
            return own;
        }, own =>
        {
            lock (totals)
            {
                for (var i = 0; i < totals.Length; i++) totals[i] += own.Sums[i];
            }
        });
        _cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The digamma function: recurrence up to 7, then its asymptotic series (Abramowitz and Stegun 6.3.5 and 6.3.18).</summary>
    internal static double Digamma(double x)
    {
        var result = 0.0;
        for (; x < 7; x++) result -= 1 / x;
        var inverse = 1 / (x * x);
        return result + Math.Log(x) - 0.5 / x - inverse * (1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse / 240)));
    }
}
