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

    /// <summary>A file of a public repository that somebody has checked out; the test that asks is skipped, visibly, where it is absent.</summary>
    /// <remarks>ATTEND_CHECKOUTS names the folder of the checkouts. What they hold is read there, and never part of this repository.</remarks>
    public static string Checkout(params string[] parts)
    {
        var folder = Environment.GetEnvironmentVariable("ATTEND_CHECKOUTS");
        var path = folder is null ? null : System.IO.Path.Combine([folder, .. parts]);
        Assert.SkipUnless(File.Exists(path), $"ATTEND_CHECKOUTS names no folder with {string.Join('/', parts)}");
        return path!;
    }

    private static string FindRoot([CallerFilePath] string here = "") => System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", ".."));
}
