namespace Attend.Text.Metrics;

/// <summary>Counts the edits of TER: word edits after greedily chosen shifts (Snover et al. 2006, section 3), with Tercom's limits as sacreBLEU sets them.</summary>
internal sealed class TercomEdits
{
    private const int MaxShiftSize = 10, MaxShiftDistance = 50, BeamWidth = 25, MaxCandidates = 1000;
    private const int Infinity = int.MaxValue / 2;

    private readonly int[] _reference;
    private readonly int _beamWidth;
    private readonly double _lengthRatio;

    // The matrix of the current words: costs, and how each cell was reached. Row 0 is the empty prediction.
    private readonly int[][] _costs;
    private readonly Edit[][] _edits;
    private readonly int[][] _candidateCosts;

    // Of the current words: where the reference's words stand in the prediction, and which words of either were edited.
    private readonly int[] _alignment;
    private readonly int[] _referenceErrors;
    private readonly int[] _predictedErrors;
    private int _candidateCount;

    private TercomEdits(int predictedLength, int[] reference)
    {
        _reference = reference;
        _lengthRatio = predictedLength == 0 ? 1 : (double)reference.Length / predictedLength;
        _beamWidth = BeamWidth < _lengthRatio / 2 ? (int)Math.Ceiling(_lengthRatio / 2 + BeamWidth) : BeamWidth;
        _costs = Matrix<int>(predictedLength, reference.Length);
        _edits = Matrix<Edit>(predictedLength, reference.Length);
        _candidateCosts = Matrix<int>(predictedLength, reference.Length);
        for (var j = 0; j <= reference.Length; j++) (_costs[0][j], _edits[0][j], _candidateCosts[0][j]) = (j, Edit.Insert, j);
        _alignment = new int[reference.Length];
        // Sums, so that a stretch is tested in two look-ups.
        _referenceErrors = new int[reference.Length + 1];
        _predictedErrors = new int[predictedLength + 1];
    }

    private enum Edit : byte
    {
        None,
        Keep,
        Substitute,
        Delete,
        Insert,
    }

    private readonly record struct Shift(int Gain, int Length, int Start, int Target)
    {
        /// <summary>Tercom's order: the larger gain, then the longer, then the earlier, then the one that goes less far.</summary>
        public bool IsBetterThan(Shift other) =>
            (Gain, Length, -Start, -Target).CompareTo((other.Gain, other.Length, -other.Start, -other.Target)) > 0;
    }

    /// <summary>The number of edits that turn the predicted words into the reference's.</summary>
    public static int Count(int[] predicted, int[] reference)
    {
        if (reference.Length == 0) return predicted.Length;
        var edits = new TercomEdits(predicted.Length, reference);
        var words = (int[])predicted.Clone();
        var shifts = 0;
        while (true)
        {
            edits.Align(words);
            var best = edits.BestShift(words);
            if (edits._candidateCount >= MaxCandidates || best is not { Gain: > 0 } shift) break;
            shifts++;
            words = Moved(words, shift.Start, shift.Length, shift.Target);
        }
        return shifts + edits._costs[predicted.Length][reference.Length];
    }

    private static T[][] Matrix<T>(int rows, int columns) => [.. Enumerable.Range(0, rows + 1).Select(_ => new T[columns + 1])];

    private void Align(int[] words)
    {
        for (var i = 1; i <= words.Length; i++) FillRow(words, i, _costs, _edits[i]);

        int predicted = words.Length, reference = _reference.Length;
        while (predicted > 0 || reference > 0)
        {
            var edit = _edits[predicted][reference];
            if (edit != Edit.Insert) _predictedErrors[predicted] = edit == Edit.Keep ? 0 : 1;
            if (edit != Edit.Delete)
            {
                // A word that is missing stands after the last predicted one before it.
                _alignment[reference - 1] = predicted - 1;
                _referenceErrors[reference] = edit == Edit.Keep ? 0 : 1;
            }
            if (edit != Edit.Insert) predicted--;
            if (edit != Edit.Delete) reference--;
        }
        for (var i = 1; i < _predictedErrors.Length; i++) _predictedErrors[i] += _predictedErrors[i - 1];
        for (var j = 1; j < _referenceErrors.Length; j++) _referenceErrors[j] += _referenceErrors[j - 1];
    }

    // One row of the edit distance, within the beam around the diagonal. Of equal costs the first wins: keep or substitute, delete, insert.
    private void FillRow(int[] words, int i, int[][] costs, Edit[]? edits)
    {
        var diagonal = (int)Math.Floor(i * _lengthRatio);
        var first = Math.Max(0, diagonal - _beamWidth);
        var end = i == words.Length ? _reference.Length + 1 : Math.Min(_reference.Length + 1, diagonal + _beamWidth);
        var (above, row) = (costs[i - 1], costs[i]);
        row.AsSpan().Fill(Infinity);
        for (var j = first; j < end; j++)
        {
            if (j == 0)
            {
                row[0] = above[0] + 1;
                if (edits is not null) edits[0] = Edit.Delete;
                continue;
            }
            var isSame = words[i - 1] == _reference[j - 1];
            var (cost, edit) = (above[j - 1] + (isSame ? 0 : 1), isSame ? Edit.Keep : Edit.Substitute);
            if (above[j] + 1 < cost) (cost, edit) = (above[j] + 1, Edit.Delete);
            if (row[j - 1] + 1 < cost) (cost, edit) = (row[j - 1] + 1, Edit.Insert);
            row[j] = Math.Min(cost, Infinity);
            if (edits is not null) edits[j] = edit;
        }
    }

    private Shift? BestShift(int[] words)
    {
        var before = _costs[words.Length][_reference.Length];
        Shift? best = null;
        for (var start = 0; start < words.Length; start++)
        {
            for (var referenceStart = 0; referenceStart < _reference.Length; referenceStart++)
            {
                if (Math.Abs(referenceStart - start) > MaxShiftDistance) continue;
                for (var length = 1; length <= MaxShiftSize && start + length <= words.Length && referenceStart + length <= _reference.Length
                    && words[start + length - 1] == _reference[referenceStart + length - 1]; length++)
                {
                    if (!IsWorthMoving(start, referenceStart, length)) continue;
                    TryTargets(words, start, referenceStart, length, before, ref best);
                    if (_candidateCount >= MaxCandidates) return best;
                }
            }
        }
        return best;
    }

    // Only where the words stand wrong, the reference lacks them, and they would leave their place.
    private bool IsWorthMoving(int start, int referenceStart, int length) =>
        _predictedErrors[start + length] > _predictedErrors[start]
        && _referenceErrors[referenceStart + length] > _referenceErrors[referenceStart]
        && !(_alignment[referenceStart] >= start && _alignment[referenceStart] < start + length);

    private void TryTargets(int[] words, int start, int referenceStart, int length, int before, ref Shift? best)
    {
        var previous = -1;
        for (var offset = -1; offset < length; offset++)
        {
            var target = referenceStart + offset < 0 ? 0 : _alignment[referenceStart + offset] + 1;
            if (target == previous) continue;
            previous = target;
            var shift = new Shift(before - Cost(Moved(words, start, length, target), words), length, start, target);
            _candidateCount++;
            if (best is not { } other || shift.IsBetterThan(other)) best = shift;
        }
    }

    // Rows above the first word that changed are those of the current words.
    private int Cost(int[] candidate, int[] current)
    {
        var same = candidate.AsSpan().CommonPrefixLength(current);
        if (same == candidate.Length) return _costs[candidate.Length][_reference.Length];
        _costs[same].CopyTo(_candidateCosts[same], 0);
        for (var i = same + 1; i <= candidate.Length; i++) FillRow(candidate, i, _candidateCosts, edits: null);
        return _candidateCosts[candidate.Length][_reference.Length];
    }

    private static int[] Moved(int[] words, int start, int length, int target)
    {
        var moved = new List<int>(words.Length);
        var stretch = words.AsSpan(start, length);
        if (target < start)
        {
            moved.AddRange(words.AsSpan(0, target));
            moved.AddRange(stretch);
            moved.AddRange(words.AsSpan(target, start - target));
            moved.AddRange(words.AsSpan(start + length));
            return [.. moved];
        }
        // After other words; a target within the stretch itself counts from its end.
        var after = target > start + length ? target : Math.Min(length + target, words.Length);
        moved.AddRange(words.AsSpan(0, start));
        moved.AddRange(words.AsSpan(start + length, after - start - length));
        moved.AddRange(stretch);
        moved.AddRange(words.AsSpan(after));
        return [.. moved];
    }
}
