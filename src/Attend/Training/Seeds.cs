namespace Attend.Training;

/// <summary>Seeds derived from a seed and a number, so that what a step draws depends on the step alone and not on what ran before it.</summary>
internal static class Seeds
{
    /// <summary>A seed as unlike its neighbours' as chance would make it: two rounds of SplitMix64 (Steele et al. 2014, figure 16).</summary>
    public static ulong Derive(ulong seed, ulong index) => Mix(Mix(seed) + index * 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
