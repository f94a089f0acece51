using System.Diagnostics;
using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WritesANewFileAndReplacesAnOldOne()
    {
        var path = _folder.File("a.txt");
        AtomicFile.Write(path, stream => stream.Write("one"u8));
        Assert.Equal("one", File.ReadAllText(path));
        AtomicFile.Write(path, stream => stream.Write("2"u8));
        Assert.Equal("2", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void TheOldContentIsThereUntilTheNewIsWhole()
    {
        var path = _folder.File("a.txt");
        File.WriteAllText(path, "old");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void AReaderKeepsTheFileItOpened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace a file that is open");
        var path = _folder.File("a.txt");
        File.WriteAllText(path, "old");
        using var reader = new StreamReader(path);
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.Equal("old", reader.ReadToEnd());
    }

    [Fact]
    public void AFailingWriterChangesNothing()
    {
        var path = _folder.File("a.txt");
        File.WriteAllText(path, "old");
        var thrown = Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException("stop");
        }));
        Assert.Equal("stop", thrown.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Fact]
    public void TheWriterMayCloseTheStream()
    {
        var path = _folder.File("a.txt");
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream);
            writer.Write("text");
        });
        Assert.Equal("text", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.Names);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.UserRead)]
    public void AReplacedFileKeepsItsPermissions(UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions");
        if (OperatingSystem.IsWindows()) return;
        var path = _folder.File("a.txt");
        File.WriteAllText(path, "old");
        File.SetUnixFileMode(path, mode);
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void ALinkIsReplacedNotItsTarget()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right on Windows");
        File.WriteAllText(_folder.File("target"), "shared");
        File.CreateSymbolicLink(_folder.File("link"), "target");
        AtomicFile.Write(_folder.File("link"), stream => stream.Write("own"u8));
        Assert.Equal("shared", File.ReadAllText(_folder.File("target")));
        Assert.Null(new FileInfo(_folder.File("link")).LinkTarget);
        Assert.Equal("own", File.ReadAllText(_folder.File("link")));
    }

    [Fact]
    public void LongNamesWork()
    {
        var path = _folder.File(new string('模', 80));
        AtomicFile.Write(path, stream => stream.Write("x"u8));
        Assert.Equal("x", File.ReadAllText(path));
    }

    [Fact]
    public void AMissingFolderAndAFolderInTheWayAreTold()
    {
        var missing = Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(_folder.File("no/a.txt"), _ => { }));
        Assert.Contains("a.txt: the folder", missing.Message);
        Directory.CreateDirectory(_folder.File("here"));
        Assert.Contains("a folder has this name", Assert.Throws<IOException>(() => AtomicFile.Write(_folder.File("here"), _ => { })).Message);
        Assert.Equal(["here"], _folder.Names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFullDiskKeepsTheOldContentAndSaysWhatToDo(bool inOneGo)
    {
        using var disk = new TinyDisk();
        var path = disk.File("a.bin");
        AtomicFile.Write(path, stream => stream.Write("old"u8));
        var full = Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            if (inOneGo) stream.Write(new byte[2 << 20]);
            else for (var i = 0; i < 2 << 10; i++) stream.Write(new byte[1 << 10]);
        }));
        Assert.StartsWith($"{path}: the disk (or the quota) is full; the previous content is kept. Free space there", full.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.bin"], disk.Names);
    }

    [Fact]
    public void AFullDiskFoundOnlyByTheLastFlushIsFoundToo()
    {
        using var disk = new TinyDisk();
        File.WriteAllBytes(disk.File("ballast"), new byte[(1 << 20) - (8 << 10)]);
        Assert.Throws<IOException>(() => AtomicFile.Write(disk.File("a.bin"), stream => stream.Write(new byte[20 << 10])));
        Assert.Equal(["ballast"], disk.Names);
    }

    [Fact]
    public void AKilledProcessLeavesOneWholeContent()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kill -9 is Unix");
        Assert.SkipWhen(Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet", "needs the tests' own executable");
        var path = _folder.File("a.bin");
        var random = new Random(9);
        for (var round = 0; round < 3; round++)
        {
            var before = File.GetLastWriteTimeUtc(path);
            using var process = Process.Start(KilledWriter.Command(path))!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            while (File.GetLastWriteTimeUtc(path) == before)
            {
                Assert.False(process.HasExited, "the child ended before it was killed");
                Thread.Sleep(1);
            }
            Thread.Sleep(random.Next(20, 80));
            process.Kill();
            process.WaitForExit();
            var content = File.ReadAllBytes(path);
            Assert.Equal(KilledWriter.Length, content.Length);
            Assert.DoesNotContain(content, b => b != content[0]);
            foreach (var name in _folder.Names.Where(name => name != "a.bin"))
            {
                Assert.StartsWith(".a.bin.", name);
                File.Delete(_folder.File(name));
            }
        }
    }
}

/// <summary>The child process of the test above: a test that runs only when asked for, and never ends by itself.</summary>
public sealed class KilledWriter
{
    internal const int Length = 300_000;
    private const string PathVariable = "ATTEND_TEST_KILLED_FILE";

    internal static ProcessStartInfo Command(string path) =>
        new(Environment.ProcessPath!, ["--filter-method", $"{typeof(KilledWriter).FullName}.{nameof(Rewrites)}", "--explicit", "only"])
        {
            RedirectStandardOutput = true,
            Environment = { [PathVariable] = path },
        };

    [Fact(Explicit = true)]
    public void Rewrites()
    {
        var path = Environment.GetEnvironmentVariable(PathVariable);
        Assert.SkipWhen(path is null, "run by another test");
        var content = new byte[Length];
        for (var round = 0; ; round++)
        {
            Array.Fill(content, (byte)round);
            AtomicFile.Write(path, stream =>
            {
                foreach (var part in content.Chunk(10_000)) stream.Write(part);
            });
        }
    }
}
