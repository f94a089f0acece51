namespace Attend.Checkpoints;

/// <summary>Writes a folder of files so that its path either does not exist or holds all of them.</summary>
/// <remarks>A process that is killed leaves only a hidden temporary folder (<c>.name.*.tmp</c>) beside the target, which may be deleted.</remarks>
public static class AtomicFolder
{
    // Hidden files are content too; links are left alone, what they point to is not ours.
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>Writes a new folder.</summary>
    /// <param name="path">The folder; it must not exist, and the folder it lies in must.</param>
    /// <param name="write">Fills the temporary folder whose path it is given. Where it throws, nothing is left behind.</param>
    /// <exception cref="IOException">The target exists, or the disk is full or fails; the message names the folder and what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">The parent folder does not allow writing.</exception>
    public static void Write(string path, Action<string> write)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.Exists(target)) throw new IOException($"{path}: already exists and is not overwritten. Choose another name, or remove it first.");
        var parent = Durable.RequireParent(path, target);
        var temporary = Durable.TemporaryName(target);
        Durable.Run(path, "nothing was kept of the incomplete folder", () =>
        {
            Durable.Create(path, () => Directory.CreateDirectory(temporary));
            write(temporary);
            foreach (var file in Directory.EnumerateFiles(temporary, "*", Everything)) Durable.FlushFile(file);
            foreach (var folder in Directory.EnumerateDirectories(temporary, "*", Everything)) Durable.FlushFolder(folder);
            Durable.FlushFolder(temporary);
            Directory.Move(temporary, target);
            Durable.FlushFolder(parent);
        }, cleanUp: () =>
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        });
    }
}
