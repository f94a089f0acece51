using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A stretch of values in a file of torch.save; several tensors may share it.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="ElementCount">Number of values.</param>
/// <param name="First">First value of this view of the storage; 0 where it is the storage itself.</param>
/// <param name="Whole">Number of values of the storage that this is a view of.</param>
internal sealed record TorchStorage(string Key, ScalarType Dtype, long ElementCount, long First, long Whole);

/// <summary>A tensor of torch.save.</summary>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Storage">Where its values lie.</param>
/// <param name="Offset">First value, counted from the beginning of the storage's view.</param>
/// <param name="Strides">Values to skip for one step in each dimension.</param>
internal sealed record TorchEntry(ScalarType Dtype, long[] Shape, TorchStorage Storage, long Offset, long[] Strides) : TensorEntry(Dtype, Shape)
{
    /// <summary>Whether the values lie without gaps in the order of the elements.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (var dimension = Shape.Length - 1; dimension >= 0; dimension--)
            {
                if (Shape[dimension] != 1 && Strides[dimension] != expected) return false;
                expected *= Shape[dimension];
            }
            return true;
        }
    }

    /// <summary>How many values of the storage the tensor spans, gaps included.</summary>
    public long Span => ElementCount == 0 ? 0 : 1 + Shape.Zip(Strides, (size, stride) => (size - 1) * stride).Sum();
}

/// <summary>What the pickle of a state dictionary may hold: storages, tensors, parameters, ordered dictionaries.</summary>
/// <param name="filePath">For messages.</param>
/// <param name="fileBytes">Length of the file: no tensor may be larger.</param>
internal sealed class TorchPickle(string filePath, long fileBytes) : IPickleBuilder
{
    private const int MaxRank = 64;

    private static readonly PickleGlobal OrderedDictionary = new("collections", "OrderedDict");
    private static readonly PickleGlobal RebuildTensor = new("torch._utils", "_rebuild_tensor_v2");
    private static readonly PickleGlobal RebuildParameter = new("torch._utils", "_rebuild_parameter");

    private static readonly Dictionary<string, ScalarType> Storages = new(StringComparer.Ordinal)
    {
        ["DoubleStorage"] = ScalarType.Float64,
        ["FloatStorage"] = ScalarType.Float32,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
    };

    /// <summary>Every storage that the pickle names, by key.</summary>
    public Dictionary<string, TorchStorage> Found { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool Knows(PickleGlobal global) =>
        global == OrderedDictionary || global == RebuildTensor || global == RebuildParameter || DtypeOf(global) is not null;

    /// <inheritdoc/>
    public object Reduce(PickleGlobal function, object?[] arguments)
    {
        if (function == OrderedDictionary) return Ordered(arguments);
        if (function == RebuildTensor) return Tensor(arguments);
        if (function == RebuildParameter && arguments is [TorchEntry tensor, bool, _]) return tensor;
        throw Wrong($"{function.FullName} has the wrong arguments");
    }

    /// <inheritdoc/>
    public object Load(object? persistentId)
    {
        if (persistentId is not PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count, .. var view] } || view.Length > 1)
            throw Wrong("a storage is not described as torch.save does");
        if (DtypeOf(type) is not { } dtype) throw Wrong($"{type.FullName} is no kind of storage");
        if (SafetensorsHeader.ByteCount([count], SafetensorsHeader.SizeOf(dtype)) is not { } bytes || count < 0 || bytes > fileBytes)
            throw Wrong($"storage {CheckpointException.Quote(key)} is larger than the file", $"at most {fileBytes} bytes", $"{count} values of {type.Name}");
        var storage = new TorchStorage(key, dtype, count, 0, count);
        if (Found.TryGetValue(key, out var before) && before != storage) throw Wrong($"storage {CheckpointException.Quote(key)} is described in two ways");
        Found[key] = storage;
        if (view is [] or [null]) return storage;
        if (view is not [PickleTuple { Items: [string or long, long first, long size] }] || first < 0 || size < 0 || first > count || size > count - first)
            throw Wrong($"a view of storage {CheckpointException.Quote(key)} leads outside of it");
        return storage with { ElementCount = size, First = first };
    }

    /// <summary>A fault of the file.</summary>
    public CheckpointException Wrong(string problem, string? expected = null, string? found = null) => new(filePath, problem, expected, found);

    private static ScalarType? DtypeOf(PickleGlobal global) =>
        global.Module is "torch" or "torch.cuda" && Storages.TryGetValue(global.Name, out var dtype) ? dtype : null;

    // Python 2 gave the items as a list of pairs; later versions set them afterwards.
    private PickleDictionary Ordered(object?[] arguments)
    {
        var dictionary = new PickleDictionary();
        if (arguments is []) return dictionary;
        if (arguments is not [List<object?> pairs]) throw Wrong("an ordered dictionary is not described as Python does");
        foreach (var pair in pairs)
        {
            var items = pair as List<object?> ?? (pair as PickleTuple)?.Items.ToList();
            if (items is not [var key, var value]) throw Wrong("an ordered dictionary is not made of pairs");
            dictionary.Items.Add(new(key, value));
        }
        return dictionary;
    }

    private TorchEntry Tensor(object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, PickleTuple sizes, PickleTuple steps, bool, _, .. var metadata] || metadata.Length > 1)
            throw Wrong("a tensor is not described as torch.save does");
        if (metadata is [PickleDictionary { Items.Count: > 0 }]) throw Wrong("a tensor is a lazily conjugated or negated view, which weights are not");
        var (shape, strides) = (Numbers(sizes), Numbers(steps));
        if (shape.Length != strides.Length || shape.Length > MaxRank) throw Wrong($"a tensor has {shape.Length} sizes and {strides.Length} strides");
        if (SafetensorsHeader.ByteCount(shape, SafetensorsHeader.SizeOf(storage.Dtype)) is not { } bytes || bytes > Math.Max(fileBytes, 1 << 16))
            throw Wrong("a tensor is larger than the file", $"at most {fileBytes} bytes", SafetensorsHeader.Shape(shape));
        if (offset < 0 || (bytes > 0 && Last(shape, strides, offset) >= storage.ElementCount))
            throw Wrong($"a tensor leads outside of storage {CheckpointException.Quote(storage.Key)}", $"{storage.ElementCount} values",
                $"{SafetensorsHeader.Shape(shape)} from value {offset} on");
        return new(storage.Dtype, shape, storage, offset, strides);
    }

    // The last value of a tensor that is not empty.
    private static Int128 Last(long[] shape, long[] strides, long offset)
    {
        Int128 last = offset;
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            last += (Int128)(shape[dimension] - 1) * strides[dimension];
            if (last > long.MaxValue) return last;
        }
        return last;
    }

    private long[] Numbers(PickleTuple tuple)
    {
        var numbers = new long[tuple.Items.Length];
        for (var index = 0; index < numbers.Length; index++)
            numbers[index] = tuple.Items[index] is long number and >= 0 ? number : throw Wrong("a size or stride of a tensor is no whole number from 0 on");
        return numbers;
    }
}
