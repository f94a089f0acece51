using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Attend.Tests.Property;

/// <summary>Opens damaged files, which must be taken or refused by an exception of our own: never by another one, never with more memory or time than the file's own measure.</summary>
/// <remarks>Findings of old, then a fixed seed and number of files in the suite; ATTEND_FUZZ_SECONDS=600 runs each test that long, with ever new seeds, and writes attend-fuzz.log into the temporary folder.</remarks>
internal sealed class Fuzzing
{
    /// <summary>Files in the suite.</summary>
    public int Rounds { get; init; } = 500;

    /// <summary>What opening any small file may allocate, in bytes.</summary>
    public required long MostAllocated { get; init; }

    /// <summary>Whether an exception says that a file is refused.</summary>
    public required Func<Exception, bool> IsRefusal { get; init; }

    /// <param name="seeds">Sound files.</param>
    /// <param name="pieces">Of the format, to be strewn in.</param>
    /// <param name="open">Opens a file, and uses what is in it.</param>
    /// <param name="test">Name of the test.</param>
    public void Run(byte[][] seeds, byte[][] pieces, Action<byte[]> open, [CallerMemberName] string test = "")
        => Run(
            seed =>
            {
                var mutator = new Mutator(seed, pieces);
                return round => mutator.Damage(seeds[round % seeds.Length]);
            },
            open,
            test);

    /// <param name="damage">Of a seed, makes what gives a damaged file for each round.</param>
    /// <param name="open">Opens a file, and uses what is in it.</param>
    /// <param name="test">Name of the test.</param>
    public void Run(Func<int, Func<int, byte[]>> damage, Action<byte[]> open, [CallerMemberName] string test = "")
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("ATTEND_FUZZ_SECONDS") ?? "0", CultureInfo.InvariantCulture);
        var seed = seconds > 0 ? (int)(Stopwatch.GetTimestamp() & 0xFFFFFF) : 20240301;
        var next = damage(seed);
        var started = Stopwatch.GetTimestamp();
        var (taken, refused, most, slowest) = (0, 0, 0L, 0.0);
        foreach (var finding in Findings(test)) Try(File.ReadAllBytes(finding), _ => finding);
        (taken, refused) = (0, 0);
        for (var round = 0; round < Rounds || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; round++) Try(next(round), bytes => $"seed {seed}, round {round}: {Keep(bytes)}");
        if (seconds > 0)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{test} seed {seed}: {taken} taken, {refused} refused in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s; at most {most / 1e6:0.0} MB and {slowest:0.00} s for one");
            TestContext.Current.SendDiagnosticMessage(line);
            File.AppendAllText(Path.Combine(Path.GetTempPath(), "attend-fuzz.log"), line + "\n");
        }
        Assert.True(taken > 0 && refused > 0, $"{taken} taken, {refused} refused");

        void Try(byte[] bytes, Func<byte[], string> where)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            try
            {
                open(bytes);
                taken++;
            }
            catch (Exception exception) when (IsRefusal(exception))
            {
                refused++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(where(bytes), exception);
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            (most, slowest) = (Math.Max(most, allocated), Math.Max(slowest, took));
            if (allocated > MostAllocated || took > 60)
                throw new InvalidOperationException($"{allocated} bytes allocated and {took:0} s taken for a file of {bytes.Length}: {where(bytes)}");
        }
    }

    /// <summary>What was found once: files in Property/Findings, in a folder of the test's name.</summary>
    private static string[] Findings(string test)
    {
        var folder = Repository.Path("tests", "Attend.Tests", "Property", "Findings", test);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)] : [];
    }

    private static string Keep(byte[] bytes)
    {
        var path = Path.Combine(Path.GetTempPath(), $"attend-fuzz-{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
