using static TorchSharp.torch;

namespace Attend.Runtime;

/// <summary>Loops of our own over rows of tensors in ordinary memory, on as many threads as the engine has.</summary>
internal static class RowLoop
{
    // Below so many multiplications a second thread costs more than it brings.
    private const long SmallWork = 500_000;

    // More pieces than threads: a thread that is held up by other programs holds up no other.
    private const int PiecesPerThread = 4;

    /// <summary>Does something for each row.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="workPerRow">Multiplications it takes, roughly.</param>
    /// <param name="work">Given the row; called on several threads.</param>
    public static void Run(int rows, long workPerRow, Action<int> work)
    {
        var threads = rows * workPerRow < SmallWork ? 1 : get_num_threads();
        if (threads == 1)
        {
            for (var row = 0; row < rows; row++) work(row);
            return;
        }
        var pieces = Math.Min(rows, threads * PiecesPerThread);
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece =>
        {
            var end = (int)((long)rows * (piece + 1) / pieces);
            for (var row = (int)((long)rows * piece / pieces); row < end; row++) work(row);
        });
    }

    /// <summary>Where a tensor's numbers begin; they do not move while it lives.</summary>
    /// <param name="tensor">On the CPU, contiguous, not empty.</param>
    public static unsafe nint Address(Tensor tensor)
    {
        fixed (byte* start = tensor.bytes) return (nint)start;
    }
}
