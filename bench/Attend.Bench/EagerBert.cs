using Attend.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = TorchSharp.Modules.Linear;

namespace Attend.Bench;

/// <summary>A BERT as TorchSharp's documentation would have it, to be measured against: separate projections, fused attention, a vocabulary projection of every place.</summary>
internal sealed class EagerBert : Module<Tensor, Tensor>
{
    private readonly Embedding _words, _positions, _segments;
    private readonly LayerNorm _norm, _decoderNorm;
    private readonly ModuleList<Block> _blocks;
    private readonly Linear _pooler, _classifier, _transform;
    private readonly Parameter _decoderBias;
    private readonly double _dropout;

    public EagerBert(EncoderSize size, int vocabSize, int labelCount) : base("eager")
    {
        _words = Embedding(vocabSize, size.HiddenSize);
        _positions = Embedding(512, size.HiddenSize);
        _segments = Embedding(2, size.HiddenSize);
        _norm = LayerNorm(size.HiddenSize, 1e-12);
        _blocks = ModuleList([.. Enumerable.Range(0, size.LayerCount).Select(_ => new Block(size))]);
        _pooler = Linear(size.HiddenSize, size.HiddenSize);
        _classifier = Linear(size.HiddenSize, labelCount);
        _transform = Linear(size.HiddenSize, size.HiddenSize);
        _decoderNorm = LayerNorm(size.HiddenSize, 1e-12);
        _decoderBias = Parameter(zeros(vocabSize));
        _dropout = size.Dropout;
        RegisterComponents();
        using var noGradient = no_grad();
        foreach (var embedding in new[] { _words, _positions, _segments }) init.normal_(embedding.weight!, 0, 0.02);
    }

    /// <summary>[batch, seq] to hidden states [batch, seq, hidden].</summary>
    public override Tensor forward(Tensor ids)
    {
        var hidden = _norm.call(_words.call(ids) + _positions.call(arange(ids.shape[1], dtype: ScalarType.Int64)) + _segments.call(zeros_like(ids)));
        hidden = functional.dropout(hidden, _dropout);
        foreach (var block in _blocks) hidden = block.call(hidden);
        return hidden;
    }

    /// <summary>Logits of a text's label, or of the next sentence, [batch, labels].</summary>
    public Tensor Classify(Tensor ids) => ClassifyHidden(call(ids));

    /// <summary>Logits of the label from hidden states, [batch, labels].</summary>
    public Tensor ClassifyHidden(Tensor hidden) => _classifier.call(functional.dropout(_pooler.call(hidden.select(1, 0)).tanh(), _dropout));

    /// <summary>Logits of the word at every place, [batch, seq, vocab].</summary>
    public Tensor FillIn(Tensor hidden) => functional.linear(_decoderNorm.call(functional.gelu(_transform.call(hidden))), _words.weight!, _decoderBias);

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Linear _query, _key, _value, _output, _inner, _outer;
        private readonly LayerNorm _attentionNorm, _outputNorm;
        private readonly int _heads;
        private readonly double _dropout;

        public Block(EncoderSize size) : base("block")
        {
            var hidden = size.HiddenSize;
            (_query, _key, _value, _output) = (Linear(hidden, hidden), Linear(hidden, hidden), Linear(hidden, hidden), Linear(hidden, hidden));
            (_inner, _outer) = (Linear(hidden, size.IntermediateSize), Linear(size.IntermediateSize, hidden));
            (_attentionNorm, _outputNorm) = (LayerNorm(hidden, 1e-12), LayerNorm(hidden, 1e-12));
            (_heads, _dropout) = (size.HeadCount, size.Dropout);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor Heads(Linear linear) => linear.call(x).view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
            var attended = functional.scaled_dot_product_attention(Heads(_query), Heads(_key), Heads(_value), p: _dropout).transpose(1, 2).reshape(x.shape);
            x = _attentionNorm.call(x + functional.dropout(_output.call(attended), _dropout));
            return _outputNorm.call(x + functional.dropout(_outer.call(functional.gelu(_inner.call(x))), _dropout));
        }
    }
}
