using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Onnx;

/// <summary>A value of an <see cref="OnnxGraph"/>: an input, a weight or a node's result.</summary>
/// <param name="Name">Unique in the graph.</param>
internal readonly record struct OnnxValue(string Name);

/// <summary>A node's attribute: a whole number, several of them, or a fraction.</summary>
internal readonly record struct OnnxAttribute(string Name, long? Int = null, long[]? Ints = null, float? Float = null);

/// <summary>A graph of ONNX operators (github.com/onnx/onnx, docs/Operators.md), built by calls that read like the computation itself.</summary>
/// <remarks>Layers and models write themselves into it beside their <c>forward</c>; a weight that is used twice is stored once.</remarks>
internal sealed class OnnxGraph
{
    /// <summary>Version of the operators in use: the first with LayerNormalization.</summary>
    public const int Opset = 17;

    private readonly Dictionary<(IntPtr Handle, bool Transposed), OnnxValue> _weights = [];
    private readonly Dictionary<string, OnnxValue> _constants = [];
    private int _count;

    public List<OnnxMessage> Nodes { get; } = [];

    public List<OnnxTensor> Tensors { get; } = [];

    public List<OnnxMessage> Inputs { get; } = [];

    public List<OnnxMessage> Outputs { get; } = [];

    /// <summary>Number of batch rows and of columns, as the inputs bring them.</summary>
    public static IReadOnlyList<string> TokenShape { get; } = ["batch_size", "sequence_length"];

    public OnnxValue Input(string name)
    {
        Inputs.Add(ValueInfo(name, OnnxTensor.Int64, TokenShape));
        return new OnnxValue(name);
    }

    /// <param name="name">Under which callers find it.</param>
    /// <param name="value">The node's result.</param>
    /// <param name="shape">Names or numbers of its dimensions.</param>
    public void Output(string name, OnnxValue value, params IReadOnlyList<string> shape)
    {
        Node("Identity", [value], [name]);
        Outputs.Add(ValueInfo(name, OnnxTensor.Float, shape));
    }

    /// <summary>A parameter of the model.</summary>
    public OnnxValue Weight(Tensor parameter, bool transposed = false)
    {
        if (_weights.TryGetValue((parameter.Handle, transposed), out var known)) return known;
        var name = $"weight_{Tensors.Count}";
        var shape = transposed ? [parameter.shape[1], parameter.shape[0]] : parameter.shape;
        Tensors.Add(new OnnxTensor(name, OnnxTensor.Float, shape, () => (transposed ? parameter.transpose(0, 1) : parameter).to(ScalarType.Float32).cpu().contiguous()));
        return _weights[(parameter.Handle, transposed)] = new OnnxValue(name);
    }

    public OnnxValue Table(Array values, params long[] shape)
    {
        var name = $"table_{Tensors.Count}";
        Tensors.Add(new OnnxTensor(name, values is long[]? OnnxTensor.Int64 : OnnxTensor.Float, shape, () => values switch
        {
            long[] numbers => tensor(numbers, shape),
            double[] numbers => tensor(numbers, shape, dtype: ScalarType.Float32),
            _ => throw new ArgumentException($"no table of {values.GetType().Name}", nameof(values)),
        }));
        return new OnnxValue(name);
    }

    public OnnxValue Ints(params long[] values) => Constant($"ints {string.Join(',', values)}", () => Table(values, values.Length));

    public OnnxValue Int(long value) => Constant($"int {value}", () => Table(new[] { value }));

    public OnnxValue Number(double value) => Constant($"number {value:R}", () => Table(new[] { value }));

    public OnnxValue Add(OnnxValue a, OnnxValue b) => Node("Add", [a, b]);

    public OnnxValue Subtract(OnnxValue a, OnnxValue b) => Node("Sub", [a, b]);

    public OnnxValue Multiply(OnnxValue a, OnnxValue b) => Node("Mul", [a, b]);

    public OnnxValue Divide(OnnxValue a, OnnxValue b) => Node("Div", [a, b]);

    public OnnxValue Scale(OnnxValue a, double factor) => factor == 1 ? a : Multiply(a, Number(factor));

    public OnnxValue Minimum(OnnxValue a, OnnxValue b) => Node("Min", [a, b]);

    public OnnxValue MatMul(OnnxValue a, OnnxValue b) => Node("MatMul", [a, b]);

    public OnnxValue Tanh(OnnxValue a) => Node("Tanh", [a]);

    public OnnxValue Softmax(OnnxValue a) => Node("Softmax", [a], new OnnxAttribute("axis", Int: -1));

    public OnnxValue ToFloat(OnnxValue a) => Node("Cast", [a], new OnnxAttribute("to", Int: OnnxTensor.Float));

    public OnnxValue ToInt(OnnxValue a) => Node("Cast", [a], new OnnxAttribute("to", Int: OnnxTensor.Int64));

    public OnnxValue Transpose(OnnxValue a, params long[] order) => Node("Transpose", [a], new OnnxAttribute("perm", Ints: order));

    /// <summary>0 keeps a dimension, -1 takes what is left.</summary>
    public OnnxValue Reshape(OnnxValue a, params long[] shape) => Node("Reshape", [a, Ints(shape)]);

    public OnnxValue Unsqueeze(OnnxValue a, params long[] axes) => Node("Unsqueeze", [a, Ints(axes)]);

    public OnnxValue Squeeze(OnnxValue a, params long[] axes) => Node("Squeeze", [a, Ints(axes)]);

    public OnnxValue Concat(long axis, params OnnxValue[] values) => Node("Concat", values, new OnnxAttribute("axis", Int: axis));

    public OnnxValue Expand(OnnxValue a, OnnxValue shape) => Node("Expand", [a, shape]);

    /// <summary>One entry along an axis, the axis gone.</summary>
    public OnnxValue Select(OnnxValue a, long axis, long index) => Gather(a, Int(index), axis);

    public OnnxValue Gather(OnnxValue table, OnnxValue indices, long axis = 0) => Node("Gather", [table, indices], new OnnxAttribute("axis", Int: axis));

    public OnnxValue GatherElements(OnnxValue a, OnnxValue indices) => Node("GatherElements", [a, indices], new OnnxAttribute("axis", Int: -1));

    public OnnxValue[] Split(OnnxValue a, long axis, int parts)
    {
        string[] names = [.. Enumerable.Range(0, parts).Select(_ => Name())];
        Node("Split", [a], names, new OnnxAttribute("axis", Int: axis));
        return [.. names.Select(name => new OnnxValue(name))];
    }

    public OnnxValue Sum(OnnxValue a, long axis) => Node("ReduceSum", [a, Ints(axis)], new OnnxAttribute("keepdims", Int: 0));

    /// <summary>Length of an axis, a scalar.</summary>
    public OnnxValue Length(OnnxValue a, long axis) => Gather(Node("Shape", [a]), Int(axis));

    /// <summary>0, 1, ... length - 1.</summary>
    public OnnxValue Range(OnnxValue length) => Node("Range", [Int(0), length, Int(1)]);

    /// <summary>The first rows of a table.</summary>
    public OnnxValue Rows(OnnxValue table, OnnxValue length) => Node("Slice", [table, Ints(0), Unsqueeze(length, 0)]);

    public OnnxValue Linear(Linear layer, OnnxValue x) => Linear(layer.Weight, layer.Bias, x);

    public OnnxValue Linear(Tensor weight, Tensor? bias, OnnxValue x)
    {
        var product = MatMul(x, Weight(weight, transposed: true));
        return bias is null ? product : Add(product, Weight(bias));
    }

    public OnnxValue LayerNorm(LayerNorm layer, OnnxValue x)
    {
        OnnxValue[] inputs = layer.bias is { } bias ? [x, Weight(layer.weight!), Weight(bias)] : [x, Weight(layer.weight!)];
        return Node("LayerNormalization", inputs, new OnnxAttribute("axis", Int: -1), new OnnxAttribute("epsilon", Float: (float)layer.eps));
    }

    /// <summary>An activation by its name in config.json; the same functions as <see cref="Layers.ActivationFunctions"/>.</summary>
    public OnnxValue Activation(string name, OnnxValue x) => name switch
    {
        "gelu" => Multiply(Scale(x, 0.5), Add(Node("Erf", [Scale(x, 1 / Math.Sqrt(2))]), Number(1))),
        "gelu_new" or "gelu_pytorch_tanh" => Multiply(Scale(x, 0.5), Add(Tanh(Scale(Add(x, Scale(Multiply(x, Multiply(x, x)), 0.044715)), Math.Sqrt(2 / Math.PI))), Number(1))),
        "relu" => Node("Relu", [x]),
        "silu" => Multiply(x, Node("Sigmoid", [x])),
        "tanh" => Tanh(x),
        _ => throw new ArgumentException($"activation '{name}' cannot be exported", nameof(name)),
    };

    public OnnxValue Node(string operation, OnnxValue[] inputs, params OnnxAttribute[] attributes)
    {
        var name = Name();
        Node(operation, inputs, [name], attributes);
        return new OnnxValue(name);
    }

    private void Node(string operation, OnnxValue[] inputs, string[] outputs, params OnnxAttribute[] attributes)
    {
        var node = new OnnxMessage();
        foreach (var input in inputs) node.Text(1, input.Name);
        foreach (var output in outputs) node.Text(2, output);
        node.Text(3, $"{operation}_{Nodes.Count}").Text(4, operation);
        foreach (var attribute in attributes)
        {
            var message = new OnnxMessage().Text(1, attribute.Name);
            if (attribute.Float is { } fraction) message.Float(2, fraction).Int(20, 1);
            else if (attribute.Int is { } number) message.Int(3, number).Int(20, 2);
            else
            {
                foreach (var value in attribute.Ints!) message.Int(8, value);
                message.Int(20, 7);
            }
            node.Message(5, message);
        }
        Nodes.Add(node);
    }

    private OnnxValue Constant(string key, Func<OnnxValue> create)
    {
        if (!_constants.TryGetValue(key, out var value)) _constants[key] = value = create();
        return value;
    }

    private string Name() => $"value_{_count++}";

    private static OnnxMessage ValueInfo(string name, int type, IReadOnlyList<string> shape)
    {
        var dimensions = new OnnxMessage();
        foreach (var dimension in shape) dimensions.Message(1, long.TryParse(dimension, out var size) ? new OnnxMessage().Int(1, size) : new OnnxMessage().Text(2, dimension));
        var tensor = new OnnxMessage().Int(1, type).Message(2, dimensions);
        return new OnnxMessage().Text(1, name).Message(2, new OnnxMessage().Message(1, tensor));
    }
}

/// <summary>A weight or a table of an <see cref="OnnxGraph"/>; its values are made when they are written.</summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Type">ONNX's number of the element type.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Values">On the CPU, contiguous; made inside a dispose scope.</param>
internal sealed record OnnxTensor(string Name, int Type, long[] Shape, Func<Tensor> Values)
{
    public const int Float = 1, Int64 = 7;

    public long ByteCount => Shape.Aggregate(1L, (product, size) => product * size) * (Type == Int64 ? 8 : 4);
}
