using Attend.Onnx;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>From the pooled state to whether the second segment follows the first (Devlin et al. 2018, section 3.1, task 2).</summary>
public sealed class NextSentenceHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "next_sentence")] private readonly Linear _nextSentence;

    /// <summary>Creates the head with freshly drawn weights.</summary>
    public NextSentenceHead(EncoderModel encoder) : base(nameof(NextSentenceHead))
    {
        _nextSentence = new Linear(encoder.HiddenSize, 2);
        RegisterComponents();
        Initialization.Normal(this, encoder.InitializerRange);
    }

    /// <summary>Scores both answers.</summary>
    /// <param name="pooled">The pooled [CLS] state [batch, hidden].</param>
    /// <returns>[batch, 2]: "the second segment follows", "it comes from elsewhere".</returns>
    public override Tensor forward(Tensor pooled) => _nextSentence.call(pooled);

    internal OnnxValue Export(OnnxGraph graph, OnnxValue pooled) => graph.Linear(_nextSentence, pooled);
}
