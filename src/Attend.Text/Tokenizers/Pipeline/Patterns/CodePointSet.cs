namespace Attend.Text.Tokenizers.Pipeline.Patterns;

/// <summary>A set of code points as sorted ranges that neither overlap nor touch.</summary>
internal sealed class CodePointSet : IEquatable<CodePointSet>
{
    public const int Last = 0x10FFFF;

    private readonly (int From, int To)[] _ranges;

    private CodePointSet((int From, int To)[] ranges) => _ranges = ranges;

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([(0, Last)]);

    public ReadOnlySpan<(int From, int To)> Ranges => _ranges;

    public static CodePointSet Of(params ReadOnlySpan<(int From, int To)> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted);
        var merged = new List<(int From, int To)>();
        foreach (var range in sorted)
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1) merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, range.To));
            else merged.Add(range);
        }
        return new CodePointSet([.. merged]);
    }

    public static CodePointSet Of(int codePoint) => new([(codePoint, codePoint)]);

    public static CodePointSet Where(Func<int, bool> predicate)
    {
        var ranges = new List<(int From, int To)>();
        var from = -1;
        for (var codePoint = 0; codePoint <= Last + 1; codePoint++)
        {
            var isIn = codePoint <= Last && predicate(codePoint);
            if (isIn && from < 0) from = codePoint;
            if (isIn || from < 0) continue;
            ranges.Add((from, codePoint - 1));
            from = -1;
        }
        return new CodePointSet([.. ranges]);
    }

    public bool Contains(int codePoint)
    {
        var (low, high) = (0, _ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < _ranges[middle].From) high = middle - 1;
            else if (codePoint > _ranges[middle].To) low = middle + 1;
            else return true;
        }
        return false;
    }

    public CodePointSet Or(CodePointSet other) => Of([.. _ranges, .. other._ranges]);

    public CodePointSet Not()
    {
        var ranges = new List<(int, int)>();
        var from = 0;
        foreach (var range in _ranges)
        {
            if (range.From > from) ranges.Add((from, range.From - 1));
            from = range.To + 1;
        }
        if (from <= Last) ranges.Add((from, Last));
        return new CodePointSet([.. ranges]);
    }

    public CodePointSet And(CodePointSet other) => Not().Or(other.Not()).Not();

    public bool Equals(CodePointSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    public override bool Equals(object? obj) => Equals(obj as CodePointSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var range in _ranges) hash.Add(range);
        return hash.ToHashCode();
    }
}
