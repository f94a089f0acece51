using System.Collections.Immutable;

namespace Attend.Text.Data;

/// <summary>Columns that are read beside those a task needs, so that figures can be sliced by them.</summary>
internal sealed class KeptColumns
{
    /// <summary>What a row keeps where nothing is asked for.</summary>
    public static readonly IReadOnlyDictionary<string, string> None = ImmutableDictionary<string, string>.Empty;

    private readonly string[] _names;
    private readonly int _first;

    /// <param name="table">The table.</param>
    /// <param name="names">Names or numbers of the columns.</param>
    /// <param name="needed">Columns that the task itself needs; they come first in <see cref="All"/>.</param>
    public KeptColumns(TableFile table, IReadOnlyList<string> names, params int[] needed)
    {
        _first = needed.Length;
        int[] kept = [.. names.Select(table.Find)];
        _names = [.. kept.Select(column => table.Columns[column])];
        All = [.. needed, .. kept];
    }

    /// <summary>All columns to read.</summary>
    public int[] All { get; }

    /// <summary>The kept values of a row; several are put together with commas.</summary>
    public IReadOnlyDictionary<string, string> Of(TableRow row)
    {
        if (_names.Length == 0) return None;
        var values = new Dictionary<string, string>(_names.Length, StringComparer.Ordinal);
        for (var i = 0; i < _names.Length; i++) values[_names[i]] = string.Join(", ", row.Values(_first + i));
        return values;
    }
}
