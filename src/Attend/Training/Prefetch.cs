using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Attend.Training;

/// <summary>Makes items on a thread of its own, a few ahead of their use.</summary>
internal static class Prefetch
{
    /// <summary>The same items in the same order; an exception of the maker is thrown where its item would have come.</summary>
    public static IEnumerable<T> Ahead<T>(IEnumerable<T> source, int depth = 4)
    {
        using var queue = new BlockingCollection<T>(depth);
        using var stop = new CancellationTokenSource();
        ExceptionDispatchInfo? fault = null;
        var maker = new Thread(() =>
        {
            try
            {
                foreach (var item in source) queue.Add(item, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown again on the consumer's thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                fault = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                queue.CompleteAdding();
            }
        })
        { IsBackground = true, Name = "attend loader" };
        maker.Start();
        try
        {
            foreach (var item in queue.GetConsumingEnumerable()) yield return item;
            fault?.Throw();
        }
        finally
        {
            stop.Cancel();
            maker.Join();
        }
    }
}
