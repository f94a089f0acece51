namespace Attend.Text.Tokenizers.Training;

/// <summary>Adds the words of one text to a table.</summary>
internal delegate void WordSplitter(string text, WordCounts counts);

/// <summary>Counts the words of a stream of texts on all cores.</summary>
internal static class WordCounting
{
    private const int CharactersPerBlock = 1 << 18;

    /// <summary>Counts the words; the same texts give the same table, in the same order, on any number of cores.</summary>
    /// <param name="texts">Read once, by the calling thread.</param>
    /// <param name="createSplitter">Makes a splitter for one block of texts; called on several threads.</param>
    /// <param name="mostDistinct">Most distinct words kept at once.</param>
    /// <param name="cancellationToken">Asked between texts.</param>
    public static WordCounts Count(IEnumerable<string> texts, Func<WordSplitter> createSplitter, int mostDistinct, CancellationToken cancellationToken)
    {
        var total = new WordCounts(mostDistinct);
        var running = new Queue<Task<WordCounts>>();
        var mostRunning = 2 * Environment.ProcessorCount;
        foreach (var block in Blocks(texts, cancellationToken))
        {
            if (running.Count == mostRunning) total.Add(running.Dequeue().GetAwaiter().GetResult());
            running.Enqueue(Task.Run(() => CountBlock(block, createSplitter()), CancellationToken.None));
        }
        while (running.TryDequeue(out var task)) total.Add(task.GetAwaiter().GetResult());
        return total;
    }

    private static WordCounts CountBlock(List<string> block, WordSplitter split)
    {
        var counts = new WordCounts();
        foreach (var text in block) split(text, counts);
        return counts;
    }

    private static IEnumerable<List<string>> Blocks(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var block = new List<string>();
        var characters = 0L;
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            block.Add(text);
            characters += text.Length + 1;
            if (characters < CharactersPerBlock) continue;
            yield return block;
            block = [];
            characters = 0;
        }
        yield return block;
    }
}
