using System.Text.Json;

namespace Attend.Text.Data;

/// <summary>JSON Lines of texts with labelled spans, as annotation tools write them.</summary>
/// <remarks>
/// A line is an object with a text and a list of spans. A span is an object with start (or start_offset, begin), end (or end_offset) and label
/// (or type, tag, entity), or a list of these three. Where a span also has its text, it must be what stands between its offsets.
/// </remarks>
public static class SpanJsonFile
{
    private static readonly string[] TextKeys = ["text", "sentence", "content", "data"];
    private static readonly string[] SpansKeys = ["spans", "entities", "labels", "label"];
    private static readonly string[] StartKeys = ["start", "start_offset", "begin"];
    private static readonly string[] EndKeys = ["end", "end_offset"];
    private static readonly string[] LabelKeys = ["label", "type", "tag", "entity", "entity_group"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The texts, in the order of the file, read while they are enumerated.</summary>
    /// <param name="path">The file, UTF-8, which may be gzipped (.gz).</param>
    /// <param name="options">Keys and offsets; null for the defaults.</param>
    /// <exception cref="DataFileException">At once: the file cannot be opened. While enumerating: a line is broken; a span is empty, lies outside of
    /// its text, cuts a surrogate pair, overlaps another, has no label, or is not the text it says it is.</exception>
    public static IEnumerable<TaggedText> Read(string path, SpanJsonOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        DataFile.OpenRaw(path).Dispose();   // complain now rather than at the first line
        return Lines(path, options ?? new SpanJsonOptions());
    }

    private static IEnumerable<TaggedText> Lines(string path, SpanJsonOptions options)
    {
        using var reader = new LineReader(DataFile.OpenText(path));
        while (reader.Next())
        {
            if (reader.Bytes.Span.IndexOfAnyExcept(" \t\r"u8) >= 0) yield return new Line(path, reader.Number, options).Parse(reader.Bytes);
        }
        if (reader.Number == 0) throw new DataFileException(path, null, "is empty; expected one JSON object a line.");
    }

    private sealed class Line(string path, long number, SpanJsonOptions options)
    {
        public TaggedText Parse(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                using var document = JsonDocument.Parse(bytes, Strict);
                return document.RootElement.ValueKind == JsonValueKind.Object ? Example(document.RootElement)
                    : throw Error("is no JSON object; expected one such as {\"text\": \"...\", \"spans\": [{\"start\": 0, \"end\": 3, \"label\": \"...\"}]}.");
            }
            catch (JsonException e)
            {
                throw Error($"is not one JSON object on one line (at byte {e.BytePositionInLine + 1}): {e.Message.Split(" LineNumber:")[0]}", e);
            }
            catch (InvalidOperationException e)
            {
                throw Error("a string has half of a surrogate pair (\\ud800 to \\udfff without its other half), which is no text.", e);
            }
        }

        private TaggedText Example(JsonElement example)
        {
            var text = Find(example, options.TextKey is { } textKey ? [textKey] : TextKeys) is { ValueKind: JsonValueKind.String } found ? found.GetString()!
                : throw Error($"has no text: expected a string under {Keys(options.TextKey, TextKeys)}; the keys are {Names.List([.. example.EnumerateObject().Select(key => key.Name)])}.");
            return new TaggedText { Text = text, Spans = Spans(example, text), Line = number, Kept = Kept(example) };
        }

        private LabeledSpan[] Spans(JsonElement example, string text)
        {
            var list = Find(example, options.SpansKey is { } key ? [key] : SpansKeys);
            if (list is null or { ValueKind: JsonValueKind.Null })
                return options.SpansRequired ? throw Error($"has no spans: expected a list, which may be empty, under {Keys(options.SpansKey, SpansKeys)}.") : [];
            if (list is not { ValueKind: JsonValueKind.Array } array) throw Error("the spans are no list.");
            var offsets = new TextOffsets(text);
            LabeledSpan[] spans = [.. array.EnumerateArray().Select(span => Span(span, text, offsets)).OrderBy(span => span.Start)];
            for (var i = 1; i < spans.Length; i++)
            {
                if (spans[i - 1].Overlaps(spans[i]))
                    throw Error($"the spans {Show(spans[i - 1], text)} and {Show(spans[i], text)} overlap; a word can have one label only. Leave one of them out.");
            }
            return spans;
        }

        private LabeledSpan Span(JsonElement span, string text, TextOffsets offsets)
        {
            var (start, end, label) = span.ValueKind switch
            {
                JsonValueKind.Array when span.GetArrayLength() == 3 => (span[0], span[1], span[2]),
                JsonValueKind.Object => (Find(span, StartKeys) ?? default, Find(span, EndKeys) ?? default, Find(span, LabelKeys) ?? default),
                _ => throw Error($"{span.GetRawText()} is no span; expected {{\"start\": 0, \"end\": 3, \"label\": \"...\"}} or [0, 3, \"...\"]."),
            };
            var name = label.ValueKind == JsonValueKind.String ? label.GetString()!.Trim() : "";
            if (name.Length == 0) throw Error($"the span {span.GetRawText()} has no label.");
            if (!Whole(start, out var from) || !Whole(end, out var to)) throw Error($"the span {span.GetRawText()} has no whole numbers as its start and end.");
            if (from >= to) throw Error($"the span {span.GetRawText()} is empty: it ends where it starts, or before.");
            var (first, last) = (offsets.ToUtf16(from, options.Offsets), offsets.ToUtf16(to, options.Offsets));
            if (first < 0 || last < 0)
            {
                var length = options.Offsets == OffsetUnit.Utf16 ? $"{text.Length} UTF-16 code units" : $"{offsets.CodePointCount} code points";
                throw Error($"the span {span.GetRawText()} lies outside of its text, which has {length}.");
            }
            if (offsets.CutsPair(first) || offsets.CutsPair(last))
                throw Error($"the span {span.GetRawText()} cuts a character beyond U+FFFF in two. Offsets count UTF-16 code units; where they count code points, as Python does, say so.");
            var found = new LabeledSpan(first, last, name);
            if (span.ValueKind == JsonValueKind.Object && span.TryGetProperty("text", out var stated) && stated.ValueKind == JsonValueKind.String && stated.GetString() != text[first..last])
                throw Error($"the span {Show(found, text)} says that its text is {Names.Quote(stated.GetString()!)}. Check whether offsets count code points (as Python does) or UTF-16 code units.");
            return found;
        }

        private Dictionary<string, string> Kept(JsonElement example)
        {
            var kept = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var key in options.KeepKeys)
            {
                if (!example.TryGetProperty(key, out var value)) throw Error($"has no key {Names.Quote(key)}.");
                kept[key] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            }
            return kept;
        }

        private static JsonElement? Find(JsonElement example, string[] keys)
        {
            foreach (var key in keys)
                if (example.TryGetProperty(key, out var value)) return value;
            return null;
        }

        private static bool Whole(JsonElement value, out long number)
        {
            number = 0;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number);
        }

        private static string Keys(string? given, string[] known) => given is null ? string.Join(", ", known.Select(Names.Quote)) : Names.Quote(given);

        private static string Show(LabeledSpan span, string text) => $"{span.Start} to {span.End} ({Names.Quote(text[span.Start..span.End])}, {span.Label})";

        private DataFileException Error(string problem, Exception? inner = null) => new(path, number, problem, inner);
    }
}
