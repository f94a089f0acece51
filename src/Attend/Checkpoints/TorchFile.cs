using System.Numerics;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A state dictionary that torch.save wrote (pytorch_model.bin, .pt, .pth, .ckpt), read without executing anything in it.</summary>
/// <remarks>
/// Both formats: the zip archive of PyTorch 1.6 and later (data.pkl, one record per storage under data/, byteorder), and the stream before it
/// (five pickles, then each storage behind its length). Layout: torch/serialization.py of PyTorch.
/// The pickle may name storages, _rebuild_tensor_v2, _rebuild_parameter and OrderedDict; any other name is an error that says it.
/// A dictionary that holds the weights under "state_dict", "model_state_dict" or "model" is opened there.
/// </remarks>
public sealed class TorchFile : WeightsSource
{
    private const int MaxPickleBytes = 1 << 26;
    private const int StorageLengthBytes = sizeof(long);
    // A tied weight is in the file once and in two tensors; a file in which everything is tied many times over is not made of weights.
    private const int MaxSharing = 8;

    private static readonly BigInteger LegacyMagic = BigInteger.Parse("1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, null);
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];

    private readonly ValueFile _file;
    private readonly TorchPickle _pickle;
    private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _otherKeys = [];
    private bool _bigEndian;

    private TorchFile(ValueFile file)
    {
        (_file, _pickle) = (file, new TorchPickle(file.FilePath, file.Length));
        var start = file.ReadUpTo(0, FileKind.StartBytes);
        FileKind.RefuseOthers(file.FilePath, start, "weights that torch.save wrote");
        if (!FileKind.IsTorch(start))
            throw new CheckpointException(file.FilePath, "this is not a file that torch.save wrote, or it is damaged", "a zip archive or a pickle",
                start.Length == 0 ? "an empty file" : $"bytes {Convert.ToHexString(start.AsSpan(0, Math.Min(8, start.Length)))}");
        var content = start[0] == 'P' ? ReadArchive() : ReadStream();
        foreach (var (key, value) in Weights(content).Items) Add(key, value);
        if (_entries.Count == 0) throw _pickle.Wrong("the file holds no tensor");
        if (_entries.Values.Sum(entry => (double)entry.ByteCount) > (double)MaxSharing * Math.Max(file.Length, 1 << 16))
            throw _pickle.Wrong("its tensors are together impossibly larger than the file", $"at most {MaxSharing} times {file.Length} bytes");
    }

    /// <inheritdoc/>
    public override string FilePath => _file.FilePath;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OtherKeys => _otherKeys;

    /// <summary>Opens a file and reads what it says of its tensors; nothing in it is executed.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="CheckpointException">Not a sound file of weights, or one that asks for more than weights need.</exception>
    public static new TorchFile Open(string path)
    {
        var file = ValueFile.Open(path);
        try
        {
            var opened = new TorchFile(file);
            file = null;
            return opened;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    private protected override void Fill(string name, TensorEntry entry, Tensor destination)
    {
        var tensor = (TorchEntry)entry;
        if (tensor.ElementCount == 0) return;
        var position = _positions[tensor.Storage.Key] + ((tensor.Storage.First + tensor.Offset) * SafetensorsHeader.SizeOf(tensor.Dtype));
        if (tensor.IsContiguous)
        {
            _file.Fill(name, (tensor.Dtype, _bigEndian), position, destination);
            return;
        }
        using var noGrad = no_grad();
        using var values = empty(tensor.Span, tensor.Dtype, CPU);
        _file.Fill(name, (tensor.Dtype, _bigEndian), position, values);
        using var view = values.as_strided(tensor.Shape, tensor.Strides);
        destination.copy_(view);
    }

    private object? ReadArchive()
    {
        var archive = new TorchArchive(_file);
        var pickles = archive.Names.Where(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal)).ToArray();
        if (pickles.Length != 1)
            throw new CheckpointException(FilePath, "this zip archive is not one that torch.save wrote", "one record data.pkl", $"{pickles.Length}", "Name the file of weights itself.");
        var prefix = pickles[0][..^"data.pkl".Length];
        if (archive.Find(prefix + "constants.pkl") is not null)
            throw new CheckpointException(FilePath, "this is a TorchScript program, not a file of weights", advice: "Save the model's state_dict() or safetensors in PyTorch.");
        if (archive.Find(prefix + "byteorder") is { } order)
            _bigEndian = System.Text.Encoding.ASCII.GetString(_file.ReadUpTo(order.Position, (int)Math.Min(order.Length, 8))) switch
            {
                "little" => false,
                "big" => true,
                var other => throw _pickle.Wrong("the byte order is unknown", "little or big", CheckpointException.Quote(other)),
            };
        var pickle = archive.Find(pickles[0])!.Value;
        if (pickle.Length > MaxPickleBytes) throw _pickle.Wrong("data.pkl is impossibly large", $"at most {MaxPickleBytes} bytes", $"{pickle.Length}");
        var content = ReadPickle(_file.ReadUpTo(pickle.Position, (int)pickle.Length));
        foreach (var storage in _pickle.Found.Values)
        {
            var bytes = storage.ElementCount * SafetensorsHeader.SizeOf(storage.Dtype);
            var record = archive.Find($"{prefix}data/{storage.Key}");
            if (record is null && bytes > 0) throw _pickle.Wrong($"the archive lacks the values of storage {CheckpointException.Quote(storage.Key)}");
            if (record is { } values && values.Length != bytes)
                throw _pickle.Wrong($"storage {CheckpointException.Quote(storage.Key)} has the wrong length", $"{bytes} bytes", $"{values.Length}");
            _positions[storage.Key] = record?.Position ?? 0;
        }
        return content;
    }

    private object? ReadPickle(byte[] bytes)
    {
        try
        {
            return new PickleReader(FilePath, bytes, _pickle).Read();
        }
        catch (PickleEndException)
        {
            throw _pickle.Wrong("the pickle ends before its end mark");
        }
    }

    // How long the pickles are is known only once they are read: more of the file is taken where the first bytes do not reach.
    private object? ReadStream()
    {
        for (var taken = 1 << 20; ; taken *= 4)
        {
            var complete = taken >= _file.Length || taken >= MaxPickleBytes;
            try
            {
                return ReadStream(_file.ReadUpTo(0, taken));
            }
            catch (PickleEndException) when (!complete)
            {
                _pickle.Found.Clear();
            }
            catch (PickleEndException)
            {
                throw _pickle.Wrong(taken >= _file.Length ? "the file is cut short: its pickle has no end mark" : $"the pickle is longer than {MaxPickleBytes} bytes");
            }
        }
    }

    private object? ReadStream(byte[] bytes)
    {
        var reader = new PickleReader(FilePath, bytes, _pickle);
        var magic = reader.Read();
        if (magic is not BigInteger number || number != LegacyMagic)
            throw _pickle.Wrong("this pickle is not one that torch.save wrote", "torch.save's magic number", magic is null ? "None" : magic.GetType() == typeof(PickleDictionary) ? "a dictionary" : "something else");
        if (reader.Read() is not 1001L) throw _pickle.Wrong("the version of the format is unknown", "1001");
        if (reader.Read() is not PickleDictionary) throw _pickle.Wrong("the description of the machine is no dictionary");
        var content = reader.Read();
        if (reader.Read() is not List<object?> keys) throw _pickle.Wrong("the list of storages is no list");
        long position = reader.Position;
        foreach (var item in keys)
        {
            if (item is not string key || !_pickle.Found.TryGetValue(key, out var storage)) throw _pickle.Wrong("the list of storages names one that no tensor uses");
            var length = _file.ReadUpTo(position, StorageLengthBytes);
            var bytesHeld = storage.ElementCount * SafetensorsHeader.SizeOf(storage.Dtype);
            if (length.Length < StorageLengthBytes || position + StorageLengthBytes > _file.Length - bytesHeld)
                throw _pickle.Wrong("the file is cut short", $"{bytesHeld} bytes for storage {CheckpointException.Quote(key)}", $"{Math.Max(0, _file.Length - position - StorageLengthBytes)}");
            if (System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(length) is var count && count != storage.ElementCount)
                throw _pickle.Wrong($"storage {CheckpointException.Quote(key)} has the wrong length", $"{storage.ElementCount} values", $"{count}");
            if (!_positions.TryAdd(key, position + StorageLengthBytes)) throw _pickle.Wrong($"storage {CheckpointException.Quote(key)} comes twice");
            position += StorageLengthBytes + bytesHeld;
        }
        if (_pickle.Found.Keys.FirstOrDefault(key => !_positions.ContainsKey(key)) is { } absent)
            throw _pickle.Wrong($"the file lacks the values of storage {CheckpointException.Quote(absent)}");
        if (position != _file.Length) throw _pickle.Wrong("the file has bytes that belong to no tensor", $"{position} bytes", $"{_file.Length}");
        return content;
    }

    private PickleDictionary Weights(object? content)
    {
        if (content is not PickleDictionary dictionary)
            throw _pickle.Wrong("the file holds no dictionary of weights", "what torch.save(model.state_dict(), ...) writes", content is TorchEntry ? "a single tensor" : "something else");
        if (dictionary.Items.Any(item => item.Value is TorchEntry)) return dictionary;
        var inner = Wrappers.Select(name => dictionary.Items.FirstOrDefault(item => item.Key is string key && key == name).Value).OfType<PickleDictionary>().FirstOrDefault();
        if (inner is not null) return inner;
        var keys = dictionary.Items.Select(item => item.Key).OfType<string>().Take(8).Select(CheckpointException.Quote);
        throw _pickle.Wrong("the dictionary in the file holds no tensors", $"tensors by name, or a dictionary of them under {string.Join(", ", Wrappers)}", string.Join(", ", keys) is { Length: > 0 } found ? found : "nothing");
    }

    private void Add(object? key, object? value)
    {
        if (key is not string name) throw _pickle.Wrong("a key of the dictionary is no text");
        if (value is not TorchEntry entry) _otherKeys.Add(name);
        else if (!_entries.TryAdd(name, entry)) throw _pickle.Wrong($"the dictionary names {CheckpointException.Quote(name)} twice");
    }
}
