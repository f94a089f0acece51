using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>What one decoder block remembers of the tokens it has seen and of the source, so that each step computes its own token only.</summary>
/// <remarks>A row is one hypothesis; rows of one sentence stand together and share the source's keys and values.</remarks>
public sealed class KeyValueCache : IDisposable
{
    private const int FirstCapacity = 16;
    private Tensor? _keys;
    private Tensor? _values;

    /// <summary>Number of tokens remembered.</summary>
    public int Length { get; private set; }

    /// <summary>Keys of the source [batch, head, source, headDim]; null before the first step.</summary>
    public Tensor? SourceKeys { get; private set; }

    /// <summary>Values of the source [batch, head, source, headDim]; null before the first step.</summary>
    public Tensor? SourceValues { get; private set; }

    /// <summary>Adds the newest tokens.</summary>
    /// <param name="keys">[row, head, new, headDim].</param>
    /// <param name="values">[row, head, new, headDim].</param>
    /// <returns>Keys and values of all tokens so far, [row, head, length, headDim]: views that the next call makes invalid.</returns>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        var length = Length + (int)keys.shape[2];
        if (_keys is null || length > _keys.shape[2])
        {
            var capacity = Math.Max(length, _keys is null ? FirstCapacity : 2 * (int)_keys.shape[2]);
            _keys = Grown(_keys, keys, capacity);
            _values = Grown(_values, values, capacity);
        }
        _keys.narrow(2, Length, length - Length).copy_(keys);
        _values!.narrow(2, Length, length - Length).copy_(values);
        Length = length;
        return (_keys.narrow(2, 0, length), _values.narrow(2, 0, length));
    }

    /// <summary>Remembers the source.</summary>
    public void SetSource(Tensor keys, Tensor values) => (SourceKeys, SourceValues) = (keys.DetachFromDisposeScope(), values.DetachFromDisposeScope());

    /// <summary>Puts other rows in the places of the rows: hypotheses are copied, dropped, moved.</summary>
    /// <param name="rows">Index of the row that comes into each place, int64 [row].</param>
    public void SelectRows(Tensor rows)
    {
        if (_keys is null) return;
        _keys = Selected(_keys, rows);
        _values = Selected(_values!, rows);
    }

    /// <summary>Keeps some sentences' sources only.</summary>
    /// <param name="sentences">Their indices, int64.</param>
    public void SelectSentences(Tensor sentences)
    {
        if (SourceKeys is null) return;
        using (SourceKeys) SourceKeys = SourceKeys.index_select(0, sentences).DetachFromDisposeScope();
        using (SourceValues) SourceValues = SourceValues!.index_select(0, sentences).DetachFromDisposeScope();
    }

    /// <summary>Frees what is remembered.</summary>
    public void Dispose()
    {
        _keys?.Dispose();
        _values?.Dispose();
        SourceKeys?.Dispose();
        SourceValues?.Dispose();
    }

    private Tensor Grown(Tensor? old, Tensor like, int capacity)
    {
        var grown = empty([like.shape[0], like.shape[1], capacity, like.shape[3]], like.dtype, like.device).DetachFromDisposeScope();
        if (old is null) return grown;
        using (old) grown.narrow(2, 0, Length).copy_(old.narrow(2, 0, Length));
        return grown;
    }

    // Only what is filled is moved.
    private Tensor Selected(Tensor old, Tensor rows)
    {
        using (old)
        {
            var selected = empty([rows.shape[0], old.shape[1], old.shape[2], old.shape[3]], old.dtype, old.device).DetachFromDisposeScope();
            selected.narrow(2, 0, Length).copy_(old.narrow(2, 0, Length).index_select(0, rows));
            return selected;
        }
    }
}
