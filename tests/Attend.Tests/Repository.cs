using System.Runtime.CompilerServices;

namespace Attend.Tests;

/// <summary>Where the repository lies, and the real data beside it that a user's clone does not have.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the repository's root.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>A file of the shared real data; the test that asks is skipped, visibly, where it is absent.</summary>
    public static string SharedData(params string[] parts)
    {
        var path = System.IO.Path.Combine([Root, "..", "shared", "data", .. parts]);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"shared data not present: {string.Join('/', parts)}");
        return path;
    }

    private static string FindRoot([CallerFilePath] string here = "") => System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", ".."));
}
