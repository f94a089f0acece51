namespace Attend.Checkpoints;

/// <summary>Writes a file so that its path always holds either all of the old content or all of the new.</summary>
/// <remarks>
/// The content goes to a hidden temporary file in the same folder, is forced to the disk, and takes the target's name in one step.
/// A process that is killed leaves the target as it was, and the temporary file (<c>.name.*.tmp</c>) behind, which may be deleted.
/// A target that is a symbolic link is replaced, what it points to is not touched.
/// </remarks>
public static class AtomicFile
{
    /// <summary>Writes or replaces a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content; it may close the stream. Where it throws, the target stays as it was.</param>
    /// <exception cref="IOException">The disk is full or fails; the message names the file and what to do. The target is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target)) throw new IOException($"{path}: cannot be written as a file, a folder has this name. Choose another name.");
        Durable.RequireParent(path, target);
        var temporary = Durable.TemporaryName(target);
        Durable.Run(path, "the previous content is kept", () =>
        {
            bool closedByWriter;
            using (var stream = Durable.Create(path, () => Create(temporary, target)))
            {
                write(stream);
                closedByWriter = !stream.CanWrite;
                if (!closedByWriter) stream.Flush(flushToDisk: true);
            }
            if (closedByWriter) Durable.FlushFile(temporary);
            File.Move(temporary, target, overwrite: true);
            Durable.FlushFolder(Path.GetDirectoryName(target)!);
        }, cleanUp: () => File.Delete(temporary));
    }

    // A replaced file keeps its permissions: one that only its owner may read does not become readable to all. The second step undoes the process mask.
    private static FileStream Create(string temporary, string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows() && File.Exists(target)) options.UnixCreateMode = File.GetUnixFileMode(target);
        var stream = new FileStream(temporary, options);
        if (!OperatingSystem.IsWindows() && options.UnixCreateMode is { } mode) File.SetUnixFileMode(stream.SafeFileHandle, mode);
        return stream;
    }
}
