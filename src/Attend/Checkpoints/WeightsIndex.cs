using System.Text.Json;

namespace Attend.Checkpoints;

/// <summary>The list of shards of a large checkpoint: which file holds which tensor.</summary>
internal static class WeightsIndex
{
    /// <summary>What is added to the name that the weights would have in one file.</summary>
    public const string Suffix = ".index.json";

    private const int MaxBytes = 100_000_000;
    private const string Map = "weight_map";

    /// <summary>The names of the shards and of the tensors in each, in the order of the index.</summary>
    /// <exception cref="CheckpointException">No index, or one that names files outside its folder.</exception>
    public static OrderedDictionary<string, List<string>> Read(string path)
    {
        using var file = ValueFile.Open(path);
        FileKind.RefuseOthers(path, file.ReadUpTo(0, FileKind.StartBytes), "an index of shards");
        if (file.Length > MaxBytes) throw new CheckpointException(path, "the index is impossibly large", $"at most {MaxBytes} bytes", $"{file.Length}");
        try
        {
            return Parse(path, file.ReadUpTo(0, MaxBytes));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointException(path, $"the index is not valid JSON ({e.Message.TrimEnd('.')})", inner: e);
        }
    }

    private static OrderedDictionary<string, List<string>> Parse(string path, byte[] json)
    {
        var shards = new OrderedDictionary<string, List<string>>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var found = false;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        Expect(path, "the index is not a JSON object", JsonTokenType.StartObject, ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMap = reader.GetString() == Map;
            reader.Read();
            if (!isMap)
            {
                reader.Skip();
                continue;
            }
            if (found) throw new CheckpointException(path, $"the index names {Map} twice");
            found = true;
            Expect(path, $"{Map} is not an object", JsonTokenType.StartObject, ref reader);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                Expect(path, $"{Map} has no file name for {CheckpointException.Quote(name)}", JsonTokenType.String, ref reader);
                if (!names.Add(name)) throw new CheckpointException(path, $"{Map} names {CheckpointException.Quote(name)} twice");
                var shard = reader.GetString()!;
                if (!shards.TryGetValue(shard, out var held)) shards.Add(CheckedName(path, shard), held = []);
                held.Add(name);
            }
        }
        while (reader.Read()) { }
        if (names.Count == 0) throw new CheckpointException(path, "the index names no tensor", $"tensors and their files under {Map}");
        return shards;
    }

    // A shard lies beside its index: a name that leads elsewhere would have us read any file of the machine.
    private static string CheckedName(string path, string shard) =>
        shard.Length is > 0 and <= 255 && shard is not "." and not ".." && !shard.AsSpan().ContainsAny("/\\:") && !shard.Any(char.IsControl)
            ? shard
            : throw new CheckpointException(path, "the index names a shard that is not a plain file name", "a file beside the index",
                CheckpointException.Quote(shard), "Do not use this checkpoint: no tool writes such an index.");

    private static void Expect(string path, string problem, JsonTokenType expected, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != expected) throw new CheckpointException(path, problem, found: $"{reader.TokenType} in byte {reader.TokenStartIndex}");
    }
}
