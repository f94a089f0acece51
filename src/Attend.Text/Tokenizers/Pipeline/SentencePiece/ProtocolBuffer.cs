using System.Buffers.Binary;

namespace Attend.Text.Tokenizers.Pipeline.SentencePiece;

/// <summary>Reads the fields of a protocol buffer message one by one (protobuf.dev, "Encoding").</summary>
internal ref struct ProtocolBuffer(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the field just read.</summary>
    public int Field { get; private set; }

    /// <summary>Its value where it is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value where it is bytes, a text or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Its value where it is a float.</summary>
    public readonly float Float => BitConverter.UInt32BitsToSingle((uint)Number);

    public readonly bool Flag => Number != 0;

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="FormatException">The message is cut short or malformed.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty) return false;
        var key = ReadVarint();
        Field = key >> 3 is > 0 and <= int.MaxValue and var field ? (int)field : throw new FormatException("field 0 does not exist");
        Number = 0;
        Bytes = default;
        switch (key & 7)
        {
            case 0:
                Number = ReadVarint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case 2:
                Bytes = Take(ReadVarint());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            default:
                throw new FormatException($"wire type {key & 7} of field {Field} is not known");
        }
        return true;
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length) throw new FormatException($"field {Field} says that {count} bytes follow; there are {_rest.Length}");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty) throw new FormatException("a number is cut short");
            var part = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new FormatException("a number of more than 64 bits");
    }
}
