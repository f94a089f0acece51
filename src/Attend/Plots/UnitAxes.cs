using SkiaSharp;

namespace Attend.Plots;

/// <summary>A square in which both axes run from 0 to 1, with its grid and its numbers.</summary>
internal sealed class UnitAxes(SKRect area)
{
    private const float NumberSize = 11;

    public SKPoint Place(double x, double y) => new(area.Left + (float)x * area.Width, area.Bottom - (float)y * area.Height);

    /// <param name="pen">Draws.</param>
    /// <param name="xName">Name of the axis below; empty where another picture below has it.</param>
    /// <param name="yName">Name of the axis on the left.</param>
    public void Draw(Picture.Pen pen, string xName, string yName)
    {
        var number = new TextStyle(NumberSize, PlotColors.Faint, SKTextAlign.Right);
        for (var i = 0; i <= 5; i++)
        {
            var value = i / 5.0;
            pen.Line(Place(0, value), Place(1, value), i == 0 ? PlotColors.Faint : PlotColors.Grid);
            pen.Line(Place(value, 0), Place(value, 1), i == 0 ? PlotColors.Faint : PlotColors.Grid);
            var left = Place(0, value);
            pen.Text($"{value:0.0}", left.X - 7, left.Y + NumberSize * 0.36f, number);
            var below = Place(value, 0);
            if (xName.Length > 0) pen.Text($"{value:0.0}", below.X, below.Y + 17, number with { Align = SKTextAlign.Center });
        }
        var axis = new TextStyle(13, PlotColors.Ink, SKTextAlign.Center, Bold: true);
        if (xName.Length > 0) pen.Text(xName, area.MidX, area.Bottom + 38, axis);
        pen.Text(yName, area.Left - 38, area.MidY, axis with { Degrees = -90 });
    }
}
