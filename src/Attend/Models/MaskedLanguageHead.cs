using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Sizes and choices of a <see cref="MaskedLanguageHead"/>.</summary>
public sealed record MaskedLanguageHeadOptions
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the word embeddings.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Number of words.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Activation between the dense layer and its LayerNorm.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Whether the dense layer has a bias.</summary>
    public bool DenseBias { get; init; } = true;

    /// <summary>Whether the LayerNorm has a bias.</summary>
    public bool NormBias { get; init; } = true;

    /// <summary>Whether each word has a bias.</summary>
    public bool DecoderBias { get; init; } = true;

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;
}

/// <summary>From hidden states to a score per word: dense, activation, LayerNorm, product with the word embeddings, bias (Devlin et al. 2018, section 3.1, task 1).</summary>
public sealed class MaskedLanguageHead : Module<Tensor, Tensor, Tensor>, IProductLayer
{
    [ComponentName(Name = "transform")] private readonly Linear _transform;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "decoder")] private readonly WordBias? _decoder;
    private readonly string _activation;
    private readonly Products _products = new();

    /// <summary>Creates the head with freshly drawn weights.</summary>
    public MaskedLanguageHead(MaskedLanguageHeadOptions options) : base(nameof(MaskedLanguageHead))
    {
        _transform = new Linear(options.HiddenSize, options.EmbeddingSize, options.DenseBias);
        _norm = LayerNorm(options.EmbeddingSize, options.LayerNormEpsilon, bias: options.NormBias);
        _decoder = options.DecoderBias ? new WordBias(options.VocabSize) : null;
        _activation = options.Activation;
        RegisterComponents();
        Initialization.Normal(this, options.InitializerRange);
    }

    Products IProductLayer.Products => _products;

    /// <summary>Scores every word of the vocabulary.</summary>
    /// <param name="hidden">[..., hidden]: all tokens, or only the hidden ones.</param>
    /// <param name="wordEmbeddings">The encoder's own, [vocab, embedding], see <see cref="EncoderModel.WordEmbeddings"/>: the decoder is tied to them.</param>
    /// <returns>[..., vocab].</returns>
    public override Tensor forward(Tensor hidden, Tensor wordEmbeddings) =>
        _products.Linear(_norm.call(ActivationFunctions.Find(_activation)(_transform.call(hidden))), wordEmbeddings, _decoder?.Bias);

    internal OnnxValue Export(OnnxGraph graph, OnnxValue hidden, Tensor wordEmbeddings)
    {
        var transformed = graph.LayerNorm(_norm, graph.Activation(_activation, graph.Linear(_transform, hidden)));
        // The embeddings are in the graph already, as rows; they are stored once.
        var scores = graph.MatMul(transformed, graph.Transpose(graph.Weight(wordEmbeddings), 1, 0));
        return _decoder is null ? scores : graph.Add(scores, graph.Weight(_decoder.Bias));
    }
}

/// <summary>What the decoder of a <see cref="MaskedLanguageHead"/> has of its own.</summary>
internal sealed class WordBias : Module
{
    [ComponentName(Name = "bias")] private readonly Parameter _bias;

    public WordBias(int vocabSize) : base(nameof(WordBias))
    {
        _bias = new Parameter(zeros(vocabSize));
        RegisterComponents();
    }

    /// <summary>[vocab].</summary>
    public Tensor Bias => _bias;
}
