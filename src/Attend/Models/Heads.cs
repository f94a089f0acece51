using Attend.Layers;
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

    /// <summary>Whether that layer's input is dropped from, in training.</summary>
    public bool DropsInput { get; init; }

    /// <summary>Probability of dropping an input of a layer in training, in [0, 1).</summary>
    public double Dropout { get; init; }

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;
}

/// <summary>From the summary of a text to a score per label: [dense, activation,] dropout, linear.</summary>
public sealed class ClassificationHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Linear? _dense;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly ClassificationHeadOptions _options;

    /// <summary>Creates the head with freshly drawn weights.</summary>
    public ClassificationHead(ClassificationHeadOptions options) : base(nameof(ClassificationHead))
    {
        _options = options;
        _dense = options.DenseActivation is null ? null : Linear(options.HiddenSize, options.HiddenSize);
        _output = Linear(options.HiddenSize, options.LabelCount);
        RegisterComponents();
        Initialization.Normal(this, options.InitializerRange);
    }

    /// <summary>Scores a summary.</summary>
    /// <param name="summary">[batch, hidden].</param>
    /// <returns>[batch, label].</returns>
    public override Tensor forward(Tensor summary)
    {
        if (_dense is not null)
        {
            if (_options.DropsInput) summary = Drop(summary);
            summary = ActivationFunctions.Find(_options.DenseActivation!)(_dense.call(summary));
        }
        return _output.call(Drop(summary));                                          // [batch, label]
    }

    private Tensor Drop(Tensor x) => training && _options.Dropout > 0 ? Layers.Dropout.Apply(x, _options.Dropout) : x;
}

/// <summary>Scores for each token: dropout, linear (Devlin et al. 2018, section 4: named entities, start and end of an answer).</summary>
public sealed class TokenHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly double _dropout;

    /// <summary>Creates the head with freshly drawn weights.</summary>
    /// <param name="encoder">Whose hidden states it reads.</param>
    /// <param name="scoreCount">Scores per token.</param>
    /// <param name="dropout">Probability of dropping an input in training, in [0, 1).</param>
    public TokenHead(EncoderModel encoder, int scoreCount, double dropout) : base(nameof(TokenHead))
    {
        _output = Linear(encoder.HiddenSize, scoreCount);
        _dropout = dropout;
        RegisterComponents();
        Initialization.Normal(this, encoder.InitializerRange);
    }

    /// <summary>Scores each token.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <returns>[batch, seq, score].</returns>
    public override Tensor forward(Tensor hidden) => _output.call(training && _dropout > 0 ? Layers.Dropout.Apply(hidden, _dropout) : hidden);
}
