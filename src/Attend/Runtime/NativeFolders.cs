using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Attend.Runtime;

/// <summary>Where native libraries lie: beside the program, in its runtimes folder, or where the host says.</summary>
internal static class NativeFolders
{
    /// <summary>The system and processor as packages name them, for example <c>linux-x64</c>.</summary>
    public static string Rid { get; } = FindRid();

    /// <summary>The existing folders, in the order of search.</summary>
    public static IReadOnlyList<string> All()
    {
        var folders = new List<string>();
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string host)
            folders.AddRange(host.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        foreach (var baseFolder in new[] { AppContext.BaseDirectory, OwnFolder() })
        {
            if (string.IsNullOrEmpty(baseFolder)) continue;
            folders.Add(baseFolder);
            folders.Add(Path.Combine(baseFolder, "runtimes", Rid, "native"));
        }
        return folders.Select(Path.TrimEndingDirectorySeparator).Distinct().Where(Directory.Exists).ToArray();
    }

    /// <summary>The first file of that name, or null.</summary>
    public static string? Find(string fileName, IReadOnlyList<string> folders) =>
        folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);

    /// <summary>Whether the program brings libtorch's CUDA part.</summary>
    public static bool IsCudaBuild() => Find(FileName("torch_cuda"), All()) is not null;

    /// <summary>A library's file name on this system.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    // Another folder than the program's in a plug-in or notebook.
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "Empty in a single-file program, where the program's own folder serves.")]
    private static string? OwnFolder() => Path.GetDirectoryName(typeof(NativeFolders).Assembly.Location);

    private static string FindRid()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
