using System.Diagnostics;
using Attend.Layers;
using Attend.Tasks;
using Attend.Text.Pretraining;
using static TorchSharp.torch;

namespace Attend.Training;

/// <summary>How much is computed, and how much the machine could compute.</summary>
internal static class FlopCount
{
    private const int PeakSize = 1024;

    /// <summary>Floating-point operations a token costs in training: two for each weight of a matrix it passes and for each product of attention, three times over for the backward pass.</summary>
    /// <remarks>The projection to the vocabulary counts only for the hidden tokens; embeddings, norms and activations are left out, as in Kaplan et al. 2020, section 2.1.</remarks>
    public static double PerToken(PretrainingTask task, PretrainingOptions inputs)
    {
        var dense = task.Encoder.modules().OfType<Linear>().Sum(linear => (double)linear.Weight.numel());
        var attention = 2.0 * inputs.MaxInputTokens * task.Encoder.modules().OfType<Layers.MultiHeadAttention>().Count() * task.Encoder.HiddenSize;
        var words = inputs.MaskShare * (task.Encoder.WordEmbeddings.numel() + task.Heads.SelectMany(head => head.modules().OfType<Linear>()).Sum(linear => (double)linear.Weight.numel()));
        return 3 * 2 * (dense + attention + words);
    }

    /// <summary>Operations a second of a large matrix product as it is set up now, the best of a few.</summary>
    public static double MeasurePeak(Device device, Precision precision)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var dtype = precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var (left, right) = (ones([PeakSize, PeakSize], dtype, device), ones([PeakSize, PeakSize], dtype, device));
        var best = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var product = left.matmul(right);
            product[0, 0].to(ScalarType.Float32).item<float>();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return 2.0 * PeakSize * PeakSize * PeakSize / best;
    }
}
