namespace Attend.Text.Data;

/// <summary>Names of columns and files in error messages.</summary>
internal static class Names
{
    private const int LongestShown = 40;
    private const int MostShown = 20;

    /// <summary>A name in quotes, cut where it is longer than a name should be.</summary>
    public static string Quote(string name) => name.Length <= LongestShown ? $"'{name}'" : $"'{name[..LongestShown]}...'";

    /// <summary>Names in quotes, with commas; the first of them where there are very many.</summary>
    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostShown).Select(Quote)) + (names.Count > MostShown ? $" and {names.Count - MostShown} more" : "");

    /// <summary>" Did you mean 'x'?" where one of the known names is close to the one given, else nothing.</summary>
    public static string Suggestion(string name, IReadOnlyList<string> known)
    {
        if (name.Length > LongestShown) return "";
        var nearest = known.Where(candidate => candidate.Length is > 0 and <= LongestShown)
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(candidate => candidate.Distance <= Math.Max(2, name.Length / 3) && candidate.Distance < name.Length)
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
        return nearest is null ? "" : $" Did you mean {Quote(nearest)}?";
    }

    // Optimal string alignment: insertions, deletions, replacements, and neighbours that changed places.
    private static int Distance(string a, string b)
    {
        var distance = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) distance[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) distance[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var best = Math.Min(Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1, distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = Math.Min(best, distance[i - 2, j - 2] + 1);
                distance[i, j] = best;
            }
        }
        return distance[a.Length, b.Length];
    }
}
