using System.Collections.Concurrent;

namespace Attend.Text.Tokenizers;

/// <summary>Many texts at once, on all cores. Results are those of encoding one by one.</summary>
public static class TokenizerBatch
{
    // Texts that one thread takes at a time: enough that taking is cheap, few enough that all have something to do.
    private const int Portion = 64;

    private static readonly EncodeOptions Defaults = new();

    /// <summary>Encodes texts; result n belongs to text n.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Asked between texts.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Encoding[] EncodeBatch(this ITokenizer tokenizer, IReadOnlyList<string> texts, EncodeOptions? options = null, CancellationToken cancellationToken = default)
        => Run(texts.Count, options, (index, each) => tokenizer.Encode(texts[index], null, each), cancellationToken);

    /// <summary>Encodes pairs; result n belongs to pair n.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="pairs">First and second text.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Asked between pairs.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Encoding[] EncodeBatch(this ITokenizer tokenizer, IReadOnlyList<(string Text, string? Pair)> pairs, EncodeOptions? options = null, CancellationToken cancellationToken = default)
        => Run(pairs.Count, options, (index, each) => tokenizer.Encode(pairs[index].Text, pairs[index].Pair, each), cancellationToken);

    private static Encoding[] Run(int count, EncodeOptions? options, Func<int, EncodeOptions, Encoding> encode, CancellationToken cancellationToken)
    {
        var each = options is null ? Defaults : options with { Padding = null };
        var encodings = new Encoding[count];
        cancellationToken.ThrowIfCancellationRequested();
        if (count == 0) return encodings;
        try
        {
            // More threads than processors would only need more buffers.
            Parallel.ForEach(Partitioner.Create(0, count, Portion), new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, range =>
            {
                for (var index = range.Item1; index < range.Item2; index++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    encodings[index] = encode(index, each);
                }
            });
        }
        catch (AggregateException several)
        {
            // What one text would have thrown alone.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return options?.Padding is { } padding ? [.. padding.Apply(encodings)] : encodings;
    }
}
