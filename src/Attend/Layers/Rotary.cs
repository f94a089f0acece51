using Attend.Onnx;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>Rotary positions (Su et al. 2021, arXiv:2104.09864, section 3.2.2): queries and keys are turned by angles that grow with their position, so that their product knows only the distance.</summary>
/// <param name="Cosine">[seq, headDim].</param>
/// <param name="Sine">[seq, headDim].</param>
internal sealed record Rotary(Tensor Cosine, Tensor Sine)
{
    /// <summary>Angles for the positions of a batch.</summary>
    /// <param name="hidden">[batch, seq, hidden]: says length, dtype and device.</param>
    /// <param name="headDim">Width of a head; even.</param>
    /// <param name="theta">Base of the angles.</param>
    public static Rotary Of(Tensor hidden, int headDim, double theta)
    {
        var seq = (int)hidden.shape[1];
        var (cosine, sine) = Tables(seq, headDim, theta);
        Tensor Both(double[] table)
        {
            var half = tensor(table, [seq, headDim / 2], dtype: hidden.dtype, device: hidden.device);
            return cat([half, half], -1);                                           // [seq, headDim]
        }
        return new Rotary(Both(cosine), Both(sine));
    }

    /// <summary>Cosines and sines of p · theta^(-2k/headDim), row-major [seq, headDim / 2], computed in double precision.</summary>
    public static (double[] Cosine, double[] Sine) Tables(int seq, int headDim, double theta)
    {
        var (cosine, sine) = (new double[seq * (headDim / 2)], new double[seq * (headDim / 2)]);
        for (var k = 0; k < headDim / 2; k++)
        {
            var speed = Math.Pow(theta, -2.0 * k / headDim);
            for (var position = 0; position < seq; position++)
            {
                var (s, c) = Math.SinCos(position * speed);
                (sine[(position * (headDim / 2)) + k], cosine[(position * (headDim / 2)) + k]) = (s, c);
            }
        }
        return (cosine, sine);
    }

    internal static OnnxRotary Export(OnnxGraph graph, OnnxValue length, int positionCount, int headDim, double theta)
    {
        var (cosine, sine) = Tables(positionCount, headDim, theta);
        return new(graph.Rows(graph.Table(cosine, positionCount, headDim / 2), length), graph.Rows(graph.Table(sine, positionCount, headDim / 2), length));
    }

    /// <summary>Turns dimension k and dimension k + headDim/2 of each head as a pair.</summary>
    /// <param name="x">[batch, head, seq, headDim].</param>
    /// <returns>Same shape.</returns>
    public Tensor Turn(Tensor x)
    {
        var halves = x.chunk(2, -1);
        return (x * Cosine + cat([-halves[1], halves[0]], -1) * Sine).to(x.dtype);
    }
}

/// <summary>Rotary positions in a graph.</summary>
/// <param name="Cosine">[seq, headDim / 2].</param>
/// <param name="Sine">[seq, headDim / 2].</param>
internal sealed record OnnxRotary(OnnxValue Cosine, OnnxValue Sine)
{
    /// <summary>What <see cref="Rotary.Turn"/> computes, as a graph.</summary>
    public OnnxValue Turn(OnnxGraph graph, OnnxValue x)
    {
        var halves = graph.Split(x, -1, 2);
        return graph.Concat(-1,
            graph.Subtract(graph.Multiply(halves[0], Cosine), graph.Multiply(halves[1], Sine)),
            graph.Add(graph.Multiply(halves[1], Cosine), graph.Multiply(halves[0], Sine)));
    }
}
