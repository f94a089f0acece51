using SkiaSharp;

namespace Attend.Plots;

/// <summary>Colours that people with any kind of colour vision, and a grey printer, can tell apart.</summary>
internal static class PlotColors
{
    public static readonly SKColor Ink = new(0x1B, 0x24, 0x30);
    public static readonly SKColor Faint = new(0x5B, 0x67, 0x76);
    public static readonly SKColor Grid = new(0xE3, 0xE8, 0xEE);
    public static readonly SKColor Nothing = new(0xEF, 0xF1, 0xF4);

    // Okabe and Ito 2008, "Color Universal Design": blue, vermilion, green, orange, purple, sky blue.
    private static readonly SKColor[] Lines =
        [new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x9E, 0x73), new(0xE6, 0x9F, 0x00), new(0xCC, 0x79, 0xA7), new(0x56, 0xB4, 0xE9)];

    private static readonly float[][] Dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

    // One hue, lightness falling steadily: reads the same in grey.
    private static readonly SKColor[] Sequence = [new(0xCF, 0xE3, 0xF4), new(0x93, 0xC0, 0xE2), new(0x4A, 0x8F, 0xC7), new(0x1E, 0x5F, 0xA5), new(0x0A, 0x2A, 0x5E)];

    public static SKColor OfLine(int index) => Lines[index % Lines.Length];

    public static float[] DashesOfLine(int index) => Dashes[index % Dashes.Length];

    /// <summary>The colour of a share in (0, 1]; exactly 0 is <see cref="Nothing"/>, so that a rare confusion is told from none.</summary>
    public static SKColor OfShare(double share)
    {
        if (share <= 0) return Nothing;
        var place = Math.Min(share, 1) * (Sequence.Length - 1);
        var below = Math.Min((int)place, Sequence.Length - 2);
        var (from, to, mix) = (Sequence[below], Sequence[below + 1], place - below);
        return new SKColor(Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue));

        byte Mix(byte start, byte end) => (byte)Math.Round(start + (end - start) * mix);
    }

    /// <summary>Ink that reads on a share's colour.</summary>
    public static SKColor InkOnShare(double share) => share > 0.62 ? SKColors.White : SKColors.Black;
}
