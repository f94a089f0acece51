using Attend.Text.Data;

namespace Attend.Text.Pretraining;

/// <summary>Cuts documents into inputs: segment pairs (Devlin et al. 2018, section 3.1 and appendix A.2), or packed sentences.</summary>
/// <remarks>
/// As google-research/bert's create_pretraining_data.py, with these differences. A random second segment comes from another document
/// of the same file where there is one, so that two languages in one corpus do not give the answer away. Where a document's last
/// sentence stands alone and so cannot be followed, a pair drawn as random elsewhere is made a following one: the halves stay even.
/// A sentence of more than half an input is cut into pieces, so that nothing of it is lost.
/// </remarks>
internal sealed class SpanPlanner
{
    private readonly TokenCache _cache;
    private readonly int[] _documents;
    private readonly PretrainingOptions _options;
    private readonly Dictionary<int, int[]> _documentsOfFile;
    private readonly List<int> _lengths = [];
    private int _owedNext;

    public SpanPlanner(TokenCache cache, int[] documents, PretrainingOptions options)
    {
        (_cache, _documents, _options) = (cache, documents, options);
        _documentsOfFile = documents.GroupBy(document => cache[document].File).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>The inputs of one epoch, documents in random order; the same for the same seed and epoch. One enumeration at a time.</summary>
    public IEnumerable<PretrainingSpan> Plan(int epoch)
    {
        var seed = Mix(_options.Seed, (ulong)epoch);
        var order = (int[])_documents.Clone();
        new DeterministicRandom(seed).Shuffle(order.AsSpan());
        _owedNext = 0;
        var spans = new List<PretrainingSpan>();
        var ordinal = 0L;
        foreach (var document in order)
        {
            spans.Clear();
            var random = new DeterministicRandom(Mix(seed, (ulong)document));
            ReadSentences(document);
            if (_options.Objective == PretrainingObjective.MlmNsp) PlanPairs(document, random, spans);
            else PlanPacked(document, spans);
            foreach (var span in spans) yield return span with { Ordinal = ordinal++ };
        }
    }

    private void PlanPairs(int document, DeterministicRandom random, List<PretrainingSpan> spans)
    {
        var room = _options.MaxInputTokens - 3;
        long[] starts = Starts(document);
        for (var i = 0; i < _lengths.Count;)
        {
            var target = random.NextDouble() < _options.ShortShare ? 2 + random.Next(room - 1) : room;
            var isNext = random.NextDouble() < 0.5;
            if (!isNext && _owedNext > 0)
            {
                isNext = true;
                _owedNext--;
            }
            var end = i + 1;
            while (end < _lengths.Count && starts[end] - starts[i] < target) end++;
            if (isNext && end == i + 1)
            {
                if (end < _lengths.Count) end++;
                else
                {
                    isNext = false;
                    _owedNext++;
                }
            }
            var middle = end - i == 1 ? end : i + 1 + random.Next(end - i - 1);
            var first = (Start: starts[i], Length: (int)(starts[middle] - starts[i]));
            var second = isNext ? (Start: starts[middle], Length: (int)(starts[end] - starts[middle])) : OfAnotherDocument(document, target - first.Length, random);
            Truncate(ref first, ref second, room, random);
            spans.Add(new PretrainingSpan(0, first.Start, first.Length, second.Start, second.Length, isNext));
            i = isNext ? end : middle; // sentences that found no use come again
        }
    }

    private (long Start, int Length) OfAnotherDocument(int document, int target, DeterministicRandom random)
    {
        var candidates = _documentsOfFile[_cache[document].File];
        if (candidates.Length < 2) candidates = _documents;
        // One of the others, each as likely: the last stands in for the document itself.
        var other = candidates[random.Next(candidates.Length - 1)];
        if (other == document) other = candidates[^1];
        var sentences = _cache.SentencesOf(other);
        var first = random.Next(sentences.Length);
        var start = _cache[other].FirstToken;
        for (var i = 0; i < first; i++) start += sentences[i];
        var length = 0;
        for (var i = first; i < sentences.Length && (length == 0 || length < target); i++) length += sentences[i];
        return (start, Math.Min(length, _options.MaxInputTokens));
    }

    // Tokens are taken one by one from the longer segment, from its front or its back by the toss of a coin.
    private static void Truncate(ref (long Start, int Length) first, ref (long Start, int Length) second, int room, DeterministicRandom random)
    {
        while (first.Length + second.Length > room)
        {
            ref var longer = ref first.Length > second.Length ? ref first : ref second;
            if (random.NextDouble() < 0.5) longer.Start++;
            longer.Length--;
        }
    }

    private void PlanPacked(int document, List<PretrainingSpan> spans)
    {
        var room = _options.MaxInputTokens - 2;
        long[] starts = Starts(document);
        for (var i = 0; i < _lengths.Count;)
        {
            var end = i + 1;
            while (end < _lengths.Count && starts[end + 1] - starts[i] <= room) end++;
            spans.Add(new PretrainingSpan(0, starts[i], (int)(starts[end] - starts[i]), 0, 0, false));
            i = end;
        }
    }

    private void ReadSentences(int document)
    {
        var longest = (_options.MaxInputTokens - 3) / 2;
        _lengths.Clear();
        foreach (int length in _cache.SentencesOf(document))
        {
            var pieces = (length + longest - 1) / longest;
            for (var piece = 0; piece < pieces; piece++) _lengths.Add(((piece + 1) * length / pieces) - (piece * length / pieces));
        }
    }

    // Where each sentence begins, and at the end where the last one ends.
    private long[] Starts(int document)
    {
        var starts = new long[_lengths.Count + 1];
        starts[0] = _cache[document].FirstToken;
        for (var i = 0; i < _lengths.Count; i++) starts[i + 1] = starts[i] + _lengths[i];
        return starts;
    }

    internal static ulong Mix(ulong seed, ulong index) => new DeterministicRandom(new DeterministicRandom(seed).NextUInt64() + index * 0xD1342543DE82EF95).NextUInt64();
}
