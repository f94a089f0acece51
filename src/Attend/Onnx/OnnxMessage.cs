using System.Buffers;
using System.Text;

namespace Attend.Onnx;

/// <summary>Writes a Protocol Buffers message field by field (protobuf.dev/programming-guides/encoding): all that an ONNX file needs of that format.</summary>
internal sealed class OnnxMessage
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public long Length => _bytes.WrittenCount;

    public OnnxMessage Int(int field, long value)
    {
        WriteVarint((ulong)((field << 3) | Varint));
        WriteVarint((ulong)value);
        return this;
    }

    public OnnxMessage Float(int field, float value)
    {
        WriteVarint((ulong)((field << 3) | Fixed32));
        _bytes.Write(BitConverter.GetBytes(value));
        return this;
    }

    public OnnxMessage Text(int field, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Begin(field, bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    public OnnxMessage Message(int field, OnnxMessage value)
    {
        Begin(field, value.Length);
        _bytes.Write(value._bytes.WrittenSpan);
        return this;
    }

    /// <summary>The head of a field whose content follows from elsewhere.</summary>
    public OnnxMessage Begin(int field, long length)
    {
        WriteVarint((ulong)((field << 3) | LengthDelimited));
        WriteVarint((ulong)length);
        return this;
    }

    public void CopyTo(Stream stream) => stream.Write(_bytes.WrittenSpan);

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
