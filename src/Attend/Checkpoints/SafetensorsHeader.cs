using System.Text.Json;
using System.Text.Unicode;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>The JSON header of a safetensors file, read strictly: whatever the format does not name is an error.</summary>
/// <remarks>
/// Format: https://github.com/huggingface/safetensors (section "Format"). A file is an unsigned little-endian 64-bit header size,
/// that many bytes of JSON, then the values, which must fill the rest of the file without hole or overlap.
/// </remarks>
internal static class SafetensorsHeader
{
    /// <summary>Largest header the format allows, in bytes.</summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>The one name that is not a tensor's.</summary>
    public const string MetadataName = "__metadata__";

    // In the order in which Hugging Face's writer lays tensors out when read from the last to the first.
    private static readonly (string Name, ScalarType Type, int Size)[] Dtypes =
    [
        ("BOOL", ScalarType.Bool, 1),
        ("U8", ScalarType.Byte, 1),
        ("I8", ScalarType.Int8, 1),
        ("I16", ScalarType.Int16, 2),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I32", ScalarType.Int32, 4),
        ("F32", ScalarType.Float32, 4),
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
    ];

    /// <summary>All that a header says.</summary>
    /// <param name="Entries">Tensors in the order of their values in the file.</param>
    /// <param name="Metadata">Free texts.</param>
    public sealed record Content(OrderedDictionary<string, TensorEntry> Entries, Dictionary<string, string> Metadata);

    /// <summary>The format's name of an element type; null where it has none (or none that is supported here).</summary>
    public static string? NameOf(ScalarType type) => Array.Find(Dtypes, dtype => dtype.Type == type).Name;

    /// <summary>Rank of a supported element type in the file: the writer puts higher ones first, so wider values stay aligned.</summary>
    public static int OrderOf(ScalarType type) => Array.FindIndex(Dtypes, dtype => dtype.Type == type);

    /// <summary>Bytes of one value of a supported element type.</summary>
    public static int SizeOf(ScalarType type) => Array.Find(Dtypes, dtype => dtype.Type == type).Size;

    /// <summary>Reads a header and checks it against the number of bytes that follow it.</summary>
    /// <exception cref="CheckpointException">The header breaks a rule of the format.</exception>
    public static Content Parse(string filePath, ReadOnlySpan<byte> json, long dataBytes)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new CheckpointException(filePath, "the header is not a JSON object",
                "'{' as its first byte", json.IsEmpty ? "nothing" : $"byte 0x{json[0]:X2}");
        if (!Utf8.IsValid(json))
            throw new CheckpointException(filePath, "the header is not valid UTF-8");

        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = ReadText(filePath, ref reader);
                reader.Read();
                if (name == MetadataName)
                {
                    if (metadata is not null) throw Duplicate(filePath, "the header", name);
                    metadata = ReadMetadata(filePath, ref reader);
                }
                else if (!entries.TryAdd(name, ReadEntry(filePath, name, ref reader)))
                    throw Duplicate(filePath, "the header", name);
            }
            while (reader.Read()) { }
        }
        catch (JsonException e)
        {
            throw new CheckpointException(filePath, $"the header is not valid JSON ({e.Message.TrimEnd('.')})", inner: e);
        }
        return new(InFileOrder(filePath, entries, dataBytes), metadata ?? new(StringComparer.Ordinal));
    }

    private static Dictionary<string, string> ReadMetadata(string filePath, ref Utf8JsonReader reader)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect(filePath, $"{MetadataName} is not an object of texts", JsonTokenType.StartObject, ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ReadText(filePath, ref reader);
            reader.Read();
            Expect(filePath, $"{MetadataName} entry {CheckpointException.Quote(key)} is not a text", JsonTokenType.String, ref reader);
            if (!metadata.TryAdd(key, ReadText(filePath, ref reader))) throw Duplicate(filePath, MetadataName, key);
        }
        return metadata;
    }

    private static SafetensorsEntry ReadEntry(string filePath, string name, ref Utf8JsonReader reader)
    {
        var tensor = $"tensor {CheckpointException.Quote(name)}";
        (string Name, ScalarType Type, int Size)? dtype = null;
        long[]? shape = null, offsets = null;
        Expect(filePath, $"{tensor} is not described by an object", JsonTokenType.StartObject, ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ReadText(filePath, ref reader);
            reader.Read();
            switch (key)
            {
                case "dtype" when dtype is null: dtype = ReadDtype(filePath, tensor, ref reader); break;
                case "shape" when shape is null: shape = ReadNumbers(filePath, $"shape of {tensor}", ref reader); break;
                case "data_offsets" when offsets is null: offsets = ReadNumbers(filePath, $"data_offsets of {tensor}", ref reader); break;
                case "dtype" or "shape" or "data_offsets": throw Duplicate(filePath, tensor, key);
                default:
                    throw new CheckpointException(filePath, $"{tensor} has an unknown property",
                        "dtype, shape and data_offsets", CheckpointException.Quote(key));
            }
        }
        if (dtype is null || shape is null || offsets is null)
            throw new CheckpointException(filePath, $"{tensor} lacks {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        if (offsets.Length != 2)
            throw new CheckpointException(filePath, $"data_offsets of {tensor} are not a pair", "2 numbers", $"{offsets.Length}");
        if (offsets[0] > offsets[1])
            throw new CheckpointException(filePath, $"data_offsets of {tensor} end before they begin", found: $"[{offsets[0]}, {offsets[1]}]");

        var bytes = ByteCount(shape, dtype.Value.Size)
            ?? throw new CheckpointException(filePath, $"shape of {tensor} is larger than any file", found: Shape(shape));
        if (bytes != offsets[1] - offsets[0])
            throw new CheckpointException(filePath, $"data_offsets of {tensor} do not match its shape and dtype",
                $"{bytes} bytes for {dtype.Value.Name} {Shape(shape)}", $"{offsets[1] - offsets[0]}");
        return new(dtype.Value.Type, shape, offsets[0], offsets[1]);
    }

    private static (string Name, ScalarType Type, int Size) ReadDtype(string filePath, string tensor, ref Utf8JsonReader reader)
    {
        Expect(filePath, $"dtype of {tensor} is not a text", JsonTokenType.String, ref reader);
        var name = ReadText(filePath, ref reader);
        var index = Array.FindIndex(Dtypes, dtype => dtype.Name == name);
        return index >= 0 ? Dtypes[index]
            : throw new CheckpointException(filePath, $"dtype of {tensor} is not supported",
                $"one of {string.Join(", ", Dtypes.Select(dtype => dtype.Name))}", CheckpointException.Quote(name), "Export the checkpoint with one of these types.");
    }

    private static long[] ReadNumbers(string filePath, string what, ref Utf8JsonReader reader)
    {
        Expect(filePath, $"{what} is not an array", JsonTokenType.StartArray, ref reader);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(filePath, $"{what} has an entry that is not a number", JsonTokenType.Number, ref reader);
            if (reader.ValueSpan[0] == (byte)'-' || !reader.TryGetInt64(out var number))
                throw new CheckpointException(filePath, $"{what} has an impossible entry", "a whole number from 0 to 2^63-1",
                    CheckpointException.Quote(System.Text.Encoding.UTF8.GetString(reader.ValueSpan)));
            numbers.Add(number);
        }
        return [.. numbers];
    }

    // Null where the product does not fit 63 bits. Sizes of 0 do not hide an overflow of the others: libtorch's strides would overflow.
    internal static long? ByteCount(long[] shape, int elementSize)
    {
        long bytes = elementSize;
        var empty = false;
        foreach (var size in shape)
        {
            empty |= size == 0;
            if (size == 0) continue;
            if (bytes > long.MaxValue / size) return null;
            bytes *= size;
        }
        return empty ? 0 : bytes;
    }

    private static OrderedDictionary<string, TensorEntry> InFileOrder(string filePath, Dictionary<string, SafetensorsEntry> entries, long dataBytes)
    {
        var ordered = new OrderedDictionary<string, TensorEntry>(entries.Count, StringComparer.Ordinal);
        long position = 0;
        foreach (var (name, entry) in entries.OrderBy(e => e.Value.Begin).ThenBy(e => e.Value.End).ThenBy(e => e.Key, StringComparer.Ordinal))
        {
            if (entry.Begin != position)
                throw new CheckpointException(filePath,
                    $"the values of tensor {CheckpointException.Quote(name)} {(entry.Begin < position ? "overlap others" : "follow a hole")}",
                    $"offset {position}", $"{entry.Begin}");
            position = entry.End;
            ordered.Add(name, entry);
        }
        if (position != dataBytes)
            throw new CheckpointException(filePath, dataBytes < position ? "the file is cut short" : "the file has bytes that belong to no tensor",
                $"{position} bytes after the header", $"{dataBytes}");
        return ordered;
    }

    private static void Expect(string filePath, string problem, JsonTokenType expected, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != expected)
            throw new CheckpointException(filePath, problem, found: $"{reader.TokenType} in the header's byte {reader.TokenStartIndex}");
    }

    // Half of a surrogate pair, written as an escape, is legal JSON but no text.
    private static string ReadText(string filePath, ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new CheckpointException(filePath, $"the header has an unreadable text in byte {reader.TokenStartIndex}", inner: e);
        }
    }

    private static CheckpointException Duplicate(string filePath, string where, string key) =>
        new(filePath, $"{where} names {CheckpointException.Quote(key)} twice");

    internal static string Shape(long[] shape) => shape.Length > 16 ? $"a shape of {shape.Length} sizes" : $"[{string.Join(", ", shape)}]";
}
