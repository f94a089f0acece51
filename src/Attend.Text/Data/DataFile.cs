using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.GZip;

namespace Attend.Text.Data;

/// <summary>Opens data files, gzipped or not, and turns what can go wrong on the way into <see cref="DataFileException"/>.</summary>
internal static class DataFile
{
    private const string GzipExtension = ".gz";

    public static bool IsGzipped(string path) => path.EndsWith(GzipExtension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The extension that tells the format, in lower case, with the dot and without ".gz".</summary>
    public static string Extension(string path) =>
        Path.GetExtension(IsGzipped(path) ? path[..^GzipExtension.Length] : path).ToLowerInvariant();

    /// <summary>The bytes of the file as they lie on the disk.</summary>
    public static FileStream OpenRaw(string path)
    {
        if (Directory.Exists(path)) throw new DataFileException(path, null, "is a directory; name one file in it.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataFileException(path, null, "no such file.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new DataFileException(path, null, $"cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>The content of the file, unpacked where it is gzipped. Reading may throw what <see cref="IsDamage"/> knows.</summary>
    /// <remarks>Not GZipStream: it takes a file that was cut short for a complete one, so that the last examples would be lost unseen.</remarks>
    public static Stream OpenContent(string path) => Unpack(OpenRaw(path), path);

    /// <summary>The content of an open file, unpacked where its name says that it is gzipped.</summary>
    public static Stream Unpack(Stream raw, string path) => IsGzipped(path) ? new GZipInputStream(raw, 1 << 16) : raw;

    /// <summary>The content of a text file, checked to be UTF-8.</summary>
    public static Utf8Stream OpenText(string path) => new(OpenContent(path), path);

    public static bool IsDamage(Exception exception) => exception is SharpZipBaseException or IOException;

    public static DataFileException Damaged(string path, long? line, Exception cause) => new(path, line, cause switch
    {
        _ when !IsGzipped(path) => $"cannot be read: {cause.Message}",
        EndOfStreamException => "the gzip data ends too early: the file was cut short. Copy or download it again.",
        _ => $"is not sound gzip data ({cause.Message}). Copy it again, or drop .gz from the name of a file that is not gzipped.",
    }, cause);
}
