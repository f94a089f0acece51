using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Attend.Checkpoints;

/// <summary>A tuple of a pickle.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A dictionary of a pickle, in its order; keys may come twice.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}

/// <summary>A class or function that a pickle names. It is only ever compared, never looked up and never called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>The dotted name.</summary>
    public string FullName => $"{Module}.{Name}";
}

/// <summary>What a pickle may ask its reader to build; everything else in it is plain data.</summary>
internal interface IPickleBuilder
{
    /// <summary>Whether a name may stand in the pickle.</summary>
    bool Knows(PickleGlobal global);

    /// <summary>The value that a call of a known name stands for.</summary>
    object Reduce(PickleGlobal function, object?[] arguments);

    /// <summary>The value that a persistent id stands for.</summary>
    object Load(object? persistentId);
}

/// <summary>The pickle ends before its end mark: more bytes are needed, or the file is cut short.</summary>
internal sealed class PickleEndException : Exception;

/// <summary>Reads one pickle of plain containers, numbers and texts, and asks a builder for the rest. It executes nothing.</summary>
/// <remarks>
/// Python's pickletools documents the opcodes. This is a stack machine without recursion, so nesting costs no stack; every length is
/// checked against the bytes that are there; every opcode makes at most one value, so memory grows with the bytes read and no faster.
/// </remarks>
internal sealed class PickleReader(string filePath, ReadOnlyMemory<byte> bytes, IPickleBuilder builder)
{
    private const int MaxOpcodes = 4_000_000;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Where the next byte will be read; after <see cref="Read"/>, one past the end mark.</summary>
    public int Position { get; private set; }

    /// <summary>Reads the next pickle.</summary>
    /// <exception cref="CheckpointException">An opcode or name that weights do not need, or a pickle that contradicts itself.</exception>
    /// <exception cref="PickleEndException">The bytes end within the pickle.</exception>
    public object? Read()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        for (var count = 0; ; count++)
        {
            if (count == MaxOpcodes) throw Refused($"the pickle has more than {MaxOpcodes} opcodes, which no set of weights needs");
            var opcode = Next();
            if (opcode == '.')
            {
                var value = Pop();
                return _stack.Count == 0 && _marks.Count == 0 ? value : throw Broken("its end mark comes before its end");
            }
            Run(opcode);
        }
    }

    private void Run(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                if (Next() is > 5 and var protocol) throw Broken($"its protocol is {protocol}, the highest known is 5");
                break;
            case 0x95: // FRAME: the length of what follows, a hint for readers of streams
                if (BinaryPrimitives.ReadUInt64LittleEndian(Take(8)) > (ulong)(bytes.Length - Position)) throw new PickleEndException();
                break;
            case (byte)'(': _marks.Add(_stack.Count); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;

            case (byte)'N': _stack.Add(null); break;
            case 0x88: _stack.Add(true); break;
            case 0x89: _stack.Add(false); break;
            case (byte)'K': _stack.Add((long)Next()); break;
            case (byte)'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8A: AddWhole(Take(Next())); break;
            case (byte)'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;

            case (byte)'X': _stack.Add(Text(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break;
            case 0x8C: _stack.Add(Text(Take(Next()))); break;
            case 0x8D: _stack.Add(Text(Take(BinaryPrimitives.ReadUInt64LittleEndian(Take(8))))); break;
            case (byte)'U': _stack.Add(Text(Take(Next()))); break; // a text of Python 2
            case (byte)'T': _stack.Add(Text(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break;

            case (byte)')': _stack.Add(new PickleTuple([])); break;
            case 0x85: _stack.Add(new PickleTuple(PopMany(1))); break;
            case 0x86: _stack.Add(new PickleTuple(PopMany(2))); break;
            case 0x87: _stack.Add(new PickleTuple(PopMany(3))); break;
            case (byte)'t': _stack.Add(new PickleTuple(PopToMark())); break;
            case (byte)']': _stack.Add(new List<object?>()); break;
            case (byte)'l': _stack.Add(new List<object?>(PopToMark())); break;
            case (byte)'a': Append(PopMany(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': _stack.Add(new PickleDictionary()); break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;

            case (byte)'q': _memo[Next()] = Top(); break;
            case (byte)'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break;
            case 0x94: _memo[(uint)_memo.Count] = Top(); break;
            case (byte)'h': _stack.Add(Remembered(Next())); break;
            case (byte)'j': _stack.Add(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;

            case (byte)'c': _stack.Add(Known(Line(), Line())); break;
            case 0x93: // STACK_GLOBAL
                var name = Pop() as string;
                _stack.Add(Known(Pop() as string ?? throw Broken("a name is no text"), name ?? throw Broken("a name is no text")));
                break;
            case (byte)'i': throw Unknown(new(Line(), Line()));
            case (byte)'R':
                var arguments = Pop() as PickleTuple ?? throw Broken("the arguments of a call are no tuple");
                _stack.Add(builder.Reduce(Pop() as PickleGlobal ?? throw Broken("what it calls has no name"), arguments.Items));
                break;
            case (byte)'Q': _stack.Add(builder.Load(Pop())); break;
            case (byte)'b': // BUILD: attributes of an ordered dictionary (state_dict's _metadata), of no use here
                if (Pop() is not PickleDictionary || Top() is not PickleDictionary) throw Broken("it sets attributes of something that is no dictionary");
                break;
            default:
                throw Refused($"the pickle has opcode 0x{opcode:X2}{(opcode is > 32 and < 127 ? $" ('{(char)opcode}')" : "")} before byte {Position}, which weights do not need");
        }
    }

    /// <summary>A fault of the pickle.</summary>
    public CheckpointException Broken(string problem) => new(filePath, $"the pickle is damaged: {problem} (byte {Position})");

    /// <summary>Something in the pickle that is no part of plain weights.</summary>
    public CheckpointException Refused(string problem) => new(filePath, problem,
        advice: "Nothing of it was executed. If you trust the file, load it in PyTorch and save its state_dict() or safetensors; if not, delete it.");

    private CheckpointException Unknown(PickleGlobal global) =>
        Refused($"the pickle asks for {CheckpointException.Quote(global.FullName)}, which is neither a tensor nor an ordered dictionary");

    private PickleGlobal Known(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return builder.Knows(global) ? global : throw Unknown(global);
    }

    private byte Next() => Position < bytes.Length ? bytes.Span[Position++] : throw new PickleEndException();

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position)) throw new PickleEndException();
        var taken = bytes.Span.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private string Line()
    {
        const int Longest = 1000;
        var rest = bytes.Span[Position..];
        var length = rest[..Math.Min(rest.Length, Longest)].IndexOf((byte)'\n');
        if (length < 0) throw rest.Length < Longest ? new PickleEndException() : Broken("a name does not end");
        Position += length + 1;
        return Text(rest[..length]);
    }

    private string Text(ReadOnlySpan<byte> utf8) =>
        System.Text.Unicode.Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Broken("a text is not valid UTF-8");

    // Only the magic number of the old format needs more than 64 bits.
    private void AddWhole(ReadOnlySpan<byte> littleEndian)
    {
        var number = new BigInteger(littleEndian);
        if (littleEndian.Length > sizeof(long)) _stack.Add(number);
        else _stack.Add((long)number);
    }

    private object? Remembered(uint key) => _memo.TryGetValue(key, out var value) ? value
        : throw Broken(string.Create(CultureInfo.InvariantCulture, $"it refers to value {key}, which it has not stored"));

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw Broken("its stack is empty");

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count)
    {
        if (_stack.Count - count < Floor) throw Broken("its stack is empty");
        var popped = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return popped;
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0) throw Broken("it has no mark");
        var popped = PopMany(_stack.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return popped;
    }

    private void Append(object?[] items) =>
        (Top() as List<object?> ?? throw Broken("it appends to something that is no list")).AddRange(items);

    private void SetItems(object?[] items)
    {
        var target = Top() as PickleDictionary ?? throw Broken("it sets items of something that is no dictionary");
        if (items.Length % 2 != 0) throw Broken("a key has no value");
        for (var index = 0; index < items.Length; index += 2) target.Items.Add(new(items[index], items[index + 1]));
    }
}
