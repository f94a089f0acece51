using System.Runtime.InteropServices;
using TorchSharp;

namespace Attend.Runtime;

/// <summary>What was loaded, and how.</summary>
internal sealed record NativeLoad(nint Libtorch, string LibtorchPath, string BindingPath, bool IsWeakenedCopy);

/// <summary>
/// Loads libtorch and LibTorchSharp. On Linux it does so itself, before TorchSharp would: LibTorchSharp 0.107 asks for a libstdc++ newer
/// than that of Debian 12 and Ubuntu 22.04 (GLIBCXX_3.4.32) although it calls nothing of that version, and TorchSharp's own message then
/// blames a missing package.
/// </summary>
internal static class NativeLoader
{
    /// <summary>The one version that LibTorchSharp names without using it.</summary>
    internal const string UnusedVersion = "GLIBCXX_3.4.32";

    // In the order of their dependencies; the CUDA parts are absent from a CPU build.
    private static readonly string[] LinuxLibraries = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    /// <exception cref="EngineException">A library is absent or does not load.</exception>
    public static NativeLoad Load()
    {
        var folders = NativeFolders.All();
        string binding = NativeFolders.Find(NativeFolders.FileName("LibTorchSharp"), folders)
            ?? throw LoadFailure.Absent("LibTorchSharp", folders);
        return OperatingSystem.IsLinux() ? LoadOnLinux(binding, folders) : LoadByTorchSharp(binding, folders);
    }

    private static NativeLoad LoadByTorchSharp(string binding, IReadOnlyList<string> folders)
    {
        string path = NativeFolders.Find(NativeFolders.FileName("torch_cpu"), folders) ?? throw LoadFailure.Absent("torch_cpu", folders);
        StartTorchSharp(path);
        NativeLibrary.TryLoad(path, out nint libtorch);
        return new NativeLoad(libtorch, path, binding, IsWeakenedCopy: false);
    }

    private static NativeLoad LoadOnLinux(string binding, IReadOnlyList<string> folders)
    {
        // First libtorch: 0.2 s that a failed load of LibTorchSharp would spend and throw away.
        nint libtorch = 0;
        string libtorchPath = "libtorch_cpu.so";
        foreach (var name in LinuxLibraries)
        {
            bool isOptional = name.Contains("cuda", StringComparison.Ordinal);
            string? path = NativeFolders.Find(name, folders);
            if (path is null && isOptional) continue;
            // A libtorch that is not ours, for example PyTorch's: by its bare name, where LD_LIBRARY_PATH or the system says.
            nint handle = path is null ? LoadByName(name, folders) : LoadFile(path);
            if (name == "libtorch_cpu.so") (libtorch, libtorchPath) = (handle, path ?? name);
        }
        if (NativeLibrary.TryLoad(binding, out _))
        {
            StartTorchSharp(binding);
            return new NativeLoad(libtorch, libtorchPath, binding, IsWeakenedCopy: false);
        }
        string error = LoadError(binding);
        if (!error.Contains(UnusedVersion, StringComparison.Ordinal)) throw LoadFailure.Explain(binding, error);
        var (copy, copyPath) = LoadWeakened(binding, PrivateCopy.CacheFolders());
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == "LibTorchSharp" ? copy : 0);
        }
        catch (InvalidOperationException)
        {
            // The host has set a resolver of its own. The loader still finds the copy: it bears the name asked for.
        }
        StartTorchSharp(copyPath);
        return new NativeLoad(libtorch, libtorchPath, copyPath, IsWeakenedCopy: true);
    }

    /// <summary>Loads a copy of LibTorchSharp without the unused need, from the first folder that takes it.</summary>
    internal static (nint Handle, string Path) LoadWeakened(string binding, IReadOnlyList<string> cacheFolders)
    {
        byte[] image = File.ReadAllBytes(binding);
        try
        {
            new ElfVersionNeeds(image).Weaken(UnusedVersion);
        }
        catch (InvalidDataException damage)
        {
            throw new EngineException(
                $"The system's libstdc++ is too old for {binding} (it asks for {UnusedVersion}), and the need cannot be lifted: {damage.Message}.",
                "Restore the packages again (dotnet restore --force), or use a system with GCC 13's libstdc++ or newer (Debian 13, Ubuntu 24.04).", damage);
        }
        var failures = new List<string>();
        foreach (var folder in cacheFolders)
        {
            string path;
            try
            {
                path = PrivateCopy.Place(image, folder, "libLibTorchSharp", ".so");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                failures.Add($"{folder}: {failure.Message.TrimEnd('.')}");
                continue;
            }
            if (NativeLibrary.TryLoad(path, out nint handle)) return (handle, path);
            failures.Add(LoadError(path));
        }
        throw new EngineException(
            $"LibTorchSharp needs a private copy on this system (libstdc++ without {UnusedVersion}), and no cache folder takes one: {string.Join("; ", failures)}.",
            "Set HOME, XDG_DATA_HOME or TMPDIR to a folder that this user can write and that is not mounted noexec.");
    }

    private static nint LoadFile(string path) => NativeLibrary.TryLoad(path, out nint handle) ? handle : throw LoadFailure.Explain(path, LoadError(path));

    private static nint LoadByName(string name, IReadOnlyList<string> folders) =>
        NativeLibrary.TryLoad(name, out nint handle) ? handle : throw LoadFailure.Absent(name, folders);

    /// <summary>The loader's own words on why a file does not load.</summary>
    private static string LoadError(string path)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return "it loads now";
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            // .NET puts a general hint on the first line and dlerror's text on the following ones.
            var lines = failure.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return lines.Length > 1 ? string.Join(" ", lines[1..]) : failure.Message;
        }
    }

    private static void StartTorchSharp(string path)
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception failure) when (failure is NotSupportedException or DllNotFoundException or TypeInitializationException)
        {
            throw LoadFailure.Explain(path, failure.Message, failure);
        }
    }
}
