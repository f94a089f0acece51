using System.Buffers.Binary;
using System.Text.Json;

namespace Attend.Tests.Golden;

/// <summary>Reads what <see cref="ReferenceBert"/> needs, without any code of the library under test.</summary>
internal static class ReferenceFiles
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static ReferenceBertConfig Config(string path) => JsonSerializer.Deserialize<ReferenceBertConfig>(File.ReadAllText(path), SnakeCase)!;

    /// <summary>The float32 tensors of a safetensors file.</summary>
    public static Dictionary<string, ReferenceTensor> Weights(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var data = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, data - 8));
        var weights = new Dictionary<string, ReferenceTensor>();
        foreach (var tensor in header.RootElement.EnumerateObject().Where(property => property.Name != "__metadata__"))
        {
            Assert.Equal("F32", tensor.Value.GetProperty("dtype").GetString());
            var shape = tensor.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
            var values = new double[shape.Aggregate(1, (product, size) => product * size)];
            var begin = data + tensor.Value.GetProperty("data_offsets")[0].GetInt32();
            for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(begin + (4 * i)));
            weights.Add(tensor.Name, new(values, shape));
        }
        return weights;
    }
}
