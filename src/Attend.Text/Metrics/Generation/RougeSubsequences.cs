namespace Attend.Text.Metrics;

/// <summary>Longest common subsequences, as ROUGE-L and ROUGE-Lsum count them.</summary>
internal static class RougeSubsequences
{
    /// <summary>Length of the longest common subsequence.</summary>
    public static int Length(List<string> reference, List<string> candidate)
    {
        var row = new int[candidate.Count + 1];
        foreach (var word in reference)
        {
            var diagonal = 0;
            for (var j = 1; j <= candidate.Count; j++)
            {
                var above = row[j];
                row[j] = word == candidate[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[^1];
    }

    /// <summary>Words of the reference's sentences that are in the union of their common subsequences with the candidate's, each as often as both texts have it (Lin 2004, section 3.2).</summary>
    public static int UnionHits(List<string>[] reference, List<string>[] candidate)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in candidate.SelectMany(sentence => sentence)) left[word] = left.GetValueOrDefault(word) + 1;
        var hits = 0;
        foreach (var sentence in reference)
        {
            var isCommon = new bool[sentence.Count];
            foreach (var other in candidate) Mark(sentence, other, isCommon);
            for (var i = 0; i < isCommon.Length; i++)
            {
                if (!isCommon[i] || left.GetValueOrDefault(sentence[i]) == 0) continue;
                left[sentence[i]]--;
                hits++;
            }
        }
        return hits;
    }

    // Of several longest subsequences, the one that the reference implementation reads out.
    private static void Mark(List<string> reference, List<string> candidate, bool[] isCommon)
    {
        var lengths = new int[reference.Count + 1, candidate.Count + 1];
        for (var i = 1; i <= reference.Count; i++)
            for (var j = 1; j <= candidate.Count; j++)
                lengths[i, j] = reference[i - 1] == candidate[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
        for (int i = reference.Count, j = candidate.Count; i > 0 && j > 0;)
        {
            if (reference[i - 1] == candidate[j - 1])
            {
                isCommon[--i] = true;
                j--;
            }
            else if (lengths[i, j - 1] > lengths[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }
}
