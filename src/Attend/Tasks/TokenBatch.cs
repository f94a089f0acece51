using System.Numerics;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend.Tasks;

/// <summary>Encoded texts padded to one length: the one place where a batch's length is decided.</summary>
public sealed class TokenBatch
{
    private readonly long[] _ids;
    private readonly long[]? _segmentIds;
    private readonly bool[]? _mask;
    private readonly bool[] _isText;

    private TokenBatch(int exampleCount, int seqLength, long[] ids, long[]? segmentIds, bool[]? mask, bool[] isText)
    {
        (ExampleCount, SeqLength, _ids, _segmentIds, _mask, _isText) = (exampleCount, seqLength, ids, segmentIds, mask, isText);
    }

    /// <summary>Number of rows.</summary>
    public int ExampleCount { get; }

    /// <summary>Length of every row in tokens.</summary>
    public int SeqLength { get; }

    /// <summary>Number of tokens, padding not counted.</summary>
    public long TokenCount => _mask?.LongCount(real => real) ?? _ids.LongLength;

    /// <summary>The length to which rows are padded: up to an eighth more than needed, so that a run sees tens of lengths and not hundreds.</summary>
    /// <remarks>For each shape the engine keeps code of its own (about 3 MB for one length and a model's forward and backward pass), and memory freed by one shape seldom fits another.</remarks>
    /// <param name="longest">Length of the longest row, at least 1.</param>
    /// <param name="limit">What is never exceeded unless a row does.</param>
    public static int PaddedLength(int longest, int limit)
    {
        var step = Math.Max(1, 1 << Math.Max(0, BitOperations.Log2((uint)longest) - 3));
        return Math.Max(longest, Math.Min(limit, (longest + step - 1) / step * step));
    }

    /// <summary>Pads encoded texts to one length, see <see cref="PaddedLength"/>.</summary>
    /// <param name="encodings">At least one.</param>
    /// <param name="padId">Fills the rows.</param>
    /// <param name="maxInputTokens">Longest row the model may be given.</param>
    public static TokenBatch Collate(IReadOnlyList<Encoding> encodings, int padId, int maxInputTokens)
    {
        var seq = PaddedLength(encodings.Max(encoding => encoding.Length), maxInputTokens);
        var ids = new long[encodings.Count * seq];
        var hasSegments = encodings.Any(encoding => encoding.SegmentIds.AsSpan().ContainsAnyExcept(0));
        var segmentIds = hasSegments ? new long[ids.Length] : null;
        var mask = encodings.Any(encoding => encoding.Length < seq) ? new bool[ids.Length] : null;
        var isText = new bool[ids.Length];
        for (var row = 0; row < encodings.Count; row++)
        {
            var encoding = encodings[row];
            for (var column = 0; column < seq; column++)
            {
                var inside = column < encoding.Length;
                ids[row * seq + column] = inside ? encoding.Ids[column] : padId;
                if (segmentIds is not null && inside) segmentIds[row * seq + column] = encoding.SegmentIds[column];
                if (mask is not null) mask[row * seq + column] = inside;
                isText[row * seq + column] = inside && !encoding.SpecialTokensMask[column];
            }
        }
        return new TokenBatch(encodings.Count, seq, ids, segmentIds, mask, isText);
    }

    /// <summary>As <see cref="Collate(IReadOnlyList{Encoding}, int, int)"/>, in as many batches as it takes that none has more than <paramref name="mostTokens"/> padded tokens; the rows keep their order.</summary>
    internal static IReadOnlyList<TokenBatch> CollateInPieces(IReadOnlyList<Encoding> encodings, int padId, int maxInputTokens, int mostTokens)
    {
        var pieces = new List<TokenBatch>();
        var (start, longest) = (0, 0);
        for (var row = 0; row <= encodings.Count; row++)
        {
            var length = row < encodings.Count ? Math.Max(longest, PaddedLength(encodings[row].Length, maxInputTokens)) : int.MaxValue;
            if (row > start && (row == encodings.Count || (long)length * (row - start + 1) > mostTokens))
            {
                pieces.Add(Collate([.. encodings.Skip(start).Take(row - start)], padId, maxInputTokens));
                (start, length) = (row, row < encodings.Count ? encodings[row].Length : 0);
            }
            longest = length;
        }
        return pieces;
    }

    /// <summary>Pads inputs of pre-training to one length.</summary>
    internal static TokenBatch Collate(IReadOnlyList<PretrainingExample> examples, int padId, int maxInputTokens)
    {
        var seq = PaddedLength(examples.Max(example => example.Ids.Length), maxInputTokens);
        var ids = new long[examples.Count * seq];
        var hasSegments = examples.Any(example => example.IsNext is not null);
        var segmentIds = hasSegments ? new long[ids.Length] : null;
        var mask = examples.Any(example => example.Ids.Length < seq) ? new bool[ids.Length] : null;
        Array.Fill(ids, padId);
        for (var row = 0; row < examples.Count; row++)
        {
            var example = examples[row];
            for (var column = 0; column < example.Ids.Length; column++) ids[row * seq + column] = example.Ids[column];
            segmentIds?.AsSpan(row * seq + example.FirstLength, example.Ids.Length - example.FirstLength).Fill(1);
            mask?.AsSpan(row * seq, example.Ids.Length).Fill(true);
        }
        return new TokenBatch(examples.Count, seq, ids, segmentIds, mask, new bool[ids.Length]);
    }

    /// <summary>The batch with each token of the texts, special tokens excepted, hidden with some probability; drawn from <see cref="Dropout"/>'s generator.</summary>
    public TokenBatch WithTokensHidden(double probability, int maskId)
    {
        var dropped = Dropout.Draw(_ids.Length, probability);
        var ids = _ids.Select((id, place) => dropped[place] && _isText[place] ? maskId : id).ToArray();
        return new TokenBatch(ExampleCount, SeqLength, ids, _segmentIds, _mask, _isText);
    }

    /// <summary>The batch as tensors [batch, seq] on a device. Call on the compute thread, inside a dispose scope.</summary>
    public EncoderInput ToInput(Device device) => new(
        tensor(_ids, [ExampleCount, SeqLength], device: device),
        _mask is null ? null : tensor(_mask, [ExampleCount, SeqLength], device: device),
        _segmentIds is null ? null : tensor(_segmentIds, [ExampleCount, SeqLength], device: device));
}
