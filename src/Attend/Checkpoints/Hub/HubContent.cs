using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>Judges what has arrived: is it the file the hub spoke of?</summary>
internal static partial class HubContent
{
    /// <summary>Bytes that tell the kinds of wrong files apart.</summary>
    public const int PrefixLength = 200;

    private const string Advice = "Nothing of it was kept. Try again; if it happens again the hub, a mirror or a proxy spoils the file: take another (--endpoint, HF_ENDPOINT).";

    /// <summary>What is wrong with a file, and what to do; null where nothing is.</summary>
    public static async Task<string?> ProblemAsync(string path, HubFileHead head, CancellationToken cancel)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (head.Size is { } size && file.Length != size) return $"has {file.Length} bytes, and the hub spoke of {size}. {Advice}";
        var prefix = new byte[PrefixLength];
        prefix = prefix[..await file.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, cancel).ConfigureAwait(false)];
        file.Position = 0;
        if (await MismatchAsync(file, head.ETag, cancel).ConfigureAwait(false) is { } mismatch) return $"{Describe(prefix, head.Name) ?? mismatch}. {Advice}";
        // A mirror made by a plain `git clone` has these, with hashes that are right.
        if (IsPointer(prefix)) return $"{Describe(prefix, head.Name)}. Nothing of it was kept. The repository was copied without its large files: take another hub (--endpoint, HF_ENDPOINT), or tell its owners.";
        return IsHash(head.ETag) ? null : Describe(prefix, head.Name) is { } kind ? $"{kind}. {Advice}" : null;
    }

    /// <summary>What kind of wrong file this is; null where it does not show.</summary>
    public static string? Describe(ReadOnlySpan<byte> prefix, string name)
    {
        if (IsPointer(prefix)) return "is a git-lfs pointer, a note of where the file is, in place of the file";
        var start = Encoding.Latin1.GetString(prefix).TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        var isPage = start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
        return isPage && !name.EndsWith(".html", StringComparison.OrdinalIgnoreCase) ? "is a web page (a log-in or an error?) in place of the file" : null;
    }

    private static bool IsPointer(ReadOnlySpan<byte> prefix) => prefix.StartsWith("version https://git-lfs.github.com/spec/"u8);

    private static bool IsHash(string etag) => Hash().IsMatch(etag);

    // An ETag of 64 digits is the content's sha256; of 40, its hash in git (the mirrors that know no git give the plain sha1). Others say nothing.
    [SuppressMessage("Security", "CA5350", Justification = "git names content by sha1")]
    private static async Task<string?> MismatchAsync(FileStream file, string etag, CancellationToken cancel)
    {
        if (!IsHash(etag)) return null;
        var isLong = etag.Length == 64;
        using var plain = IncrementalHash.CreateHash(isLong ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        using var git = isLong ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        git?.AppendData(Encoding.ASCII.GetBytes($"blob {file.Length.ToString(CultureInfo.InvariantCulture)}\0"));
        var buffer = new byte[1 << 20];
        for (int count; (count = await file.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;)
        {
            plain.AppendData(buffer, 0, count);
            git?.AppendData(buffer, 0, count);
        }
        var found = Convert.ToHexStringLower(plain.GetHashAndReset());
        if (found == etag || (git is not null && Convert.ToHexStringLower(git.GetHashAndReset()) == etag)) return null;
        return $"its content has the {(isLong ? "sha256" : "sha1")} {found}, and the hub spoke of {etag}";
    }

    [GeneratedRegex(@"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex Hash();
}
