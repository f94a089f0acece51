using System.Text;
using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Lines of a UTF-8 file, which end at line feeds alone: other line separators are tokens.</summary>
internal static class TextLines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="DataFileException">The file is too large, or a line is not UTF-8.</exception>
    public static List<string> Read(string path)
    {
        ReadOnlySpan<byte> rest = HostileFiles.Read(path);
        if (rest.StartsWith(System.Text.Encoding.UTF8.Preamble)) rest = rest[3..];
        var lines = new List<string>();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            try
            {
                lines.Add(Strict.GetString(line));
            }
            catch (DecoderFallbackException fault)
            {
                throw new DataFileException(path, lines.Count + 1, "not UTF-8; save the vocabulary as UTF-8", fault);
            }
        }
        return lines;
    }
}
