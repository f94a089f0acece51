namespace Attend.Text.Data;

/// <summary>Pseudo-random numbers that are the same on every machine and .NET version, with a state that fits into a checkpoint.</summary>
/// <remarks>
/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 17). Not for secrets.
/// Not safe for use by several threads at once.
/// </remarks>
/// <param name="seed">The first state; every value is good.</param>
public sealed class DeterministicRandom(ulong seed)
{
    /// <summary>The whole state: numbers drawn after setting it repeat those drawn after it was read.</summary>
    public ulong State { get; set; } = seed;

    /// <summary>A uniform 64-bit number.</summary>
    public ulong NextUInt64()
    {
        State += 0x9E3779B97F4A7C15;
        var mixed = State;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A uniform integer in [0, <paramref name="exclusiveMaximum"/>), without bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMaximum"/> is not positive.</exception>
    public int Next(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        // Lemire, "Fast Random Integer Generation in an Interval" (2019), algorithm 5, with 64-bit words.
        var range = (ulong)exclusiveMaximum;
        var threshold = (0 - range) % range;
        ulong high, low;
        do high = Math.BigMul(NextUInt64(), range, out low);
        while (low < threshold);
        return (int)high;
    }

    /// <summary>A uniform number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts the items into a uniformly random order, in place (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
