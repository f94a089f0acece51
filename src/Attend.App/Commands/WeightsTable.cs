using System.Globalization;
using Attend.Checkpoints;
using Attend.Runtime;

namespace Attend.App.Commands;

/// <summary>One tensor of <c>attend info --weights</c>.</summary>
internal sealed record WeightsRow(string Name, string Dtype, long[] Shape, double Norm, long NanCount, long InfiniteCount);

/// <summary>Every tensor of a checkpoint, measured.</summary>
internal static class WeightsTable
{
    public static WeightsRow[] Read(WeightsSource weights)
    {
        Engine.Start();
        return [.. weights.Entries.Select(entry =>
        {
            var statistics = TensorStatistics.Of(weights, entry.Key);
            return new WeightsRow(entry.Key, entry.Value.DtypeName, entry.Value.Shape, statistics.Norm, statistics.NanCount, statistics.InfiniteCount);
        })];
    }

    public static void Show(WeightsSource weights, WeightsRow[] rows, FileHash[] files)
    {
        Output.WriteColumns(Console.Out, rows.Select(row => new[] { row.Name, row.Dtype, $"[{string.Join(", ", row.Shape)}]", row.Norm.ToString("G6", CultureInfo.InvariantCulture), Fault(row) })
            .Prepend(["name", "type", "shape", "norm", ""]));
        Console.Out.WriteLine();
        Output.WriteColumns(Console.Out,
        [
            .. files.Select(file => new[] { "file", $"{file.Path} (sha256 {file.Sha256}{Verdict(file)})" }),
            ["types", string.Join(", ", rows.GroupBy(row => row.Dtype).Select(group => $"{group.Key} {group.Count()}"))],
            ["bytes", weights.Entries.Values.Sum(entry => entry.ByteCount).ToString("N0", CultureInfo.InvariantCulture)],
            ["not finite", $"{rows.Sum(row => row.NanCount)} NaN, {rows.Sum(row => row.InfiniteCount)} infinite"],
            .. weights.OtherKeys.Count == 0 ? Array.Empty<string[]>() : [["no tensors", string.Join(", ", weights.OtherKeys)]],
        ]);
    }

    private static string Verdict(FileHash file) =>
        file.Published is null ? "" : file.IsWrong ? $"; WRONG: it was published as {file.Published}. Fetch it again" : ", as published";

    private static string Fault(WeightsRow row) => (row.NanCount, row.InfiniteCount) switch
    {
        (0, 0) => "",
        var (nan, infinite) => $"{nan} NaN, {infinite} infinite",
    };
}
