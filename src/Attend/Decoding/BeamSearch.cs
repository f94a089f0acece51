namespace Attend.Decoding;

/// <summary>Beam search, plain, in diverse groups (Vijayakumar et al. 2016), or with words that must occur (Post and Vilar 2018); one beam is greedy search.</summary>
/// <remarks>
/// At each step the best continuations of all beams are looked at, twice as many as there are beams. An end token among the first
/// `beams` of them ends its hypothesis; the best others go on.
/// </remarks>
internal sealed class BeamSearch : Search
{
    private readonly DecodingOptions _options;
    private readonly DecodingRequest _request;
    private readonly int _endId;
    private readonly int _maxLength;
    private readonly Branch?[] _beams;
    private readonly ConstraintState[] _constraints;
    private readonly List<(Branch Branch, ConstraintState Constraints)> _ended = [];
    private int _length;
    private bool _done;

    public BeamSearch(DecodingRequest request, DecodingOptions options, int endId, int maxLength)
    {
        (_options, _request, _endId, _maxLength) = (options, request, endId, maxLength);
        // All beams of a group begin alike: only the first may be continued at the first step.
        _beams = [.. Enumerable.Range(0, options.Beams).Select(beam => beam % GroupSize == 0 ? Branch.Root : null)];
        _constraints = [.. Enumerable.Repeat(new ConstraintState(request.Constraints), options.Beams)];
    }

    public override IReadOnlyList<Branch> Rows => [.. _beams.Select(beam => beam ?? Branch.Root)];

    public override bool IsDone => _done;

    // A group may lose as many candidates as other groups' tokens push down.
    public override int CandidateCount => 2 * GroupSize + (_options.DiverseGroups > 1 ? _options.Beams : 0);

    private int GroupSize => _options.Beams / _options.DiverseGroups;

    public override void Advance(TokenScores scores, int firstRow, ReadOnlySpan<Candidate[]> best, Span<int> parents)
    {
        var (beams, constraints) = ((Branch?[])_beams.Clone(), (ConstraintState[])_constraints.Clone());
        var chosen = new Dictionary<int, int>();
        for (var group = 0; group < _options.DiverseGroups; group++)
        {
            var first = group * GroupSize;
            var continuations = Continuations(scores, firstRow, best, beams, first, chosen);
            Keep(continuations, beams, constraints, first, parents, chosen);
        }
        // Everything is forbidden: what has been said so far is all there is.
        if (_beams.All(beam => beam is null) && _ended.Count == 0)
            for (var beam = 0; beam < beams.Length; beam++)
                if (beams[beam] is { } branch) _ended.Add((branch, constraints[beam]));
        _length++;
        _done = _length >= _maxLength || IsSettled() || _beams.All(beam => beam is null);
    }

    public override IReadOnlyList<Hypothesis> Results()
    {
        var all = _ended.ToList();
        // Cut at the longest length: what is under way counts only where too little has ended.
        if (all.Count < _options.BestCount) all.AddRange(_beams.Zip(_constraints).Where(pair => pair.First is not null).Select(pair => (pair.First!, pair.Second)));
        return [.. all.OrderByDescending(entry => entry.Constraints.AreMet).ThenByDescending(entry => entry.Branch.Token == _endId)
            .ThenByDescending(entry => Score(entry.Branch)).Take(_options.BestCount)
            .Select(entry => entry.Branch.ToHypothesis(_options, _endId, entry.Constraints.AreMet))];
    }

    private double Score(Branch branch) => _options.Score(branch.LogProbability, Math.Max(1, branch.Length));

    // Every continuation worth looking at, best first. Row in a candidate is the beam here.
    private List<(Candidate Candidate, double Rank)> Continuations(
        TokenScores scores, int firstRow, ReadOnlySpan<Candidate[]> best, Branch?[] beams, int first, Dictionary<int, int> chosen)
    {
        var found = new List<(Candidate, double)>();
        for (var beam = first; beam < first + GroupSize; beam++)
        {
            if (beams[beam] is not { } branch) continue;
            if (_length < _request.Prefix.Count)
            {
                var token = _request.Prefix[_length];
                found.Add((new(beam, token, scores.LogProbability(firstRow + beam, token)), 0));
                continue;
            }
            foreach (var candidate in best[beam]) Add(candidate.Token, candidate.LogProbability);
            foreach (var token in _constraints[beam].NextTokens())
                if (!best[beam].Any(candidate => candidate.Token == token)) Add(token, scores.LogProbability(firstRow + beam, token));

            void Add(int token, double logProbability)
            {
                if (double.IsNegativeInfinity(logProbability) || (token == _endId && !_constraints[beam].AreMet)) return;
                var penalty = chosen.GetValueOrDefault(token) * _options.DiversityPenalty;
                found.Add((new(beam, token, logProbability), branch.LogProbability + logProbability - penalty));
            }
        }
        found.Sort((left, right) => left.Item2 != right.Item2 ? right.Item2.CompareTo(left.Item2)
            : left.Item1.Row != right.Item1.Row ? left.Item1.Row.CompareTo(right.Item1.Row) : left.Item1.Token.CompareTo(right.Item1.Token));
        return found;
    }

    private void Keep(List<(Candidate Candidate, double Rank)> continuations, Branch?[] before, ConstraintState[] constraints, int first, Span<int> parents, Dictionary<int, int> chosen)
    {
        var going = new List<(Candidate Candidate, ConstraintState Constraints)>();
        var better = 0;
        foreach (var (candidate, _) in continuations)
        {
            // Hypotheses that still owe a constraint are no rivals of one that may end.
            if (constraints[candidate.Row].AreMet) better++;
            if (candidate.Token == _endId && _length >= _request.Prefix.Count)
            {
                if (better <= GroupSize) _ended.Add((before[candidate.Row]!.Add(candidate.Token, candidate.LogProbability), constraints[candidate.Row]));
                continue;
            }
            going.Add((candidate, constraints[candidate.Row].After(candidate.Token)));
            if (going.Count == GroupSize && _request.Constraints.Count == 0) break;
        }
        if (_request.Constraints.Count > 0) going = ConstraintState.Share(going, GroupSize);
        for (var i = 0; i < GroupSize; i++)
        {
            var beam = first + i;
            if (i >= going.Count)
            {
                (_beams[beam], parents[beam]) = (null, beam);
                continue;
            }
            var (candidate, state) = going[i];
            _beams[beam] = before[candidate.Row]!.Add(candidate.Token, candidate.LogProbability);
            _constraints[beam] = state;
            parents[beam] = candidate.Row;
            if (_options.DiverseGroups > 1) chosen[candidate.Token] = chosen.GetValueOrDefault(candidate.Token) + 1;
        }
    }

    private bool IsSettled()
    {
        var ended = _ended.Where(entry => entry.Constraints.AreMet).Select(entry => Score(entry.Branch)).OrderDescending().ToArray();
        if (ended.Length < _options.Beams) return false;
        if (_options.Stop == BeamStop.BeamsFilled) return true;
        // A sum of log-probabilities only falls; what a longer length can make of it is known.
        var bar = ended[_options.BestCount - 1];
        return _beams.All(beam => beam is null || Math.Max(_options.Score(beam.LogProbability, _length + 1), _options.Score(beam.LogProbability, _maxLength)) <= bar);
    }
}
