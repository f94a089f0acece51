using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WritesEverythingOrNothing()
    {
        var path = _folder.File("model");
        AtomicFolder.Write(path, temporary =>
        {
            Assert.False(Directory.Exists(path));
            Assert.Equal(_folder.Root, Path.GetDirectoryName(temporary));
            File.WriteAllText(Path.Combine(temporary, "config.json"), "{}");
            File.WriteAllText(Path.Combine(temporary, ".hidden"), "h");
            Directory.CreateDirectory(Path.Combine(temporary, "deep", "er"));
            File.WriteAllText(Path.Combine(temporary, "deep", "er", "x"), "x");
            File.SetAttributes(Path.Combine(temporary, "deep", "er", "x"), FileAttributes.ReadOnly);
            if (!OperatingSystem.IsWindows()) File.CreateSymbolicLink(Path.Combine(temporary, "dangling"), "nowhere");
        });
        Assert.Equal(["model"], _folder.Names);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(path, "config.json")));
        Assert.Equal("h", File.ReadAllText(Path.Combine(path, ".hidden")));
        Assert.Equal("x", File.ReadAllText(Path.Combine(path, "deep", "er", "x")));
        File.SetAttributes(Path.Combine(path, "deep", "er", "x"), FileAttributes.Normal);
    }

    [Fact]
    public void ATrailingSeparatorIsNoMatter()
    {
        AtomicFolder.Write(_folder.File("model") + Path.DirectorySeparatorChar, temporary => File.WriteAllText(Path.Combine(temporary, "x"), "x"));
        Assert.True(File.Exists(_folder.File("model/x")));
    }

    [Fact]
    public void AnExistingFolderOrFileIsNotTouched()
    {
        Directory.CreateDirectory(_folder.File("model"));
        File.WriteAllText(_folder.File("file"), "old");
        foreach (var name in new[] { "model", "file" })
        {
            var refused = Assert.Throws<IOException>(() => AtomicFolder.Write(_folder.File(name), _ => Assert.Fail("the writer must not run")));
            Assert.Contains("already exists and is not overwritten", refused.Message);
        }
        Assert.Equal(["file", "model"], _folder.Names);
        Assert.Equal("old", File.ReadAllText(_folder.File("file")));
    }

    [Fact]
    public void ATargetThatAppearsMeanwhileIsNotOverwritten()
    {
        var path = _folder.File("model");
        Assert.ThrowsAny<IOException>(() => AtomicFolder.Write(path, temporary =>
        {
            File.WriteAllText(Path.Combine(temporary, "x"), "ours");
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Combine(path, "x"), "theirs");
        }));
        Assert.Equal("theirs", File.ReadAllText(Path.Combine(path, "x")));
        Assert.Equal(["model"], _folder.Names);
    }

    [Fact]
    public void AFailingWriterLeavesNothing()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.Write(_folder.File("model"), temporary =>
        {
            File.WriteAllText(Path.Combine(temporary, "x"), "x");
            throw new InvalidOperationException();
        }));
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void AMissingParentIsTold()
    {
        var missing = Assert.Throws<DirectoryNotFoundException>(() => AtomicFolder.Write(_folder.File("no/model"), _ => { }));
        Assert.Contains("Create it first", missing.Message);
    }

    [Fact]
    public void AFullDiskLeavesNothingAndSaysWhatToDo()
    {
        using var disk = new TinyDisk();
        var full = Assert.Throws<IOException>(() => AtomicFolder.Write(disk.File("model"), temporary => File.WriteAllBytes(Path.Combine(temporary, "x"), new byte[2 << 20])));
        Assert.StartsWith($"{disk.File("model")}: the disk (or the quota) is full; nothing was kept", full.Message);
        Assert.Empty(disk.Names);
    }
}
