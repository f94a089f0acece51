namespace Attend.Runtime;

/// <summary>Turns what the system's loader says into a cause and a remedy.</summary>
internal static class LoadFailure
{
    internal static readonly string[] SupportedRids = ["linux-x64", "win-x64", "osx-arm64"];

    /// <summary>A library lies in none of the folders.</summary>
    public static EngineException Absent(string library, IReadOnlyList<string> folders)
    {
        string rid = NativeFolders.Rid;
        if (!SupportedRids.Contains(rid))
        {
            return new EngineException($"There is no libtorch package for this system ({rid}).",
                $"Run on one of {string.Join(", ", SupportedRids)}{(rid.Contains("musl", StringComparison.Ordinal) ? "; on Alpine take an image with glibc, such as Debian's" : "")}.");
        }
        var others = OtherRids();
        if (others.Length > 0)
        {
            return new EngineException($"This program brings libtorch for {string.Join(", ", others)}, but it runs on {rid}.",
                $"Build it for this system: dotnet publish -r {rid}.");
        }
        return new EngineException($"{library} was not found; searched: {string.Join(", ", folders)}.",
            $"Reference the package libtorch-cpu-{rid} in the executable's project, or, for a libtorch already on the machine, name its lib folder in LD_LIBRARY_PATH.");
    }

    /// <summary>A library that is there does not load; <paramref name="error"/> is the loader's text.</summary>
    public static EngineException Explain(string path, string error, Exception? inner = null)
    {
        string remedy = error switch
        {
            _ when Says("GLIBCXX_") || Says("CXXABI_") =>
                "The system's libstdc++ is too old: use Debian 12, Ubuntu 22.04 or newer, or put a newer libstdc++.so.6 first in LD_LIBRARY_PATH.",
            _ when Says("GLIBC_") => "The system's C library is too old: use Debian 12, Ubuntu 22.04 or newer.",
            _ when Says("libgomp") => "libgomp comes with the libtorch package: restore it again (dotnet restore --force), and publish all files of runtimes/<rid>/native.",
            _ when Says("libstdc++.so") => "Install the C++ runtime (Debian and Ubuntu: apt-get install libstdc++6).",
            _ when Says("cuda") || Says("cudnn") || Says("cublas") => "A CUDA library is missing: publish all files of the CUDA packages, or build with -p:Torch=cpu.",
            _ when Says("cannot open shared object file") => "A library that it depends on is missing: restore the packages again (dotnet restore --force).",
            _ when Says("failed to map segment") => "The folder may be mounted noexec, or memory is short.",
            _ when Says("file too short") || Says("invalid ELF header") || Says("cannot read file data") =>
                "The file is damaged: delete its package from the NuGet cache and restore again.",
            _ => "Run `attend doctor` for what the engine finds on this system.",
        };
        return new EngineException($"{path} does not load: {error.TrimEnd('.')}.", remedy, inner);

        bool Says(string part) => error.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    private static string[] OtherRids()
    {
        string runtimes = Path.Combine(AppContext.BaseDirectory, "runtimes");
        if (!Directory.Exists(runtimes)) return [];
        return Directory.EnumerateDirectories(runtimes)
            .Where(folder => Directory.Exists(Path.Combine(folder, "native")) && Directory.EnumerateFiles(Path.Combine(folder, "native"), "*torch_cpu.*").Any())
            .Select(folder => Path.GetFileName(folder)).Where(rid => rid != NativeFolders.Rid).Order(StringComparer.Ordinal).ToArray();
    }
}
