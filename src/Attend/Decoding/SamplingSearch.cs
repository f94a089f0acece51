using Attend.Text.Data;

namespace Attend.Decoding;

/// <summary>Draws texts at random; each row is one text. What is drawn depends on the seed, the source and the text's number alone.</summary>
internal sealed class SamplingSearch : Search
{
    private readonly DecodingOptions _options;
    private readonly SamplingOptions _sampling;
    private readonly DecodingRequest _request;
    private readonly int _endId;
    private readonly int _maxLength;
    private readonly Branch[] _rows;
    private readonly DeterministicRandom[] _random;

    public SamplingSearch(DecodingRequest request, DecodingOptions options, int endId, int maxLength)
    {
        (_request, _options, _sampling, _endId, _maxLength) = (request, options, options.Sampling!, endId, maxLength);
        _rows = [.. Enumerable.Repeat(Branch.Root, options.BestCount)];
        _random = [.. Enumerable.Range(0, options.BestCount).Select(number => new DeterministicRandom(SeedOf(request.SourceIds, number)))];
    }

    public override IReadOnlyList<Branch> Rows => _rows;

    public override bool IsDone => _rows.All(IsEnded);

    public override int CandidateCount => 0;

    public override void Advance(TokenScores scores, int firstRow, ReadOnlySpan<Candidate[]> best, Span<int> parents)
    {
        for (var row = 0; row < _rows.Length; row++)
        {
            parents[row] = row;
            if (IsEnded(_rows[row])) continue;
            var length = _rows[row].Length;
            var token = length < _request.Prefix.Count ? _request.Prefix[length] : Draw(scores.Row(firstRow + row), _random[row]);
            _rows[row] = _rows[row].Add(token, scores.LogProbability(firstRow + row, token));
        }
    }

    public override IReadOnlyList<Hypothesis> Results() => [.. _rows.Select(row => row.ToHypothesis(_options, _endId))];

    private bool IsEnded(Branch row) => row.Length >= _maxLength || (row.Token == _endId && row.Length > _request.Prefix.Count);

    private int Draw(ReadOnlySpan<float> logits, DeterministicRandom random)
    {
        var tokens = Enumerable.Range(0, logits.Length).ToArray();
        var keys = new float[logits.Length];
        for (var token = 0; token < keys.Length; token++) keys[token] = -logits[token];
        // Likeliest first; equal logits stay in the order of their ids.
        Array.Sort(keys, tokens);

        var highest = -keys[0] / _sampling.Temperature;
        var weights = Array.ConvertAll(keys, key => Math.Exp(-key / _sampling.Temperature - highest));
        var count = _sampling.TopK > 0 ? Math.Min(_sampling.TopK, weights.Length) : weights.Length;
        while (count > 1 && weights[count - 1] < _sampling.MinP) count--;
        if (_sampling.TopP < 1)
        {
            var total = weights.Take(count).Sum();
            var (kept, mass) = (0, 0.0);
            while (kept < count && mass < _sampling.TopP * total) mass += weights[kept++];
            count = kept;
        }
        var point = random.NextDouble() * weights.Take(count).Sum();
        var drawn = 0;
        while (drawn < count - 1 && (point -= weights[drawn]) >= 0) drawn++;
        return tokens[drawn];
    }

    // FNV-1a over the ids, so that the company a source is decoded in does not matter.
    private ulong SeedOf(int[] ids, int number)
    {
        var hash = 14695981039346656037 ^ _sampling.Seed;
        foreach (var id in ids.Append(number)) hash = (hash ^ (uint)id) * 1099511628211;
        return hash;
    }
}
