using System.Globalization;
using System.Runtime.InteropServices;

namespace Attend.Runtime;

/// <summary>Puts known bytes into a file of a cache folder that several processes share.</summary>
internal static class PrivateCopy
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Folders to try, best first: the user's local application data, then the temporary folder.</summary>
    public static IReadOnlyList<string> CacheFolders()
    {
        var folders = new List<string>();
        string local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (local.Length > 0) folders.Add(Path.Combine(local, "attend", "native"));
        folders.Add(Path.Combine(Path.GetTempPath(), $"attend-native-{Environment.UserName}"));
        return folders;
    }

    /// <summary>
    /// The path of a file in <paramref name="folder"/> that holds exactly <paramref name="content"/>. The name carries a hash of
    /// the content, an existing file is compared byte for byte, and a new one appears by renaming, so neither a crash nor a race leaves a
    /// half-written file in use.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write.</exception>
    public static string Place(ReadOnlySpan<byte> content, string folder, string stem, string extension)
    {
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{stem}-{Hash(content):x16}{extension}"));
        CreateOwned(folder);
        if (Holds(path, content)) return path;
        var unfinished = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():n}.tmp");
        try
        {
            File.WriteAllBytes(unfinished, content);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
        return path;
    }

    // FNV-1a over words. It only has to tell versions apart, since every byte is compared; a cryptographic hash would load OpenSSL, which
    // takes longer than all the rest and is absent from small containers.
    private static ulong Hash(ReadOnlySpan<byte> content)
    {
        const ulong Prime = 0x100000001b3;
        ulong hash = 0xcbf29ce484222325 ^ (ulong)content.Length;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(content)) hash = (hash ^ word) * Prime;
        foreach (byte last in content[(content.Length & ~7)..]) hash = (hash ^ last) * Prime;
        return hash;
    }

    private static bool Holds(string path, ReadOnlySpan<byte> content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length == content.Length && content.SequenceEqual(File.ReadAllBytes(path));
    }

    // Code is loaded from here: the folder must be ours alone, even below a temporary folder that everybody writes.
    private static void CreateOwned(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }
        Directory.CreateDirectory(folder, OwnerOnly);
        File.SetUnixFileMode(folder, OwnerOnly);
    }
}
