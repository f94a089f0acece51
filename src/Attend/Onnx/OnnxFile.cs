using static TorchSharp.torch;

namespace Attend.Onnx;

/// <summary>Writes a graph as an ONNX file (onnx.proto of github.com/onnx/onnx, IR version 8); weights beyond what one message can hold go into a file beside it.</summary>
internal static class OnnxFile
{
    // A Protocol Buffers message holds at most 2 GiB; the graph itself takes little.
    private const long LargestMessage = int.MaxValue - (64L << 20);

    /// <param name="graph">The graph.</param>
    /// <param name="model">Receives the model.</param>
    /// <param name="openData">Opens the file of weights, named <paramref name="dataName"/>, where one is needed.</param>
    /// <param name="dataName">Its name, as the model refers to it.</param>
    /// <param name="largestMessage">Weights of more bytes go into that file; null = what the format allows.</param>
    public static void Write(OnnxGraph graph, Stream model, Func<Stream> openData, string dataName, long? largestMessage = null)
    {
        var external = graph.Tensors.Sum(tensor => tensor.ByteCount) > (largestMessage ?? LargestMessage);
        var body = new OnnxMessage();
        foreach (var node in graph.Nodes) body.Message(1, node);
        body.Text(2, "attend");
        foreach (var input in graph.Inputs) body.Message(11, input);
        foreach (var output in graph.Outputs) body.Message(12, output);

        var offset = 0L;
        var heads = new List<OnnxMessage>();
        foreach (var tensor in graph.Tensors)
        {
            // Small tables stay in the model: some readers want shapes at hand.
            var outside = external && tensor.ByteCount >= 1024;
            heads.Add(Head(tensor, outside ? (dataName, offset) : null));
            if (outside) offset += tensor.ByteCount;
        }
        long Size(int index) => heads[index].Length + (IsOutside(index) ? 0 : graph.Tensors[index].ByteCount);
        bool IsOutside(int index) => external && graph.Tensors[index].ByteCount >= 1024;
        var fields = heads.Select((_, index) => new OnnxMessage().Begin(5, Size(index))).ToArray();
        var length = body.Length + fields.Select((field, index) => field.Length + Size(index)).Sum();

        new OnnxMessage().Int(1, 8).Text(2, "Attend").Message(8, new OnnxMessage().Text(1, "").Int(2, OnnxGraph.Opset)).Begin(7, length).CopyTo(model);
        body.CopyTo(model);
        using var data = external ? openData() : null;
        for (var index = 0; index < heads.Count; index++)
        {
            fields[index].CopyTo(model);
            heads[index].CopyTo(model);
            using var scope = NewDisposeScope();
            (IsOutside(index) ? data! : model).Write(graph.Tensors[index].Values().bytes);
        }
    }

    // A TensorProto up to the bytes of its values.
    private static OnnxMessage Head(OnnxTensor tensor, (string File, long Offset)? outside)
    {
        var head = new OnnxMessage();
        foreach (var size in tensor.Shape) head.Int(1, size);
        head.Int(2, tensor.Type).Text(8, tensor.Name);
        if (outside is not { } place) return head.Begin(9, tensor.ByteCount);
        foreach (var (key, value) in new[] { ("location", place.File), ("offset", $"{place.Offset}"), ("length", $"{tensor.ByteCount}") })
            head.Message(13, new OnnxMessage().Text(1, key).Text(2, value));
        return head.Int(14, 1);
    }
}
