namespace Attend.Text.Metrics;

/// <summary>The best that thresholds on the no-answer score could reach on these very questions: an upper bound, not a result.</summary>
/// <param name="ExactMatch">For exact match.</param>
/// <param name="F1">For F1.</param>
public sealed record NoAnswerThreshold(ThresholdFigure ExactMatch, ThresholdFigure F1);

/// <summary>A figure and the threshold that reaches it.</summary>
/// <param name="Value">The figure, in [0, 100].</param>
/// <param name="Threshold">Questions whose no-answer score is above it are answered ""; negative infinity answers all so.</param>
public sealed record ThresholdFigure(double Value, double Threshold);
