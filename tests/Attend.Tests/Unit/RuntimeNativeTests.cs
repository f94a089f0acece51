using System.Text;
using Attend.Runtime;

namespace Attend.Tests.Unit;

/// <summary>The private copy of LibTorchSharp: what is changed in it, and how it gets to disk.</summary>
public sealed class RuntimeNativeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OnlyTheFlagOfTheUnusedVersionChanges()
    {
        byte[] original = Binding(), weakened = Binding();
        Assert.True(new ElfVersionNeeds(original).Insists(NativeLoader.UnusedVersion));
        Assert.True(new ElfVersionNeeds(weakened).Weaken(NativeLoader.UnusedVersion));
        Assert.False(new ElfVersionNeeds(weakened).Insists(NativeLoader.UnusedVersion));
        Assert.True(new ElfVersionNeeds(weakened).Insists("GLIBCXX_3.4.30"));
        var changed = Enumerable.Range(0, original.Length).Where(i => original[i] != weakened[i]).ToArray();
        Assert.Equal((0, 2), (original[Assert.Single(changed)], weakened[changed[0]]));
        var again = (byte[])weakened.Clone();
        Assert.True(new ElfVersionNeeds(again).Weaken(NativeLoader.UnusedVersion));
        Assert.Equal(weakened, again);
    }

    [Fact]
    public void AVersionThatIsCalledIsNotWeakened()
    {
        byte[] original = Binding(), image = Binding();
        var error = Assert.Throws<InvalidDataException>(() => { new ElfVersionNeeds(image).Weaken("GLIBCXX_3.4.21"); });
        Assert.Contains("really called", error.Message, StringComparison.Ordinal);
        Assert.False(new ElfVersionNeeds(image).Weaken("GLIBCXX_3.4.3"));
        Assert.Equal(original, image);
    }

    [Fact]
    public void CutFilesAreRefused()
    {
        byte[] image = Binding();
        // The names of the needs lie early in the file, the dynamic segment that leads to them near its end.
        int[] lengths = [0, 1, 4, 63, 64, 65, 120, 600, 4096, .. Enumerable.Range(1, 39).Select(i => image.Length / 50 * i)];
        foreach (int length in lengths)
        {
            var error = Assert.Throws<InvalidDataException>(() => { new ElfVersionNeeds(image.AsSpan(0, length).ToArray()).Weaken(NativeLoader.UnusedVersion); });
            Assert.NotEmpty(error.Message);
        }
        Assert.Throws<InvalidDataException>(() => { _ = new ElfVersionNeeds(Encoding.ASCII.GetBytes(new string('x', 5000))); });
    }

    [Fact]
    public void DamagedFilesNeverReachBeyondTheirBytes()
    {
        byte[] original = Binding();
        var random = new Random(11);
        var image = new byte[original.Length];
        int entry = original.AsSpan().IndexOf(new byte[] { 0xfe, 0xff, 0xff, 0x6f, 0, 0, 0, 0 }), refused = 0;
        for (int round = 0; round < 60; round++)
        {
            original.CopyTo(image, 0);
            // In turn the headers and the dynamic segment's entries around the one that leads to the needs.
            int start = round % 2 == 0 ? 0 : entry - 200;
            for (int i = 0; i < 8; i++) image[start + random.Next(400)] = (byte)random.Next(256);
            try
            {
                new ElfVersionNeeds(image).Weaken(NativeLoader.UnusedVersion);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1, 60);
    }

    [Fact]
    public void ACopyIsKeptRepairedAndOursAlone()
    {
        byte[] content = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];
        string folder = Path.Combine(_folder, "cache", "native");
        string path = PrivateCopy.Place(content, folder, "lib", ".so");
        Assert.Equal(content, File.ReadAllBytes(path));
        var old = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, old);
        Assert.Equal(path, PrivateCopy.Place(content, folder, "lib", ".so"));
        Assert.Equal(old, File.GetLastWriteTimeUtc(path));

        byte[] flipped = (byte[])content.Clone();
        flipped[4321] ^= 1;
        foreach (var damage in new[] { content[..1234], flipped, [] })
        {
            File.WriteAllBytes(path, damage);
            Assert.Equal(path, PrivateCopy.Place(content, folder, "lib", ".so"));
            Assert.Equal(content, File.ReadAllBytes(path));
        }
        Assert.NotEqual(path, PrivateCopy.Place(flipped, folder, "lib", ".so"));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public void ManyWritersAtOnceLeaveOneWholeFile()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        // What a killed writer of an older kind would have left.
        File.WriteAllBytes(PrivateCopy.Place(content, _folder, "lib", ".so"), content[..1000]);
        var paths = new string[32];
        Parallel.For(0, paths.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            paths[i] = PrivateCopy.Place(content, _folder, "lib", ".so");
            Assert.Equal(content, File.ReadAllBytes(paths[i]));
        });
        Assert.Single(paths.Distinct());
        Assert.Equal([paths[0]], Directory.GetFiles(_folder));
    }

    [Fact]
    public void WithoutAFolderToWriteTheCauseNamesEach()
    {
        string file = Path.Combine(_folder, "occupied");
        File.WriteAllText(file, "");
        string binding = Path.Combine(_folder, "binding.so");
        File.WriteAllBytes(binding, Binding());
        string[] folders = [Path.Combine(file, "a"), Path.Combine(file, "b")];
        var error = Assert.Throws<EngineException>(() => NativeLoader.LoadWeakened(binding, folders));
        Assert.All(folders, folder => Assert.Contains(folder, error.Cause, StringComparison.Ordinal));
        Assert.Contains("noexec", error.Remedy, StringComparison.Ordinal);

        File.WriteAllBytes(binding, Binding()[..100_000]);
        Assert.Contains("cannot be lifted", Assert.Throws<EngineException>(() => NativeLoader.LoadWeakened(binding, [_folder])).Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libgomp-98b21ff3.so.1: cannot open shared object file: No such file or directory", "libgomp comes with")]
    [InlineData("libstdc++.so.6: cannot open shared object file: No such file or directory", "libstdc++6")]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by x)", "libstdc++ is too old")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.34' not found (required by x)", "C library is too old")]
    [InlineData("libcudart.so.12: cannot open shared object file: No such file or directory", "CUDA library is missing")]
    [InlineData("/x/libtorch_cpu.so: file too short", "damaged")]
    [InlineData("/x/libtorch_cpu.so: failed to map segment from shared object", "noexec")]
    [InlineData("something new", "attend doctor")]
    public void WhatTheLoaderSaysLeadsToARemedy(string said, string remedy)
    {
        var error = LoadFailure.Explain("/x/libtorch_cpu.so", said);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAbsentLibraryIsSoughtByName()
    {
        Assert.Null(NativeFolders.Find("libabsent.so", NativeFolders.All()));
        var error = LoadFailure.Absent("libabsent.so", [_folder]);
        Assert.SkipUnless(LoadFailure.SupportedRids.Contains(NativeFolders.Rid), $"no libtorch package for {NativeFolders.Rid}");
        Assert.Equal($"libabsent.so was not found; searched: {_folder}.", error.Cause);
        Assert.Contains($"libtorch-cpu-{NativeFolders.Rid}", error.Remedy, StringComparison.Ordinal);
    }

    private static byte[] Binding()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "LibTorchSharp is an ELF file on Linux only");
        return File.ReadAllBytes(NativeFolders.Find("libLibTorchSharp.so", NativeFolders.All())!);
    }
}
