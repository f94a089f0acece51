using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>What the values of one tensor of a checkpoint are like.</summary>
/// <param name="Norm">Square root of the sum of the squares of all finite values, computed in 64 bits.</param>
/// <param name="NanCount">Values that are no number.</param>
/// <param name="InfiniteCount">Values that are infinite.</param>
public sealed record TensorStatistics(double Norm, long NanCount, long InfiniteCount)
{
    private const int ChunkElements = 1 << 20;

    /// <summary>Reads a tensor and measures it.</summary>
    /// <exception cref="CheckpointException">See <see cref="WeightsSource.Read"/>.</exception>
    public static TensorStatistics Of(WeightsSource weights, string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var flat = weights.Read(name).view(-1);
        var count = flat.numel();
        var (squares, nan, infinite) = (0.0, 0L, 0L);
        for (long start = 0; start < count; start += ChunkElements)
        {
            using var chunkScope = NewDisposeScope();
            var values = flat.narrow(0, start, Math.Min(ChunkElements, count - start)).to(ScalarType.Float64);
            squares += values.nan_to_num(nan: 0, posinf: 0, neginf: 0).square().sum().item<double>();
            nan += values.isnan().sum().item<long>();
            infinite += values.isinf().sum().item<long>();
        }
        return new(Math.Sqrt(squares), nan, infinite);
    }
}
