using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>What can stand on an encoder.</summary>
public enum HeadKind
{
    /// <summary>One answer per text or pair: classes, any number of labels, or a number.</summary>
    SequenceClassification,

    /// <summary>One label per token.</summary>
    TokenClassification,

    /// <summary>Start and end of an answer in a context.</summary>
    QuestionAnswering,

    /// <summary>The hidden tokens of a text.</summary>
    MaskedLanguageModel,

    /// <summary>BERT's two pre-training tasks: hidden tokens, and whether the second segment follows the first.</summary>
    PreTraining,

    /// <summary>Which tokens a generator has put in place of others: ELECTRA's pre-training task.</summary>
    ReplacedTokenDetection,
}

/// <summary>How published checkpoints of an architecture store a head.</summary>
/// <param name="ClassName">Hugging Face's class of encoder and head together: "BertForSequenceClassification".</param>
/// <param name="Keys">Names of the head's weights; its prefix is empty.</param>
public sealed record HeadFormat(string ClassName, KeyMap Keys);

/// <summary>Sizes and choices of a <see cref="ClassificationHead"/>.</summary>
public sealed record ClassificationHeadOptions
{
    /// <summary>Width of what the head reads.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of scores.</summary>
    public required int LabelCount { get; init; }

    /// <summary>Activation after a square layer in front of the scores; null = there is no such layer.</summary>
    public string? DenseActivation { get; init; }

    /// <summary>Whether that layer has a bias.</summary>
    public bool DenseBias { get; init; } = true;

    /// <summary>Added to the variance in a LayerNorm after that layer; null = there is none.</summary>
    public double? NormEpsilon { get; init; }

    /// <summary>Whether the LayerNorm has a bias.</summary>
    public bool NormBias { get; init; } = true;

    /// <summary>Probability of dropping an input of the square layer in training, in [0, 1).</summary>
    public double InputDropout { get; init; }

    /// <summary>Probability of dropping an input of the scores in training, in [0, 1).</summary>
    public double Dropout { get; init; }

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;
}

/// <summary>From the summary of a text, or from each token, to a score per label: [dropout, dense, activation, [norm],] dropout, linear.</summary>
public sealed class ClassificationHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Linear? _dense;
    [ComponentName(Name = "norm")] private readonly LayerNorm? _norm;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly ClassificationHeadOptions _options;

    /// <summary>Creates the head with freshly drawn weights.</summary>
    public ClassificationHead(ClassificationHeadOptions options) : base(nameof(ClassificationHead))
    {
        _options = options;
        _dense = options.DenseActivation is null ? null : new Linear(options.HiddenSize, options.HiddenSize, options.DenseBias);
        _norm = options.NormEpsilon is { } epsilon ? LayerNorm(options.HiddenSize, epsilon, bias: options.NormBias) : null;
        _output = new Linear(options.HiddenSize, options.LabelCount);
        RegisterComponents();
        Initialization.Normal(this, options.InitializerRange);
    }

    /// <summary>Scores a summary, or tokens.</summary>
    /// <param name="hidden">[batch, hidden] or [batch, seq, hidden].</param>
    /// <returns>[batch, label] or [batch, seq, label].</returns>
    public override Tensor forward(Tensor hidden)
    {
        if (_dense is not null) hidden = ActivationFunctions.Find(_options.DenseActivation!)(_dense.call(Drop(hidden, _options.InputDropout)));
        if (_norm is not null) hidden = _norm.call(hidden);
        return _output.call(Drop(hidden, _options.Dropout));
    }

    /// <summary>Makes freshly drawn scores begin around a mean, and spread.</summary>
    internal void CenterScores(double mean, double deviation)
    {
        using var noGradient = no_grad();
        _output.Weight.mul_(deviation);
        _output.Bias!.fill_(mean);
    }

    internal OnnxValue Export(OnnxGraph graph, OnnxValue hidden)
    {
        if (_dense is not null) hidden = graph.Activation(_options.DenseActivation!, graph.Linear(_dense, hidden));
        if (_norm is not null) hidden = graph.LayerNorm(_norm, hidden);
        return graph.Linear(_output, hidden);
    }

    private Tensor Drop(Tensor x, double probability) => training && probability > 0 ? Layers.Dropout.Apply(x, probability) : x;
}
