using System.Security.Cryptography;

namespace Attend.Text.Data;

/// <summary>A fingerprint of a data file, so that a run can say what it was trained on.</summary>
public static class DatasetHash
{
    /// <summary>SHA-256 of the bytes of the file as they lie on the disk: 64 lower-case hexadecimal digits, as sha256sum prints.</summary>
    /// <exception cref="DataFileException">The file cannot be opened.</exception>
    public static string Of(string path)
    {
        using var stream = DataFile.OpenRaw(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
