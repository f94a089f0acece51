using System.Security.Cryptography;

namespace Attend.Checkpoints;

/// <summary>The hash of a file of weights, held against the one it was published with where that is known.</summary>
/// <param name="Path">The file.</param>
/// <param name="Sha256">Of its content, in hexadecimal digits.</param>
/// <param name="Published">The hash it was published with; null where nothing tells.</param>
public sealed record FileHash(string Path, string Sha256, string? Published)
{
    private const int HashDigits = 64;

    /// <summary>Whether the content is another than the published one.</summary>
    public bool IsWrong => Published is not null && Published != Sha256;

    /// <summary>Reads a whole file.</summary>
    /// <remarks>In the cache that Hugging Face's tools share, a large file is a link to one that is named by its sha256.</remarks>
    public static FileHash Of(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1 << 20);
        var name = System.IO.Path.GetFileName(new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path);
        var isHash = name.Length == HashDigits && name.All(char.IsAsciiHexDigitLower);
        return new(path, Convert.ToHexStringLower(SHA256.HashData(stream)), isHash ? name : null);
    }
}
