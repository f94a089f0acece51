using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend.Text.Pretraining;

/// <summary>A tokenized corpus as inputs to learn from: other pairs and other masks in every epoch, each a function of (seed, epoch, number).</summary>
public sealed class PretrainingData
{
    // Keeps the draws of masks apart from those of pairs.
    private const ulong MaskStream = 0x6D61736B;

    private readonly TokenCache _cache;
    private readonly int[] _documents;
    private readonly PretrainingOptions _options;
    private readonly int _clsId, _sepId, _maskId;
    private readonly int[] _replacements;
    private readonly bool[] _isSpecial, _isIdeograph;

    /// <summary>Inputs of some documents of a cache.</summary>
    /// <param name="cache">Must outlive this.</param>
    /// <param name="documents">Which documents, see <see cref="TokenCache.Split"/>.</param>
    /// <param name="tokenizer">The one the cache was made with; a BERT tokenizer ([CLS] first [SEP] second [SEP]).</param>
    /// <param name="options">How inputs are made.</param>
    /// <exception cref="ArgumentException">An option is out of range, there is no document, only one where pairs are wanted, or the tokenizer is of another kind.</exception>
    public PretrainingData(TokenCache cache, int[] documents, ITokenizer tokenizer, PretrainingOptions options)
    {
        options.Validate();
        if (documents.Length == 0) throw new ArgumentException("there is no document to learn from", nameof(documents));
        if (documents.Length == 1 && options.Objective == PretrainingObjective.MlmNsp)
            throw new ArgumentException("there is only one document, so no segment can come from another; separate documents by empty lines, or learn without pairs: --objective mlm", nameof(documents));
        var frame = tokenizer.Encode("", "");
        if (frame.Length != 3 || tokenizer.Encode("").Length != 2) throw new ArgumentException($"the tokenizer puts {frame.Length} special tokens around a pair; pre-training knows BERT's form, [CLS] first [SEP] second [SEP]", nameof(tokenizer));
        (_cache, _documents, _options) = (cache, documents, options);
        TokenCount = cache.CountTokens(documents);
        (_clsId, _sepId, _maskId) = (frame.Ids[0], frame.Ids[1], tokenizer.MaskId);
        HashSet<int> special = [tokenizer.PadId, _clsId, _sepId, _maskId, .. tokenizer is BertTokenizer bert ? (int[])[bert.UnknownId] : []];
        _isSpecial = [.. Enumerable.Range(0, tokenizer.VocabSize).Select(special.Contains)];
        _isIdeograph = [.. Enumerable.Range(0, tokenizer.VocabSize).Select(id => tokenizer.TokenOf(id) is [var unit] && Ideographs.Contains(unit))];
        _replacements = [.. Enumerable.Range(0, tokenizer.VocabSize).Where(id => !_isSpecial[id])];
    }

    /// <summary>The documents.</summary>
    public IReadOnlyList<int> Documents => _documents;

    /// <summary>Number of their tokens, special tokens not counted.</summary>
    public long TokenCount { get; }

    /// <summary>How inputs are made.</summary>
    public PretrainingOptions Options => _options;

    /// <summary>The inputs of an epoch, in an order drawn by document; found while they are enumerated.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="shard">Which part, in [0, <paramref name="shardCount"/>).</param>
    /// <param name="shardCount">Number of parts, at least 1; together they are the epoch, and none comes twice.</param>
    public IEnumerable<PretrainingSpan> Spans(int epoch, int shard = 0, int shardCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardCount);
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, shardCount);
        return new SpanPlanner(_cache, _documents, _options).Plan(epoch).Where(span => span.Ordinal % shardCount == shard);
    }

    /// <summary>The token ids of an input, special tokens included, nothing hidden.</summary>
    public int[] Read(PretrainingSpan span) => Read(span, new bool[span.Length]);

    /// <summary>An input with some of its words hidden. May be called from several threads at once.</summary>
    /// <param name="span">One of <see cref="Spans"/> of the same epoch.</param>
    /// <param name="epoch">From 0.</param>
    public PretrainingExample Create(PretrainingSpan span, int epoch)
    {
        var continues = new bool[span.Length];
        var ids = Read(span, continues);
        var second = span.FirstLength + 2;
        // A segment cut within a word begins one all the same.
        continues[1] = false;
        if (second < continues.Length) continues[second] = false;

        var random = new DeterministicRandom(SpanPlanner.Mix(SpanPlanner.Mix(_options.Seed ^ MaskStream, (ulong)epoch), (ulong)span.Ordinal));
        var positions = Choose(ids, continues, random);
        var targets = Array.ConvertAll(positions, position => ids[position]);
        foreach (var position in positions)
        {
            var fate = random.NextDouble();
            if (fate < _options.MaskedShare) ids[position] = _maskId;
            else if (fate < _options.MaskedShare + _options.RandomShare) ids[position] = _replacements[random.Next(_replacements.Length)];
        }
        return new PretrainingExample(ids, second, positions, targets, span.SecondLength > 0 ? span.IsNext : null);
    }

    private int[] Read(PretrainingSpan span, bool[] continues)
    {
        var ids = new int[span.Length];
        ids[0] = _clsId;
        _cache.Read(span.FirstStart, ids.AsSpan(1, span.FirstLength), continues.AsSpan(1, span.FirstLength));
        var second = span.FirstLength + 2;
        ids[second - 1] = _sepId;
        if (span.SecondLength == 0) return ids;
        _cache.Read(span.SecondStart, ids.AsSpan(second, span.SecondLength), continues.AsSpan(second, span.SecondLength));
        ids[^1] = _sepId;
        return ids;
    }

    // Words in random order until the share is reached; a word that would exceed it is passed over.
    private int[] Choose(int[] ids, bool[] continues, DeterministicRandom random)
    {
        var words = new List<(int Start, int Length)>();
        var count = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (_isSpecial[ids[i]]) continue;
            count++;
            if (_options.WholeWords && continues[i] && words.Count > 0 && words[^1] is var (start, length) && start + length == i) words[^1] = (start, length + 1);
            else words.Add((i, 1));
        }
        if (count == 0) return [];
        if (_options.MaxIdeographRun > 1) JoinIdeographs(words, ids, random);
        var wanted = count * _options.MaskShare;
        var left = Math.Max(1, (int)wanted + (random.NextDouble() < wanted - (int)wanted ? 1 : 0));
        var chosen = new List<int>(left);
        var order = words.ToArray();
        random.Shuffle(order.AsSpan());
        foreach (var (start, length) in order)
        {
            if (length > left - chosen.Count) continue;
            for (var i = 0; i < length; i++) chosen.Add(start + i);
            if (chosen.Count == left) break;
        }
        // Never none: of an input of one long word, that word.
        if (chosen.Count == 0) chosen.AddRange(Enumerable.Range(order[0].Start, order[0].Length));
        chosen.Sort();
        return [.. chosen];
    }

    private void JoinIdeographs(List<(int Start, int Length)> words, int[] ids, DeterministicRandom random)
    {
        var joined = new List<(int Start, int Length)>();
        var room = 0;
        foreach (var (start, length) in words)
        {
            var isIdeograph = length == 1 && _isIdeograph[ids[start]];
            if (isIdeograph && room > 0 && joined[^1] is var (before, run) && before + run == start)
            {
                joined[^1] = (before, run + 1);
                room--;
                continue;
            }
            joined.Add((start, length));
            room = isIdeograph ? random.Next(_options.MaxIdeographRun) : 0;
        }
        words.Clear();
        words.AddRange(joined);
    }
}
