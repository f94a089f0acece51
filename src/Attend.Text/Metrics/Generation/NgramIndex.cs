using System.Runtime.InteropServices;

namespace Attend.Text.Metrics;

/// <summary>Numbers the n-grams of a few sequences, so that they can be counted in arrays; equal n-grams get equal numbers.</summary>
internal sealed class NgramIndex
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<Dictionary<long, int>> _known = [];

    /// <summary>Forgets all n-grams.</summary>
    public void Clear()
    {
        _words.Clear();
        foreach (var known in _known) known.Clear();
    }

    /// <summary>The numbers of words, for <see cref="Number"/>.</summary>
    public int[] Words(List<string> words)
    {
        var numbers = new int[words.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_words, words[i], out var isKnown);
            if (!isKnown) number = _words.Count - 1;
            numbers[i] = number;
        }
        return numbers;
    }

    /// <summary>For each order from 1, the number of the n-gram at each place of a sequence.</summary>
    public int[][] Number(ReadOnlySpan<int> items, int maxOrder)
    {
        while (_known.Count < maxOrder) _known.Add([]);
        var orders = new int[maxOrder][];
        for (var order = 1; order <= maxOrder; order++)
        {
            var known = _known[order - 1];
            var numbers = orders[order - 1] = new int[Math.Max(0, items.Length - order + 1)];
            for (var i = 0; i < numbers.Length; i++)
            {
                // An n-gram is the one without its last item, and that item.
                var key = order == 1 ? items[i] : ((long)orders[order - 2][i] << 32) | (uint)items[i + order - 1];
                ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(known, key, out var isKnown);
                if (!isKnown) number = known.Count - 1;
                numbers[i] = number;
            }
        }
        return orders;
    }

    /// <summary>How often each n-gram of an order occurs.</summary>
    public int[] Counts(int[] numbers, int order)
    {
        var counts = new int[_known[order - 1].Count];
        foreach (var number in numbers) counts[number]++;
        return counts;
    }
}
