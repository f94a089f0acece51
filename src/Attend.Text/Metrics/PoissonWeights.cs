namespace Attend.Text.Metrics;

/// <summary>How often each example is in each sample of a bootstrap, without a list of the samples.</summary>
/// <remarks>
/// Drawing n of n examples with replacement takes each about Poisson(1) times; independent draws let a sample be made of a stream of unknown
/// length (Chamandy et al. 2012, "Estimating Uncertainty for Massive Data Streams", section 3). A weight is a function of seed, example and
/// sample (SplitMix64, as a counter), so that it does not matter in which order they are asked for.
/// </remarks>
internal sealed class PoissonWeights(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    // Of the cumulative probabilities e^-1 (1 + 1 + 1/2 + 1/6 + ...), in units of 2^-32; the rest weighs 12.
    private static readonly uint[] Bounds = MakeBounds();

    private readonly ulong _seed = Mix(seed + Step);

    /// <summary>The weights of one example in all samples.</summary>
    public void Fill(long example, Span<double> weights)
    {
        var state = Start(example);
        for (var sample = 0; sample < weights.Length; sample += 2)
        {
            var bits = Mix(state += Step);
            weights[sample] = Weight((uint)bits);
            if (sample + 1 < weights.Length) weights[sample + 1] = Weight((uint)(bits >> 32));
        }
    }

    /// <summary>The weights of all examples in one sample.</summary>
    public void FillSample(int sample, Span<int> weights)
    {
        for (var example = 0; example < weights.Length; example++)
        {
            var bits = Mix(Start(example) + Step * (ulong)(sample / 2 + 1));
            weights[example] = Weight((uint)(sample % 2 == 0 ? bits : bits >> 32));
        }
    }

    private ulong Start(long example) => Mix(_seed ^ (ulong)example * 0xD1342543DE82EF95);

    private static int Weight(uint bits)
    {
        var weight = 0;
        while (weight < Bounds.Length && bits >= Bounds[weight]) weight++;
        return weight;
    }

    private static uint[] MakeBounds()
    {
        var bounds = new uint[12];
        double probability = Math.Exp(-1), sum = 0;
        for (var k = 0; k < bounds.Length; k++)
        {
            sum += probability;
            bounds[k] = (uint)Math.Min(uint.MaxValue, Math.Round(sum * 4294967296.0));
            probability /= k + 1;
        }
        return bounds;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
