using System.Buffers.Binary;
using System.Text;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Writes the bytes of pickles and of torch.save's two formats by hand, sound or not.</summary>
internal static class TorchBytes
{
    public static byte[] TextOf(string text) => [(byte)'X', .. Little32(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Number(long number) => [0x8A, 8, .. Little64(number)];

    public static byte[] Global(string module, string name) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")];

    public static byte[] Tuple(params byte[][] items) => [(byte)'(', .. items.SelectMany(item => item), (byte)'t'];

    public static byte[] Call(byte[] function, params byte[][] arguments) => [.. function, .. Tuple(arguments), (byte)'R'];

    public static byte[] Dictionary(params (byte[] Key, byte[] Value)[] items) =>
        [(byte)'}', (byte)'(', .. items.SelectMany(item => item.Key.Concat(item.Value)), (byte)'u'];

    public static byte[] Pickle(byte[] value) => [0x80, 2, .. value, (byte)'.'];

    public static byte[] True => [0x88];

    public static byte[] False => [0x89];

    public static byte[] None => [(byte)'N'];

    public static byte[] Ordered => Call(Global("collections", "OrderedDict"));

    public static byte[] Storage(string type, string key, long count) =>
        [.. Tuple(TextOf("storage"), Global("torch", type), TextOf(key), TextOf("cpu"), Number(count)), (byte)'Q'];

    public static byte[] LegacyStorage(string type, string key, long count, byte[]? view = null) =>
        [.. Tuple(TextOf("storage"), Global("torch", type), TextOf(key), TextOf("cpu"), Number(count), view ?? None), (byte)'Q'];

    public static byte[] Tensor(byte[] storage, long offset, long[] sizes, long[] strides) =>
        Call(Global("torch._utils", "_rebuild_tensor_v2"), storage, Number(offset), Tuple([.. sizes.Select(Number)]), Tuple([.. strides.Select(Number)]), False, Ordered);

    /// <summary>The zip archive of torch.save around a pickle.</summary>
    public static byte[] Archive(byte[] pickle, params (string Name, byte[] Content)[] records) =>
        Zip([("archive/data.pkl", pickle), .. records.Select(record => ($"archive/{record.Name}", record.Content))]);

    /// <summary>An uncompressed zip archive, values aligned to 64 bytes as PyTorch does.</summary>
    public static byte[] Zip(params (string Name, byte[] Content)[] records)
    {
        using var file = new MemoryStream();
        using var directory = new MemoryStream();
        foreach (var (name, content) in records)
        {
            var header = file.Position;
            var padding = (int)(64 - ((header + 30 + name.Length + 4) % 64)) % 64;
            var sizes = Little32(content.Length).Concat(Little32(content.Length)).ToArray();
            file.Write([.. "PK\u0003\u0004"u8, 0, 0, 0, 0, 0, 0, .. Little32(0), .. Little32(0), .. sizes, .. Little16(name.Length), .. Little16(padding + 4)]);
            file.Write([.. Encoding.ASCII.GetBytes(name), (byte)'F', (byte)'B', .. Little16(padding), .. new byte[padding], .. content]);
            directory.Write([.. "PK\u0001\u0002"u8, 0, 0, 0, 0, 0, 0, 0, 0, .. Little32(0), .. Little32(0), .. sizes, .. Little16(name.Length), .. new byte[12], .. Little32((int)header)]);
            directory.Write(Encoding.ASCII.GetBytes(name));
        }
        var start = (int)file.Position;
        file.Write(directory.ToArray());
        file.Write([.. "PK\u0005\u0006"u8, 0, 0, 0, 0, .. Little16(records.Length), .. Little16(records.Length), .. Little32((int)directory.Length), .. Little32(start), 0, 0]);
        return file.ToArray();
    }

    /// <summary>The stream that torch.save wrote before PyTorch 1.6.</summary>
    public static byte[] Stream(byte[] value, params (string Key, long Count, byte[] Content)[] storages) =>
    [
        .. Pickle([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]),
        .. Pickle([(byte)'M', 0xE9, 3]),
        .. Pickle(Dictionary((TextOf("little_endian"), True))),
        .. Pickle(value),
        .. Pickle([(byte)']', (byte)'(', .. storages.SelectMany(storage => TextOf(storage.Key)), (byte)'e']),
        .. storages.SelectMany(storage => Little64(storage.Count).Concat(storage.Content)),
    ];

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Little16(int number) => [(byte)number, (byte)(number >> 8)];

    private static byte[] Little32(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    private static byte[] Little64(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }
}
