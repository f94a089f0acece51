using System.Runtime.InteropServices;
using Attend.Layers;
using Attend.Text.Data;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Models;

/// <summary>Fresh weights, from a generator of our own: libtorch's is the process's, and two models made at once would disturb each other.</summary>
internal static class Initialization
{
    [ThreadStatic]
    private static DeterministicRandom? _random;

    /// <summary>Makes the weights drawn next on this thread depend on this seed alone.</summary>
    public static void Seed(ulong seed) => _random = new DeterministicRandom(seed);

    /// <summary>BERT's rule: matrices and embeddings from N(0, deviation²), biases 0; LayerNorm stays 1 and 0. Position embeddings begin as sinusoids.</summary>
    public static void Normal(nn.Module module, double deviation)
    {
        _random ??= new DeterministicRandom(0);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var part in module.modules().Append(module)) // modules() leaves out the module itself
        {
            switch (part)
            {
                case Linear linear:
                    Fill(linear.Weight, deviation, _random);
                    linear.Bias?.zero_();
                    break;
                case Conv1d convolution:
                    Fill(convolution.weight!, deviation, _random);
                    convolution.bias?.zero_();
                    break;
                case Embedding embedding:
                    Fill(embedding.weight!, deviation, _random);
                    break;
            }
        }
        foreach (var embeddings in module.modules().OfType<TokenEmbeddings>()) embeddings.BeginWithSinusoids(2 * deviation);
    }

    /// <summary>Glorot and Bengio 2010, equation 16: matrices of linear layers uniform in ±√(6 / (in + out)), biases 0.</summary>
    public static void Xavier(nn.Module module)
    {
        _random ??= new DeterministicRandom(0);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var linear in module.modules().Append(module).OfType<Linear>())
        {
            var limit = Math.Sqrt(6.0 / (linear.Weight.shape[0] + linear.Weight.shape[1]));
            var values = empty(linear.Weight.shape, ScalarType.Float32);
            foreach (ref var value in MemoryMarshal.Cast<byte, float>(values.bytes)) value = (float)(limit * (2 * _random.NextDouble() - 1));
            linear.Weight.copy_(values);
            linear.Bias?.zero_();
        }
    }

    /// <summary>Embeddings from N(0, deviation²).</summary>
    public static void Embeddings(nn.Module module, double deviation)
    {
        _random ??= new DeterministicRandom(0);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var embedding in module.modules().Append(module).OfType<Embedding>()) Fill(embedding.weight!, deviation, _random);
    }

    // Box and Muller 1958: two normal numbers of two uniform ones.
    private static void Fill(Tensor weight, double deviation, DeterministicRandom random)
    {
        var values = empty(weight.shape, ScalarType.Float32);
        var span = MemoryMarshal.Cast<byte, float>(values.bytes);
        for (var i = 0; i < span.Length; i += 2)
        {
            var radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sine, cosine) = Math.SinCos(2 * Math.PI * random.NextDouble());
            span[i] = (float)(radius * cosine);
            if (i + 1 < span.Length) span[i + 1] = (float)(radius * sine);
        }
        weight.copy_(values);
    }
}
