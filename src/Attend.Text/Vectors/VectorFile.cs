using System.Text.Encodings.Web;
using System.Text.Json;
using Attend.Text.Data;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Attend.Text.Vectors;

/// <summary>How vectors are stored.</summary>
public enum VectorFormat
{
    /// <summary>A line <c>{"text": "...", "vector": [0.1, ...]}</c> each.</summary>
    JsonLines,

    /// <summary>Columns <c>text</c> (string) and <c>vector</c> (list of float32), compressed.</summary>
    Parquet,
}

/// <summary>Files of texts and their vectors; row n is the n-th text. Neither writing nor reading holds more than a stretch of a file in memory.</summary>
public static class VectorFile
{
    private const string TextColumn = "text", VectorColumn = "vector";

    // A row group of Parquet: few enough to be held in memory, enough to be compressed well.
    private const int MostNumbers = 1 << 22, MostRows = 1 << 13;

    private static readonly JsonWriterOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The format that a file's name asks for.</summary>
    /// <exception cref="ArgumentException">It ends in neither .jsonl nor .parquet.</exception>
    public static VectorFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSONL" => VectorFormat.JsonLines,
        ".PARQUET" => VectorFormat.Parquet,
        var other => throw new ArgumentException($"{path}: vectors are not kept in '{other}' files; known: .parquet, .jsonl"),
    };

    /// <summary>Writes vectors.</summary>
    /// <param name="stream">Receives the file; left open.</param>
    /// <param name="format">How.</param>
    /// <param name="vectors">Read while they are written; all of the same number of dimensions.</param>
    /// <returns>How many there were.</returns>
    public static long Write(Stream stream, VectorFormat format, IEnumerable<TextVector> vectors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(vectors);
        return format == VectorFormat.Parquet ? WriteParquet(stream, vectors) : WriteLines(stream, vectors);
    }

    /// <summary>Reads vectors, in the order of the file, while they are enumerated.</summary>
    /// <param name="path">A .jsonl or .parquet file; its columns are text, and vector, embedding or embeddings.</param>
    /// <exception cref="ArgumentException">At once: the name is that of neither.</exception>
    /// <exception cref="DataFileException">While enumerating: the file cannot be opened, a row is broken, or has another number of dimensions than the first.</exception>
    public static IEnumerable<TextVector> Read(string path)
    {
        var isParquet = FormatOf(path) == VectorFormat.Parquet;
        DataFile.OpenRaw(path).Dispose();   // complain now rather than at the first row
        return Checked(path, isParquet ? ReadParquet(path) : ReadLines(path));
    }

    private static IEnumerable<TextVector> Checked(string path, IEnumerable<TextVector> vectors)
    {
        var (row, dimensions) = (0L, 0);
        foreach (var vector in vectors)
        {
            row++;
            if (row == 1) dimensions = vector.Vector.Length;
            if (vector.Vector.Length == 0) throw new DataFileException(path, row, "the vector is empty.");
            if (vector.Vector.Length != dimensions) throw new DataFileException(path, row, $"the vector has {vector.Vector.Length} dimensions, the first one {dimensions}.");
            if (Array.FindIndex(vector.Vector, number => !float.IsFinite(number)) is >= 0 and var place) throw new DataFileException(path, row, $"number {place + 1} of the vector is not finite.");
            yield return vector;
        }
    }

    private static long WriteLines(Stream stream, IEnumerable<TextVector> vectors)
    {
        var count = 0L;
        using var writer = new Utf8JsonWriter(stream, Line);
        foreach (var (text, vector) in vectors)
        {
            writer.WriteStartObject();
            writer.WriteString(TextColumn, text);
            writer.WriteStartArray(VectorColumn);
            foreach (var number in vector) writer.WriteNumberValue(number);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            stream.WriteByte((byte)'\n');
            count++;
        }
        return count;
    }

    private static IEnumerable<TextVector> ReadLines(string path)
    {
        var line = 0L;
        foreach (var content in PlainTextFile.Read(path))
        {
            line++;
            if (!string.IsNullOrWhiteSpace(content)) yield return ReadLine(path, line, content);
        }
    }

    private static TextVector ReadLine(string path, long line, string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new DataFileException(path, line, "is no JSON object.");
            var vector = VectorNames.Select(name => root.TryGetProperty(name, out var found) ? found : default).FirstOrDefault(found => found.ValueKind != JsonValueKind.Undefined);
            if (vector.ValueKind != JsonValueKind.Array) throw new DataFileException(path, line, $"has no array of numbers \"{VectorColumn}\"; expected a file made by attend embed.");
            var text = root.TryGetProperty(TextColumn, out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
            return new TextVector(text, [.. vector.EnumerateArray().Select(number => number.GetSingle())]);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new DataFileException(path, line, $"cannot be read: {fault.Message}", fault);
        }
    }

    private static string[] VectorNames => [VectorColumn, "embedding", "embeddings"];

    private static long WriteParquet(Stream stream, IEnumerable<TextVector> vectors)
    {
        var text = new DataField(TextColumn, typeof(string), isNullable: false);
        var item = new DataField<float>("element");
        var writer = Wait(ParquetWriter.CreateAsync(new ParquetSchema(text, new ListField(VectorColumn, item)), stream));
        var count = 0L;
        try
        {
            foreach (var rows in InGroups(vectors))
            {
                var dimensions = rows[0].Vector.Length;
                var (numbers, definitions, repetitions) = (new float[rows.Count * dimensions], new int[rows.Count * dimensions], new int[rows.Count * dimensions]);
                Array.Fill(definitions, item.MaxDefinitionLevel);
                for (var row = 0; row < rows.Count; row++)
                {
                    rows[row].Vector.CopyTo(numbers, row * dimensions);
                    // Repetition 0 begins a row (Melnik et al. 2010, section 4).
                    repetitions.AsSpan(row * dimensions + 1, dimensions - 1).Fill(item.MaxRepetitionLevel);
                }
                using var group = writer.CreateRowGroup();
                group.WriteAsync(text, rows.Select(row => row.Text).ToArray()).GetAwaiter().GetResult();
                group.WriteAllPartsAsync<float>(item, numbers, definitions, repetitions, CancellationToken.None).GetAwaiter().GetResult();
                count += rows.Count;
            }
        }
        finally
        {
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        return count;
    }

    private static IEnumerable<List<TextVector>> InGroups(IEnumerable<TextVector> vectors)
    {
        var rows = new List<TextVector>();
        foreach (var vector in vectors)
        {
            rows.Add(vector);
            if (rows.Count < MostRows && (rows.Count + 1L) * vector.Vector.Length <= MostNumbers) continue;
            yield return rows;
            rows = [];
        }
        if (rows.Count > 0) yield return rows;
    }

    private static IEnumerable<TextVector> ReadParquet(string path)
    {
        using var content = DataFile.OpenRaw(path);
        var reader = Guarded(path, () => Wait(ParquetReader.CreateAsync(content, leaveStreamOpen: true)));
        try
        {
            var vector = VectorNames.Select(name => reader.Schema.Fields.FirstOrDefault(field => field.Name == name)).FirstOrDefault(field => field is not null);
            var item = (vector is ListField { Item: DataField inner } ? inner : vector as DataField) is { MaxRepetitionLevel: 1 } leaf && (leaf.ClrType == typeof(float) || leaf.ClrType == typeof(double))
                ? leaf
                : throw new DataFileException(path, null, $"has no column \"{VectorColumn}\" of lists of numbers; the columns are {Names.List([.. reader.Schema.Fields.Select(field => field.Name)])}. Expected a file made by attend embed.");
            var text = reader.Schema.Fields.FirstOrDefault(field => field.Name == TextColumn) as DataField;
            for (var group = 0; group < reader.RowGroupCount; group++)
                foreach (var row in Guarded(path, () => ReadGroup(reader, group, text, item))) yield return row;
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static TextVector[] ReadGroup(ParquetReader reader, int group, DataField? text, DataField item)
    {
        using var rows = reader.OpenRowGroupReader(group);
        using var column = rows.ReadRawColumnDataBaseAsync(item).AsTask().GetAwaiter().GetResult();
        var texts = text is null ? null : ReadTexts(rows, text);
        float[] numbers = column switch
        {
            RawColumnData<float> single => single.Values.ToArray(),
            RawColumnData<double> wide => Array.ConvertAll(wide.Values.ToArray(), number => (float)number),
            _ => throw new InvalidDataException($"numbers were read as {column.GetType()}"),
        };
        var (definitions, repetitions) = column is RawColumnData<float> floats ? (floats.DefinitionLevels.ToArray(), floats.RepetitionLevels.ToArray())
            : (((RawColumnData<double>)column).DefinitionLevels.ToArray(), ((RawColumnData<double>)column).RepetitionLevels.ToArray());
        var vectors = new TextVector[rows.RowCount];
        var (entry, next) = (0, 0);
        for (var row = 0; row < vectors.Length; row++)
        {
            var first = next;
            do
            {
                if (definitions[entry] == item.MaxDefinitionLevel) next++;
            } while (++entry < repetitions.Length && repetitions[entry] > 0);
            vectors[row] = new TextVector(texts?[row] ?? "", numbers[first..next]);
        }
        return vectors;
    }

    private static string[] ReadTexts(ParquetRowGroupReader rows, DataField text)
    {
        using var column = rows.ReadRawColumnDataBaseAsync(text).AsTask().GetAwaiter().GetResult();
        if (column is not RawColumnData<ReadOnlyMemory<char>> strings) return new string[rows.RowCount];
        var values = strings.Values;
        var definitions = text.MaxDefinitionLevel > 0 ? strings.DefinitionLevels : [];
        var (texts, next) = (new string[rows.RowCount], 0);
        for (var row = 0; row < texts.Length; row++) texts[row] = definitions.IsEmpty || definitions[row] == text.MaxDefinitionLevel ? values[next++].ToString() : "";
        return texts;
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    // A damaged file makes Parquet.Net throw whatever its state brings about; no narrower catch holds.
    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or DataFileException))
        {
            throw new DataFileException(path, null, $"is no Parquet file, or a damaged one: {fault.Message}", fault);
        }
    }
}
