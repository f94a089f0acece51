using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>The weights of a model, wherever they lie: one safetensors file, a sharded set, or PyTorch's pytorch_model.bin.</summary>
/// <remarks>
/// Values are read from the file straight into the memory of the tensor that will hold them, without a copy in between; where the types
/// differ, 16 MB at a time are converted. No tensor lies in mapped memory: weights stay valid when the source is closed and the file
/// is replaced, and loading holds nothing but the weights themselves.
/// </remarks>
public abstract class WeightsSource : IDisposable
{
    private static readonly (string Name, Func<string, WeightsSource> Open)[] Kinds =
    [
        (ModelFolder.WeightsFile, SafetensorsFile.Open),
        (ModelFolder.WeightsFile + WeightsIndex.Suffix, ShardedWeights.Open),
        ("pytorch_model.bin", TorchFile.Open),
        ("pytorch_model.bin" + WeightsIndex.Suffix, ShardedWeights.Open),
    ];

    /// <summary>The full path of the file, or of the index of a sharded set.</summary>
    public abstract string FilePath { get; }

    /// <summary>Every tensor by name, in the order of the file.</summary>
    public abstract IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Every file that holds values.</summary>
    public virtual IReadOnlyList<string> Files => [FilePath];

    /// <summary>Free texts of the file; Hugging Face writes <c>format: pt</c> to safetensors.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    /// <summary>Keys of the file that are no tensors (step counts and the like), which nothing here reads.</summary>
    public virtual IReadOnlyList<string> OtherKeys => [];

    /// <summary>The file of weights in a model folder; null where there is none. Safetensors go before pytorch_model.bin, one file before shards.</summary>
    public static string? Find(string folder) => Kinds.Select(kind => Path.Combine(folder, kind.Name)).FirstOrDefault(File.Exists);

    /// <summary>Opens the weights of a model folder or pulled model, or one file of weights; its content, not its name, says which kind it is.</summary>
    /// <exception cref="CheckpointException">No weights there, or not sound ones; the message says what it is instead.</exception>
    public static WeightsSource Open(string path)
    {
        if (!File.Exists(path))
        {
            var folder = ModelSource.Locate(path);
            return Open(Find(folder) ?? throw new CheckpointException(folder, "holds no weights that can be read",
                $"one of {string.Join(", ", Kinds.Select(kind => kind.Name))}", FileKind.ForeignWeights(folder),
                ModelSource.Remedy(folder, "Get one of these files for the model.")));
        }
        if (path.EndsWith(WeightsIndex.Suffix, StringComparison.Ordinal)) return ShardedWeights.Open(path);
        return FileKind.IsTorch(path) ? TorchFile.Open(path) : SafetensorsFile.Open(path);
    }

    /// <summary>A new CPU tensor of the stored shape and element type; it belongs to the caller (or to the caller's dispose scope).</summary>
    /// <exception cref="CheckpointMismatchException">No tensor of this name.</exception>
    /// <exception cref="CheckpointException">The file was cut short after it was opened, or a BOOL is neither 0 nor 1.</exception>
    public Tensor Read(string name)
    {
        var entry = Entry(name);
        var tensor = empty(entry.Shape, entry.Dtype, CPU);
        var complete = false;
        try
        {
            Fill(name, entry, tensor);
            complete = true;
            return tensor;
        }
        finally
        {
            if (!complete) tensor.Dispose();
        }
    }

    /// <summary>Copies a tensor's values over those of another of the same shape, on any device, outside of the gradient graph.</summary>
    /// <param name="name">A key of <see cref="Entries"/>.</param>
    /// <param name="destination">Of the stored element type, or of any floating type where the stored one is floating (values are rounded to it).</param>
    /// <exception cref="CheckpointMismatchException">No tensor of this name, or one of another shape.</exception>
    /// <exception cref="CheckpointException">See <see cref="Read"/>.</exception>
    /// <exception cref="ArgumentException">The element types differ and are not both floating.</exception>
    public void ReadInto(string name, Tensor destination)
    {
        var entry = Entry(name);
        if (!destination.shape.AsSpan().SequenceEqual(entry.Shape))
            throw new CheckpointMismatchException(FilePath, [], [], [new(name, destination.shape, entry.Shape)]);
        if (!IsConvertible(entry.Dtype, destination.dtype))
            throw new ArgumentException(
                $"{FilePath}: tensor {CheckpointException.Quote(name)} holds {entry.Dtype} and cannot be read into {destination.dtype}: only floating types are converted.",
                nameof(destination));
        using var temporaries = NewDisposeScope();
        using var noGrad = no_grad();
        Fill(name, entry, destination);
    }

    /// <summary>Whether values of one type may be read into a tensor of another.</summary>
    internal static bool IsConvertible(ScalarType stored, ScalarType wanted) => stored == wanted || (IsFloating(stored) && IsFloating(wanted));

    /// <summary>Whether an element type is one of the four floating types of a checkpoint.</summary>
    internal static bool IsFloating(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>Closes the files; tensors already read stay valid.</summary>
    public abstract void Dispose();

    /// <summary>Fills a tensor of the entry's shape and of a type its values convert to.</summary>
    private protected abstract void Fill(string name, TensorEntry entry, Tensor destination);

    private TensorEntry Entry(string name) =>
        Entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointMismatchException(FilePath, [name], [], []);
}
