namespace Attend.Text.Data;

/// <summary>Divides examples into a part to train on and a part to measure on.</summary>
public static class Split
{
    /// <summary>Holds out a share of each class, chosen at random, the same on every machine.</summary>
    /// <remarks>
    /// Classes are the distinct sets of labels. Each gives its share rounded down; what is missing to the share of the whole comes from the
    /// classes that lost most by rounding. Every class keeps an example to train on, so where most classes have one example, fewer are held out.
    /// </remarks>
    /// <param name="examples">All examples.</param>
    /// <param name="devFraction">The share to hold out, in (0, 1).</param>
    /// <param name="seed">Another seed holds out others.</param>
    /// <returns>Both parts, each in the order of <paramref name="examples"/>; together they are all of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="devFraction"/> is not in (0, 1).</exception>
    /// <exception cref="ArgumentException">There are too few examples to hold out even one.</exception>
    public static (IReadOnlyList<LabeledText> Train, IReadOnlyList<LabeledText> Dev) Stratified(
        IReadOnlyList<LabeledText> examples, double devFraction, ulong seed)
    {
        if (!(devFraction > 0 && devFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(devFraction), devFraction, "The share to hold out must lie between 0 and 1, both excluded.");

        // In order of first appearance, so that nothing depends on how strings hash.
        var classes = new Dictionary<string, List<int>>();
        var inOrder = new List<List<int>>();
        for (var i = 0; i < examples.Count; i++)
        {
            var key = string.Join('\0', examples[i].Labels.Order(StringComparer.Ordinal).Select(label => $"{label.Length}:{label}"));
            if (!classes.TryGetValue(key, out var members)) inOrder.Add(classes[key] = members = []);
            members.Add(i);
        }

        var counts = Counts([.. inOrder.Select(members => members.Count)], devFraction);
        if (counts.Sum() == 0)
            throw new ArgumentException(
                $"{examples.Count} example(s) in {inOrder.Count} class(es) are too few to hold out a share of {devFraction}; give a file to measure on.", nameof(examples));

        var random = new DeterministicRandom(seed);
        var isDev = new bool[examples.Count];
        for (var c = 0; c < counts.Length; c++)
        {
            int[] members = [.. inOrder[c]];
            random.Shuffle(members.AsSpan());
            foreach (var i in members.AsSpan(0, counts[c])) isDev[i] = true;
        }
        return ([.. examples.Where((_, i) => !isDev[i])], [.. examples.Where((_, i) => isDev[i])]);
    }

    /// <summary>Holds out a share of the groups, chosen at random, the same on every machine; examples of one group stay together.</summary>
    /// <param name="examples">All examples.</param>
    /// <param name="groupOf">What examples have in common that must not be trained on and measured on, such as their text.</param>
    /// <param name="devFraction">The share of the groups to hold out, in (0, 1); at least one group, and never all.</param>
    /// <param name="seed">Another seed holds out others.</param>
    /// <returns>Both parts, each in the order of <paramref name="examples"/>; together they are all of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="devFraction"/> is not in (0, 1).</exception>
    /// <exception cref="ArgumentException">All examples are of one group.</exception>
    public static (IReadOnlyList<TExample> Train, IReadOnlyList<TExample> Dev) ByGroup<TExample, TGroup>(
        IReadOnlyList<TExample> examples, Func<TExample, TGroup> groupOf, double devFraction, ulong seed) where TGroup : notnull
    {
        if (!(devFraction > 0 && devFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(devFraction), devFraction, "The share to hold out must lie between 0 and 1, both excluded.");
        // Groups are numbered in order of first appearance, so that nothing depends on how they hash.
        var numbers = new Dictionary<TGroup, int>();
        int[] groups = [.. examples.Select(example => groupOf(example) is var group && numbers.TryGetValue(group, out var number) ? number : numbers[group] = numbers.Count)];
        if (numbers.Count < 2) throw new ArgumentException($"{examples.Count} example(s) are too few to hold out a share of {devFraction}; give a file to measure on.", nameof(examples));
        int[] order = [.. Enumerable.Range(0, numbers.Count)];
        new DeterministicRandom(seed).Shuffle(order.AsSpan());
        var isDev = new bool[numbers.Count];
        foreach (var group in order.AsSpan(0, Math.Clamp((int)Math.Round(numbers.Count * devFraction), 1, numbers.Count - 1))) isDev[group] = true;
        return ([.. examples.Where((_, i) => !isDev[groups[i]])], [.. examples.Where((_, i) => isDev[groups[i]])]);
    }

    // Largest remainders; one example at least of each class is left.
    private static int[] Counts(int[] sizes, double fraction)
    {
        int[] counts = [.. sizes.Select(size => Math.Min((int)(size * fraction), size - 1))];
        var missing = Math.Max(1, (int)Math.Round(sizes.Sum() * fraction)) - counts.Sum();
        foreach (var c in Enumerable.Range(0, sizes.Length).OrderByDescending(c => (sizes[c] * fraction) - counts[c]))
        {
            if (missing <= 0) break;
            if (counts[c] >= sizes[c] - 1) continue;
            counts[c]++;
            missing--;
        }
        return counts;
    }
}
