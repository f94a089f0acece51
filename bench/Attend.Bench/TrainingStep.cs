using System.Diagnostics;
using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = TorchSharp.Modules.Linear;

namespace Attend.Bench;

/// <summary>One update of Attend's trainer against the step a TorchSharp user writes by default: eager layers, default precision, its own AdamW.</summary>
internal static class TrainingStep
{
    private const int Batch = 8;
    private const int Seq = 128;
    private const int Labels = 2;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "base";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "7", CultureInfo.InvariantCulture);
        var arms = (arguments.ElementAtOrDefault(2) ?? "default,float32,bfloat16").Split(',');
        Engine.Start();
        var size = EncoderSize.Named[name];
        var steps = arms.ToDictionary(arm => arm, Action (arm) => arm == "default" ? new Default(size).Step : new Ours(size, Enum.Parse<Precision>(arm, ignoreCase: true)).Step);
        var times = arms.ToDictionary(arm => arm, _ => new List<double>());
        for (var round = -1; round < rounds; round++)
            foreach (var arm in arms)
            {
                // A B C A B C; the first round warms up and does not count.
                Engine.Start(new EngineOptions { Precision = arm == "default" ? MatmulPrecision.Highest : MatmulPrecision.Medium });
                var start = Stopwatch.GetTimestamp();
                steps[arm]();
                if (round >= 0) times[arm].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        Console.WriteLine($"training step, {name} ({size.LayerCount} x {size.HiddenSize}), batch {Batch}, seq {Seq}, {get_num_threads()} threads, {rounds} rounds interleaved; ratios to {arms[0]}");
        foreach (var arm in arms)
        {
            var ratios = times[arms[0]].Zip(times[arm], (left, right) => left / right).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arm,-10} {times[arm].Order().ElementAt(rounds / 2):0} ms (fastest {times[arm].Min():0})   ratio median {ratios[ratios.Length / 2]:0.00} (min {ratios[0]:0.00}, max {ratios[^1]:0.00})"));
        }
        return 0;
    }

    // What the trainer does for one update, through its own parts.
    private sealed class Ours
    {
        private readonly TextClassification _task;
        private readonly Training.AdamW _optimizer;
        private readonly ClassificationBatch _batch;

        public Ours(EncoderSize size, Precision precision)
        {
            var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, 30517).Select(index => $"w{index}")]);
            var config = Architectures.Find("bert").CreateConfig(size, tokenizer.VocabSize).WithLabels(["a", "b"], false, "cls");
            _task = new TextClassification(Architectures.Find("bert").Create(config), tokenizer, new ClassificationOptions { MaxInputTokens = Seq }, CPU);
            _task.UsePrecision(precision);
            _task.train();
            _optimizer = new Training.AdamW(_task, 0.01);
            var random = new Random(1);
            _batch = _task.Collate([.. Enumerable.Range(0, Batch).Select(row => new LabeledText(string.Join(' ', Enumerable.Range(0, Seq - 2).Select(_ => $"w{random.Next(30517)}")), [row % 2 == 0 ? "a" : "b"], row))]);
        }

        public void Step()
        {
            using var scope = NewDisposeScope();
            using var rounded = _task.KeepRounded();
            _optimizer.ZeroGradients();
            (_task.call(_batch).LossSum! / _batch.LossCount).backward();
            var norm = _optimizer.GradientNorm();
            _optimizer.Step(1e-5, Math.Max(1, norm));
        }
    }

    // The same model as TorchSharp's documentation would have it: separate projections, fused attention, library optimizer, gradient clipping.
    private sealed class Default : Module<Tensor, Tensor>
    {
        private readonly Embedding _words, _positions, _segments;
        private readonly LayerNorm _norm;
        private readonly ModuleList<Block> _blocks;
        private readonly Linear _pooler, _classifier;
        private readonly double _dropout;
        private readonly optim.Optimizer _optimizer;
        private readonly Tensor _ids;
        private readonly Tensor _labels;

        public Default(EncoderSize size) : base("default")
        {
            _words = Embedding(30522, size.HiddenSize);
            _positions = Embedding(512, size.HiddenSize);
            _segments = Embedding(2, size.HiddenSize);
            _norm = LayerNorm(size.HiddenSize, 1e-12);
            _blocks = ModuleList([.. Enumerable.Range(0, size.LayerCount).Select(_ => new Block(size))]);
            _pooler = Linear(size.HiddenSize, size.HiddenSize);
            _classifier = Linear(size.HiddenSize, Labels);
            _dropout = size.Dropout;
            _ids = randint(5, 30522, [Batch, Seq], ScalarType.Int64);
            _labels = arange(Batch, dtype: ScalarType.Int64).remainder(Labels);
            RegisterComponents();
            _optimizer = optim.AdamW(parameters(), 1e-5, weight_decay: 0.01);
        }

        public override Tensor forward(Tensor ids)
        {
            var hidden = _norm.call(_words.call(ids) + _positions.call(arange(ids.shape[1], dtype: ScalarType.Int64)) + _segments.call(zeros_like(ids)));
            hidden = functional.dropout(hidden, _dropout);
            foreach (var block in _blocks) hidden = block.call(hidden);
            return _classifier.call(functional.dropout(_pooler.call(hidden.select(1, 0)).tanh(), _dropout));
        }

        public void Step()
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            functional.cross_entropy(call(_ids), _labels).backward();
            nn.utils.clip_grad_norm_(parameters(), 1.0);
            _optimizer.step();
        }
    }

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
