using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Models;

/// <summary>Fresh weights.</summary>
internal static class Initialization
{
    /// <summary>BERT's rule: matrices and embeddings from N(0, deviation²), biases 0, LayerNorm 1 and 0, the padding row 0.</summary>
    public static void Normal(nn.Module module, double deviation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var part in module.modules())
        {
            switch (part)
            {
                case Linear linear:
                    linear.weight!.normal_(0, deviation);
                    linear.bias?.zero_();
                    break;
                case Embedding embedding:
                    embedding.weight!.normal_(0, deviation);
                    break;
            }
        }
    }
}
