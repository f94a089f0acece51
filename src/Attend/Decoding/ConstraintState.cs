namespace Attend.Decoding;

/// <summary>Which of the token sequences that must occur in a text have occurred, and which one is being said. Immutable.</summary>
internal sealed class ConstraintState
{
    private readonly IReadOnlyList<IReadOnlyList<int>> _constraints;
    private readonly bool[] _met;
    private readonly int _current;
    private readonly int _said;

    public ConstraintState(IReadOnlyList<IReadOnlyList<int>> constraints) : this(constraints, new bool[constraints.Count], -1, 0)
    {
    }

    private ConstraintState(IReadOnlyList<IReadOnlyList<int>> constraints, bool[] met, int current, int said)
    {
        (_constraints, _met, _current, _said) = (constraints, met, current, said);
        MetTokenCount = said + constraints.Where((_, index) => met[index]).Sum(constraint => constraint.Count);
        AreMet = met.All(isMet => isMet);
    }

    public bool AreMet { get; }

    /// <summary>Tokens of constraints said so far; hypotheses with as many compete with each other only.</summary>
    public int MetTokenCount { get; }

    /// <summary>Tokens that would bring a constraint on.</summary>
    public IEnumerable<int> NextTokens()
    {
        if (_current >= 0) yield return _constraints[_current][_said];
        else
            for (var index = 0; index < _met.Length; index++)
                if (!_met[index]) yield return _constraints[index][0];
    }

    /// <summary>The state after one more token.</summary>
    public ConstraintState After(int token)
    {
        if (_met.Length == 0) return this;
        if (_current >= 0 && _constraints[_current][_said] == token) return Said(_current, _said + 1);
        // A sequence that was broken off begins anew; the token may begin another.
        for (var index = 0; index < _met.Length; index++)
            if (!_met[index] && _constraints[index][0] == token) return Said(index, 1);
        return _current < 0 ? this : new(_constraints, _met, -1, 0);
    }

    /// <summary>Shares the beams out over the numbers of tokens met, so that hypotheses that do what they must are not crowded out (Post and Vilar 2018, section 3.2).</summary>
    public static List<(Candidate Candidate, ConstraintState Constraints)> Share(List<(Candidate Candidate, ConstraintState Constraints)> candidates, int beams)
    {
        var banks = candidates.GroupBy(entry => entry.Constraints.MetTokenCount).OrderByDescending(bank => bank.Key).Select(bank => new Queue<(Candidate, ConstraintState)>(bank)).ToArray();
        var kept = new List<(Candidate, ConstraintState)>();
        while (kept.Count < beams && banks.Any(bank => bank.Count > 0))
            foreach (var bank in banks)
                if (bank.Count > 0 && kept.Count < beams) kept.Add(bank.Dequeue());
        return kept;
    }

    private ConstraintState Said(int constraint, int count)
    {
        if (count < _constraints[constraint].Count) return new(_constraints, _met, constraint, count);
        var met = (bool[])_met.Clone();
        met[constraint] = true;
        return new(_constraints, met, -1, 0);
    }
}
