using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>
/// The cache that Hugging Face's tools share: models--owner--name/ with blobs/ (content, named by ETag), snapshots/COMMIT/ (links to it)
/// and refs/ (branch or tag -> commit); .locks/ keeps two processes from fetching one blob.
/// </summary>
/// <param name="folder">The cache's folder; it need not exist.</param>
internal sealed partial class HubCache(string folder)
{
    private const string RepositoryPrefix = "models--";
    private const string Snapshots = "snapshots";

    public string Folder => folder;

    public string Snapshot(ModelName name, string commit) => Path.Combine(Repository(name), Snapshots, commit);

    public string Blob(ModelName name, string etag) => Path.Combine(Repository(name), "blobs", FileName(etag));

    public string Lock(ModelName name, string etag) => Path.Combine(folder, ".locks", RepositoryFolder(name), FileName(etag) + ".lock");

    /// <summary>The folder of a model's state; null where it was never pulled.</summary>
    public string? FindSnapshot(ModelName name) =>
        (name.IsPinned ? name.Revision : ReadRef(name)) is { } commit && Directory.Exists(Snapshot(name, commit)) ? Snapshot(name, commit) : null;

    /// <summary>Every state of a model that is in the cache, by the names that lead to it.</summary>
    public IReadOnlyList<string> Revisions(ModelName name)
    {
        var refs = Path.Combine(Repository(name), "refs");
        var snapshots = Path.Combine(Repository(name), Snapshots);
        var named = Directory.Exists(refs) ? Directory.GetFiles(refs, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(refs, file).Replace('\\', '/')).Where(revision => FindSnapshot(name with { Revision = revision }) is not null).ToArray() : [];
        var reached = named.Select(revision => ReadRef(name with { Revision = revision })).ToHashSet();
        var others = Directory.Exists(snapshots) ? Directory.GetDirectories(snapshots).Select(path => Path.GetFileName(path)).Where(commit => ModelName.IsCommit(commit) && !reached.Contains(commit)) : [];
        return [.. named.Order(StringComparer.Ordinal), .. others.Order(StringComparer.Ordinal)];
    }

    /// <summary>Remembers which commit a branch or tag stands for.</summary>
    public void WriteRef(ModelName name, string commit)
    {
        if (name.Revision == commit || ReadRef(name) == commit) return;
        var file = RefFile(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, stream => stream.Write(Encoding.ASCII.GetBytes(commit)));
    }

    /// <summary>Makes the folders a blob needs, and marks the cache as one for programs that make backups.</summary>
    public void CreateFolders(ModelName name, string etag)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Blob(name, etag))!);
        Directory.CreateDirectory(Path.GetDirectoryName(Lock(name, etag))!);
        var tag = Path.Combine(folder, "CACHEDIR.TAG");
        if (!File.Exists(tag)) AtomicFile.Write(tag, stream => stream.Write("Signature: 8a477f597d28d172789f06886806bc55\n# See https://bford.info/cachedir/\n"u8));
    }

    /// <summary>Puts a blob under its name in a snapshot: a relative link, or the content itself where links are not to be had.</summary>
    /// <param name="blob">The content.</param>
    /// <param name="pointer">The name in the snapshot.</param>
    /// <param name="links">Whether links are wanted.</param>
    /// <param name="isNew">Whether no other snapshot can need the blob, so that it may be moved.</param>
    public static void Link(string blob, string pointer, bool links, bool isNew)
    {
        var parent = Path.GetDirectoryName(pointer)!;
        Directory.CreateDirectory(parent);
        File.Delete(pointer); // a link to content that is gone
        if (links && TryLink(pointer, Path.GetRelativePath(parent, blob))) return;
        if (isNew) File.Move(blob, pointer, overwrite: true);
        else
            AtomicFile.Write(pointer, stream =>
            {
                using var source = File.OpenRead(blob);
                source.CopyTo(stream);
            });
    }

    /// <summary>Whether a file is there, with its content: a link to what is gone is not.</summary>
    public static bool Holds(string path) => File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is null or { Exists: true };

    /// <summary>"owner/name@commit" for a folder that is a snapshot in some cache; null for any other folder.</summary>
    public static string? NameOf(string path)
    {
        var match = SnapshotPath().Match(Path.GetFullPath(path).Replace('\\', '/').TrimEnd('/'));
        return match.Success ? $"{match.Groups["name"].Value.Replace("--", "/")}@{match.Groups["commit"].Value}" : null;
    }

    private static bool TryLink(string pointer, string target)
    {
        try
        {
            File.CreateSymbolicLink(pointer, target);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Windows asks for a right; some file systems have no links.
            return false;
        }
    }

    private static string RepositoryFolder(ModelName name) => RepositoryPrefix + name.Repository.Replace("/", "--");

    // An ETag comes from a server: one that is no plain file name is replaced by its hash.
    private static string FileName(string etag) => PlainTag().IsMatch(etag) ? etag : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(etag)));

    private string Repository(ModelName name) => Path.Combine(folder, RepositoryFolder(name));

    private string RefFile(ModelName name) => HubPath.Below(Path.Combine(Repository(name), "refs"), name.Revision);

    private string? ReadRef(ModelName name)
    {
        var file = RefFile(name);
        return File.Exists(file) && File.ReadAllText(file).Trim() is var commit && ModelName.IsCommit(commit) ? commit : null;
    }

    [GeneratedRegex(@"\A[0-9A-Za-z][0-9A-Za-z_-]{7,127}\z")]
    private static partial Regex PlainTag();

    [GeneratedRegex(@"/" + RepositoryPrefix + "(?<name>[^/]+)/" + Snapshots + "/(?<commit>[0-9a-f]{40})\\z")]
    private static partial Regex SnapshotPath();
}
