namespace Attend.Plots;

/// <summary>Round numbers along an axis (Heckbert 1990, "Nice Numbers for Graph Labels", Graphics Gems I).</summary>
internal sealed record NiceTicks(double Least, double Most, double Step)
{
    /// <summary>Ticks that cover a range with about so many steps.</summary>
    /// <param name="least">Smallest value shown, finite.</param>
    /// <param name="most">Largest value shown, finite, not below <paramref name="least"/>.</param>
    /// <param name="about">Wanted number of steps.</param>
    /// <param name="leastStep">The step is not made smaller: 1 for things that are counted.</param>
    public static NiceTicks Cover(double least, double most, int about, double leastStep = 0)
    {
        if (most - least <= Math.Max(Math.Abs(least), Math.Abs(most)) * 1e-9)
        {
            var room = most == 0 ? 1 : Math.Abs(most) * 0.1;
            (least, most) = (least - room, most + room);
        }
        var step = Math.Max(leastStep, Round((most - least) / about));
        return new NiceTicks(Math.Floor(least / step + 1e-9) * step, Math.Ceiling(most / step - 1e-9) * step, step);
    }

    public IEnumerable<double> Values()
    {
        var count = (int)Math.Round((Most - Least) / Step);
        for (var i = 0; i <= count; i++)
        {
            var value = Least + i * Step;
            // 0.1 + 0.2 - 0.3 is not quite nothing.
            yield return Math.Abs(value) < Step * 1e-6 ? 0 : value;
        }
    }

    /// <summary>A tick's value with just the digits that the step needs.</summary>
    public string Text(double value)
    {
        var largest = Math.Max(Math.Abs(Least), Math.Abs(Most));
        if (largest >= 1e7 || largest < 1e-3) return value == 0 ? "0" : value.ToString("0.##e-0");
        var digits = Math.Max(0, -(int)Math.Floor(Math.Log10(Step) + 1e-9));
        return value.ToString($"N{digits}");
    }

    private static double Round(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch { < 1.5 => 1, < 3 => 2, < 7 => 5, _ => 10 } * power;
    }
}
