using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>Which sines and cosines stand for a position.</summary>
public enum SinusoidLayout
{
    /// <summary>As printed: dimension 2i is sin(p / 10000^(2i/d)), 2i+1 its cosine (Vaswani et al. 2017, section 3.5).</summary>
    Paper,

    /// <summary>The same numbers, all sines before all cosines (Marian).</summary>
    Halves,

    /// <summary>All sines before all cosines, with wavelengths from 2π to exactly 10000 · 2π (tensor2tensor, OpenNMT).</summary>
    Tensor2Tensor,
}

/// <summary>Positions as sines and cosines of many wavelengths (Vaswani et al. 2017, section 3.5): no weights, no longest input.</summary>
public sealed class SinusoidalPositions(int hiddenSize, SinusoidLayout layout)
{
    private readonly Lock _gate = new();
    private float[] _table = [];

    /// <summary>The vectors of some positions.</summary>
    /// <param name="start">First position, 0 or more.</param>
    /// <param name="count">How many.</param>
    /// <param name="device">Where they are needed.</param>
    /// <returns>[count, hidden], float32.</returns>
    public Tensor At(int start, int count, Device device)
    {
        var table = Table(start + count);
        return tensor(table.AsSpan(start * hiddenSize, count * hiddenSize).ToArray(), [count, hiddenSize], device: device);
    }

    private float[] Table(int count)
    {
        lock (_gate)
        {
            if (_table.Length >= count * hiddenSize) return _table;
            count = Math.Max(count, Math.Max(64, 2 * _table.Length / hiddenSize));
            var table = new float[count * hiddenSize];
            var half = hiddenSize / 2;
            for (var position = 0; position < count; position++)
                for (var i = 0; i < half; i++)
                {
                    var exponent = layout == SinusoidLayout.Tensor2Tensor ? (double)i / Math.Max(1, half - 1) : 2.0 * i / hiddenSize;
                    var (sine, cosine) = Math.SinCos(position * Math.Pow(10000, -exponent));
                    table[position * hiddenSize + (layout == SinusoidLayout.Paper ? 2 * i : i)] = (float)sine;
                    table[position * hiddenSize + (layout == SinusoidLayout.Paper ? 2 * i + 1 : half + i)] = (float)cosine;
                }
            return _table = table;
        }
    }
}
