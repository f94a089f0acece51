using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>Writes safetensors files; <see cref="SafetensorsFile"/> reads them.</summary>
public static class Safetensors
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes tensors to a file, whole or not at all; the same tensors make the same bytes, in whatever order they come.</summary>
    /// <remarks>
    /// Values lie as Hugging Face's own writer lays them: wider element types first (I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL),
    /// then by name; the header is padded with spaces to a multiple of 8 bytes, so every value is aligned.
    /// Tensors that share memory are each written in full.
    /// </remarks>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="tensors">Names and values, on any device, in any memory layout.</param>
    /// <param name="metadata">Free texts, or null; Hugging Face's readers want <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">A name comes twice, is <c>__metadata__</c> or no valid Unicode, an element type is not of the format,
    /// or the header grows too large.</exception>
    /// <exception cref="IOException">The file could not be written; see <see cref="AtomicFile"/>.</exception>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        Write(path, tensors.Select(tensor => new Item(tensor.Name, new(tensor.Value.dtype, tensor.Value.shape), () => tensor.Value)), metadata);
    }

    /// <summary>Writes tensors that are made one by one, when their turn comes, so that only one is in memory.</summary>
    internal static void Write(string path, IEnumerable<Item> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var ordered = InFileOrder(tensors);
        var header = Header(ordered, metadata ?? new Dictionary<string, string>());
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var item in ordered) WriteValues(stream, item);
        });
    }

    /// <summary>A tensor to be written.</summary>
    /// <param name="Name">Its key.</param>
    /// <param name="Entry">What the header says of it.</param>
    /// <param name="Value">Gives the tensor; one that it makes is freed after writing.</param>
    internal sealed record Item(string Name, TensorEntry Entry, Func<Tensor> Value);

    private static List<Item> InFileOrder(IEnumerable<Item> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ordered = new List<Item>();
        foreach (var item in tensors)
        {
            var (name, dtype) = (item.Name, item.Entry.Dtype);
            StrictUtf8.GetByteCount(name);
            if (name == SafetensorsHeader.MetadataName)
                throw new ArgumentException(
                    $"No tensor may be named {name}: the format keeps this name for itself.", nameof(tensors));
            if (!names.Add(name)) throw new ArgumentException($"Two tensors are named {CheckpointException.Quote(name)}.", nameof(tensors));
            if (SafetensorsHeader.NameOf(dtype) is null)
                throw new ArgumentException(
                    $"Tensor {CheckpointException.Quote(name)} is {dtype}, which a safetensors file cannot hold: convert it first.", nameof(tensors));
            ordered.Add(item);
        }
        ordered.Sort((a, b) => (SafetensorsHeader.OrderOf(b.Entry.Dtype) - SafetensorsHeader.OrderOf(a.Entry.Dtype)) is var byType and not 0
            ? byType : string.CompareOrdinal(a.Name, b.Name));
        return ordered;
    }

    // The eight bytes of the header's size, and the header.
    private static byte[] Header(List<Item> ordered, IReadOnlyDictionary<string, string> metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0)
            {
                writer.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) writer.WriteString(key, text);
                writer.WriteEndObject();
            }
            long position = 0;
            foreach (var (name, entry, _) in ordered)
            {
                writer.WriteStartObject(name);
                writer.WriteString("dtype", entry.DtypeName);
                WriteNumbers(writer, "shape", entry.Shape);
                var end = checked(position + entry.ByteCount);
                WriteNumbers(writer, "data_offsets", [position, end]);
                writer.WriteEndObject();
                position = end;
            }
            writer.WriteEndObject();
        }
        var padded = (json.WrittenCount + 7) / 8 * 8;
        if (padded > SafetensorsHeader.MaxBytes)
            throw new ArgumentException(
                $"The header would take {padded} bytes, the format allows {SafetensorsHeader.MaxBytes}: write fewer tensors to one file.", nameof(ordered));
        var header = new byte[sizeof(ulong) + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)padded);
        json.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        header.AsSpan(sizeof(ulong) + json.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers) writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    private static void WriteValues(Stream stream, Item item)
    {
        using var temporaries = NewDisposeScope();
        using var noGrad = no_grad();
        TensorBytes.ForEachChunk(item.Value().detach().cpu().contiguous(), (_, chunk) => stream.Write(chunk));
    }
}
