using Attend.Training;

namespace Attend.Tests.Unit;

public sealed class RunFolderTests
{
    [Fact]
    public void ARunThatIsBeingWrittenIsNotReplaced()
    {
        using var folder = new TemporaryFolder();
        var (path, log) = (folder.File("run"), folder.File("run/log.jsonl"));
        using (new RunFolder(path))
        {
            File.WriteAllText(log, "kept");
            Assert.Contains("another process", Assert.Throws<IOException>(() => RunFolder.Clear(path)).Message);
            Assert.True(File.Exists(log));
        }
        RunFolder.Clear(path);
        Assert.Empty(Directory.GetFileSystemEntries(path));
    }
}
