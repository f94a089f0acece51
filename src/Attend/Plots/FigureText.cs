using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>Figures and their intervals, written for readers.</summary>
internal static class FigureText
{
    public static string Of(double value, FigureScale scale) => !double.IsFinite(value) ? "undefined" : scale switch
    {
        FigureScale.Share => $"{100 * value:0.00}%",
        FigureScale.Hundred => $"{value:0.00}",
        FigureScale.Count => $"{value:N0}",
        _ => $"{value:0.0000}",
    };

    public static string Range(BootstrapInterval interval, FigureScale scale) => scale == FigureScale.Share
        ? $"{100 * interval.Low:0.0}{(interval.Low < 0 ? " to " : "–")}{100 * interval.High:0.0}"
        : $"{Short(interval.Low, scale)}{(interval.Low < 0 ? " to " : " – ")}{Short(interval.High, scale)}";

    private static string Short(double value, FigureScale scale) => scale switch
    {
        FigureScale.Hundred => $"{value:0.0}",
        FigureScale.Count => $"{value:N0}",
        _ => $"{value:0.000}",
    };
}
