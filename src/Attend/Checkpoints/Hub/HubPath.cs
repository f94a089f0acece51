using System.Text;

namespace Attend.Checkpoints;

/// <summary>Which names of files a hub may ask us to write. The rule is the same on every system, so that a cache can move between them.</summary>
internal static class HubPath
{
    private const int LongestName = 255;

    private static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM\u00b9", "COM\u00b2", "COM\u00b3", "LPT\u00b9", "LPT\u00b2", "LPT\u00b3",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>What forbids a relative path with '/' between its parts; null where it stays below the folder it is joined to.</summary>
    public static string? Problem(string path) => path.Split('/').Select(PartProblem).FirstOrDefault(problem => problem is not null);

    /// <summary>The path of a file below a folder.</summary>
    /// <exception cref="HubException">The name would lead out of the folder, or cannot be a file's name everywhere.</exception>
    public static string Below(string folder, string name)
    {
        if (Problem(name) is { } problem)
            throw new HubException($"the hub names a file {CheckpointException.Quote(name)}, which is refused: {problem}. Nothing was written. Do not trust this repository; leave the file out by --exclude if you must.");
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(Path.Combine([root, .. name.Split('/')]));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : throw new HubException($"the hub names a file {CheckpointException.Quote(name)}, which leads out of the cache");
    }

    /// <summary>Refuses names that would be one file where case is ignored, or a file and a folder at once.</summary>
    public static void RequireDistinct(IEnumerable<string> names)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
            if (!seen.TryAdd(name, name)) throw new HubException($"the hub names both {CheckpointException.Quote(seen[name])} and {CheckpointException.Quote(name)}, which are one file on systems that ignore case. Leave one out by --exclude.");
        foreach (var name in seen.Keys)
            for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
                if (seen.TryGetValue(name[..slash], out var file)) throw new HubException($"the hub names {CheckpointException.Quote(file)} as a file and as the folder of {CheckpointException.Quote(name)}. Leave one out by --exclude.");
    }

    private static string? PartProblem(string part)
    {
        if (part.Length == 0) return "a part of the path is empty, or the path is absolute";
        if (part is "." or "..") return $"'{part}' walks through folders";
        if (part.IndexOfAny(['\\', ':', '*', '?', '"', '<', '>', '|']) >= 0) return "a character is not allowed in file names (one of \\ : * ? \" < > |)";
        if (part.Any(char.IsControl)) return "it holds a control character";
        if (part[^1] is '.' or ' ') return "a part of the path ends with a dot or a space";
        if (!part.IsWholeUnicode()) return "it is not valid Unicode";
        if (Encoding.UTF8.GetByteCount(part) > LongestName) return $"a part of the path is longer than {LongestName} bytes";
        return Devices.Contains(part.Split('.')[0].TrimEnd()) ? "it is the name of a device on Windows" : null;
    }

    private static bool IsWholeUnicode(this string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i]))) return false;
        return true;
    }
}
