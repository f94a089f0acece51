using System.IO.Compression;
using System.Text;

namespace Attend.Tests.Unit;

/// <summary>A temporary folder for files of one test.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("attend-data-");

    public string Root => _directory.FullName;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>Writes UTF-8 without a byte order mark, gzipped where the name says so.</summary>
    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(Path(name), name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(content) : content);
        return Path(name);
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
