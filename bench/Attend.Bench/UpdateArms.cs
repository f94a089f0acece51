using System.Diagnostics;
using System.Globalization;
using Attend.Layers;
using Attend.Runtime;

namespace Attend.Bench;

/// <summary>Updates that are timed side by side: A B C A B C; the first round warms up and does not count.</summary>
/// <param name="names">"default", in libtorch's own precision, or one of <see cref="Precision"/>.</param>
/// <param name="byDefault">Makes the update a TorchSharp user writes.</param>
/// <param name="ours">Makes Attend's.</param>
internal sealed class UpdateArms(string[] names, Func<Action> byDefault, Func<Precision, Action> ours)
{
    private readonly Action[] _updates = [.. names.Select(name => name == "default" ? byDefault() : ours(Enum.Parse<Precision>(name, ignoreCase: true)))];
    private readonly List<double>[] _times = [.. names.Select(_ => new List<double>())];

    public void Run(int rounds)
    {
        for (var round = -1; round < rounds; round++)
            for (var arm = 0; arm < names.Length; arm++)
            {
                Engine.Start(new EngineOptions { Precision = names[arm] == "default" ? MatmulPrecision.Highest : MatmulPrecision.Medium });
                var start = Stopwatch.GetTimestamp();
                _updates[arm]();
                if (round >= 0) _times[arm].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
    }

    /// <summary>Writes a line an arm, with its ratios to the first.</summary>
    /// <param name="speed">What to say of a median and a fastest time, in milliseconds.</param>
    public void Show(Func<double, double, string> speed)
    {
        for (var arm = 0; arm < names.Length; arm++)
        {
            var ratios = _times[0].Zip(_times[arm], (left, right) => left / right).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{names[arm],-10} {speed(_times[arm].Order().ElementAt(_times[arm].Count / 2), _times[arm].Min())}   ratio median {ratios[ratios.Length / 2]:0.00} (min {ratios[0]:0.00}, max {ratios[^1]:0.00})"));
        }
    }
}
