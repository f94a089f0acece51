using System.Text.Json;
using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>A value of a JSON file that knows its place, so that every fault names file and place.</summary>
internal readonly struct JsonPart
{
    private readonly string _file, _place;
    private readonly JsonElement _value;

    private JsonPart(string file, string place, JsonElement value) => (_file, _place, _value) = (file, place, value);

    /// <summary>Reads a file and hands its root, an object, to a function; the result must hold nothing of the document.</summary>
    /// <exception cref="DataFileException">The file is missing, too large, no JSON, or the function finds a fault.</exception>
    public static T Read<T>(string path, Func<JsonPart, T> read)
    {
        try
        {
            ReadOnlyMemory<byte> bytes = HostileFiles.Read(path);
            if (bytes.Span.StartsWith(System.Text.Encoding.UTF8.Preamble)) bytes = bytes[3..];
            using var document = JsonDocument.Parse(bytes);
            var root = new JsonPart(path, "", document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(root) : throw root.Expected("a JSON object");
        }
        catch (JsonException fault)
        {
            throw new DataFileException(path, fault.LineNumber + 1, $"not sound JSON: {fault.Message}", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new DataFileException(path, null, $"a string that is no Unicode text: {fault.Message}", fault);
        }
    }

    public JsonValueKind Kind => _value.ValueKind;

    /// <summary>The value of a key, or null where it is missing or null.</summary>
    public JsonPart? Find(string key)
        => Kind == JsonValueKind.Object && _value.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonPart(_file, _place.Length == 0 ? key : $"{_place}.{key}", value)
            : null;

    /// <summary>The value of a key that must be there.</summary>
    public JsonPart Get(string key)
    {
        if (Kind != JsonValueKind.Object) throw Expected("an object");
        return Find(key) ?? throw Fault($"has no \"{key}\"");
    }

    public string Text => Kind == JsonValueKind.String ? _value.GetString()! : throw Expected("a string");

    public bool Flag => Kind is JsonValueKind.True or JsonValueKind.False ? _value.GetBoolean() : throw Expected("true or false");

    public double Number => Kind == JsonValueKind.Number && _value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Expected("a number");

    /// <summary>A whole number from 0; one too large for an int is int.MaxValue.</summary>
    public int Count
    {
        get
        {
            if (Kind != JsonValueKind.Number) throw Expected("a whole number");
            if (_value.TryGetInt32(out var count) && count >= 0) return count;
            return _value.TryGetUInt64(out _) ? int.MaxValue : throw Expected("a whole number from 0");
        }
    }

    /// <summary>One character.</summary>
    public string Character
    {
        get
        {
            var text = Text;
            return text.Length == 1 || (text.Length == 2 && char.IsSurrogatePair(text, 0)) ? text : throw Expected("one character");
        }
    }

    public string? TextOrNull(string key) => Find(key)?.Text;

    public bool FlagOr(string key, bool otherwise) => Find(key)?.Flag ?? otherwise;

    public IReadOnlyList<T> List<T>(Func<JsonPart, T> read)
    {
        var items = new List<T>();
        foreach (var item in Items()) items.Add(read(item));
        return items;
    }

    public IEnumerable<JsonPart> Items()
    {
        if (Kind != JsonValueKind.Array) throw Expected("a list");
        var (file, place) = (_file, _place);
        return _value.EnumerateArray().Select((item, index) => new JsonPart(file, $"{place}[{index}]", item));
    }

    public IEnumerable<(string Key, JsonPart Value)> Properties()
    {
        if (Kind != JsonValueKind.Object) throw Expected("an object");
        var (file, place) = (_file, _place);
        return _value.EnumerateObject().Select(property => (property.Name, new JsonPart(file, $"{place}.{property.Name}", property.Value)));
    }

    /// <summary>A list of exactly two.</summary>
    public (JsonPart First, JsonPart Second) Two()
    {
        if (Kind != JsonValueKind.Array || _value.GetArrayLength() != 2) throw Expected("a list of two");
        return (new JsonPart(_file, $"{_place}[0]", _value[0]), new JsonPart(_file, $"{_place}[1]", _value[1]));
    }

    public int Length => Kind == JsonValueKind.Array ? _value.GetArrayLength() : throw Expected("a list");

    /// <summary>One of some names.</summary>
    public T OneOf<T>(params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var text = Text;
        foreach (var (name, value) in choices)
        {
            if (name == text) return value;
        }
        var names = new List<string>();
        foreach (var (name, _) in choices) names.Add(name);
        throw Fault($"'{text}' is not known here; known: {string.Join(", ", names)}");
    }

    public DataFileException Expected(string what) => Fault($"expected {what}, found {Describe()}");

    public DataFileException Fault(string problem) => new(_file, null, _place.Length == 0 ? problem : $"\"{_place}\": {problem}");

    private string Describe() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => _value.GetRawText() is { Length: > 60 } text ? text[..60] + "..." : _value.GetRawText(),
    };
}
