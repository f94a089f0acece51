using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>What people have in hand instead of a file of weights, by its first bytes.</summary>
internal static partial class FileKind
{
    /// <summary>How many of a file's first bytes are needed to tell.</summary>
    public const int StartBytes = 256;

    private static readonly string[] Foreign = ["tf_model.h5", "flax_model.msgpack", "model.ckpt.index", "bert_model.ckpt.index", "rust_model.ot", "openvino_model.bin"];

    /// <summary>Whether a file is one that torch.save wrote: a zip archive or a pickle.</summary>
    public static bool IsTorch(string path)
    {
        using var file = ValueFile.Open(path);
        return IsTorch(file.ReadUpTo(0, StartBytes));
    }

    /// <summary>Whether these first bytes are those of a zip archive (also an empty one) or of a pickle of protocol 2 to 5.</summary>
    public static bool IsTorch(ReadOnlySpan<byte> start) =>
        start is [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] or [0x80, >= 2 and <= 5, 0x8A or 0x95, ..];

    /// <summary>Throws where a file is a pointer to weights, or a page about them.</summary>
    public static void RefuseOthers(string path, ReadOnlySpan<byte> start, string expected)
    {
        if (start.StartsWith("version https://git-lfs"u8))
            throw new CheckpointException(path, $"this is a Git LFS pointer, a text that stands for the file{Pointed(start)}", expected, advice: "Fetch the file itself: git lfs pull.");
        var text = start.StartsWith("\uFEFF"u8) ? start[3..] : start;
        if (text.TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            throw new CheckpointException(path, "this is a web page (HTML or XML), not a model", expected, advice: "The download went wrong: check its address and whether it needs a login.");
        if (start is [0x1F, 0x8B, ..])
            throw new CheckpointException(path, "this is a gzip archive", expected, advice: "Unpack it and name the file inside.");
        if (start is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            throw new CheckpointException(path, "this is an HDF5 file, as TensorFlow's and Keras's weights are", expected, advice: "Use the model's safetensors or PyTorch weights.");
        if (start.StartsWith("GGUF"u8))
            throw new CheckpointException(path, "this is a GGUF file, llama.cpp's format", expected, advice: "Use the model's safetensors or PyTorch weights.");
    }

    /// <summary>Weights of other frameworks in a folder, for the message that ours are missing.</summary>
    public static string? ForeignWeights(string folder) =>
        Foreign.FirstOrDefault(name => File.Exists(Path.Combine(folder, name))) is { } name ? $"{name}, which is another framework's" : null;

    // The pointer names the size and the hash of what is missing.
    private static string Pointed(ReadOnlySpan<byte> start)
    {
        var pointer = Pointer().Match(Encoding.ASCII.GetString(start));
        return pointer.Success
            ? string.Create(CultureInfo.InvariantCulture, $" ({long.Parse(pointer.Groups[2].Value, CultureInfo.InvariantCulture):N0} bytes, sha256 {pointer.Groups[1].Value})") : "";
    }

    [GeneratedRegex(@"oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,18})\n")]
    private static partial Regex Pointer();
}
