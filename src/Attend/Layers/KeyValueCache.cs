using Attend.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>What one decoder block remembers of the tokens it has seen and of the source, so that each step computes its own token only.</summary>
/// <remarks>
/// What a step projected is kept as it came, [row, new, width], and never moved: which rows hypotheses find theirs in is told by numbers
/// that all blocks share. On a CPU the keys are read in place; elsewhere, and where weights are wanted, they are gathered first.
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    /// <summary>Up to so many tokens what is needed of each fits on the stack.</summary>
    internal const int StackTokens = 1024;

    private readonly RowHistory _history;
    private readonly List<Tensor> _steps = [];
    private readonly List<Position> _positions = [];
    private Tensor? _source;

    internal KeyValueCache(RowHistory history) => _history = history;

    /// <summary>Whether the source is remembered.</summary>
    internal bool HasSource => _source is not null;

    /// <summary>Whether keys are read in place.</summary>
    /// <param name="hidden">What is projected.</param>
    /// <param name="options">Kernel and wanted weights.</param>
    internal static bool ReadsInPlace(Tensor hidden, AttentionOptions options) =>
        hidden.device_type == DeviceType.CPU && hidden.dtype == ScalarType.Float32 && options.Kernel == AttentionKernel.Auto && !options.WantsWeights && !is_grad_enabled();

    /// <summary>Remembers the newest tokens; it owns what it is given.</summary>
    /// <param name="projected">[row, new, width]: keys beside values, after anything else.</param>
    /// <param name="size">Width of the keys.</param>
    internal void Append(Tensor projected, int size)
    {
        projected = InMemory(projected);
        var (count, width) = ((int)projected.shape[1], (int)projected.shape[2]);
        _steps.Add(projected);
        var address = projected.device_type == DeviceType.CPU ? RowLoop.Address(projected) + (width - 2 * size) * sizeof(float) : 0;
        for (var i = 0; i < count; i++) _positions.Add(new(address + i * width * sizeof(float), count * width * sizeof(float)));
    }

    /// <summary>Remembers the source; it owns what it is given.</summary>
    /// <param name="projected">Keys beside values, [batch, source, 2 · size].</param>
    internal void SetSource(Tensor projected) => _source = InMemory(projected);

    /// <summary>Attends from the newest tokens to all tokens so far.</summary>
    /// <param name="queries">[row, new, width], queries first; float32.</param>
    /// <param name="heads">Number and width.</param>
    /// <param name="bias">[1, head | 1, new, length] or null.</param>
    /// <returns>[row, new, head · headDim].</returns>
    internal Tensor Attend(Tensor queries, HeadShape heads, Tensor? bias) => Attend(queries, heads, bias, TokenKeys, _history.Length);

    /// <summary>Attends from the newest tokens to the source; what is padding there is not looked at.</summary>
    /// <param name="queries">[row, new, head · headDim], float32.</param>
    /// <param name="heads">Number and width.</param>
    /// <returns>[row, new, head · headDim].</returns>
    internal Tensor AttendToSource(Tensor queries, HeadShape heads)
    {
        var start = RowLoop.Address(_source!);
        var (length, width) = ((int)_source!.shape[1], (int)_source.shape[2]);
        return Attend(queries, heads, null, Keys, length);

        int Keys(int row, Span<nint> keys)
        {
            var sentence = _history.Sentence(row);
            var places = _history.SourcePlaces(sentence);
            var count = places?.Length ?? length;
            for (var i = 0; i < count; i++) keys[i] = start + ((nint)sentence * length + (places is null ? i : places[i])) * width * sizeof(float);
            return count;
        }
    }

    /// <summary>Keys and values of all tokens so far, each [row, head, length, headDim].</summary>
    internal (Tensor Keys, Tensor Values) Gather(int heads, int size, ScalarType dtype)
    {
        // All that was ever projected, one token below the other; of it, what each row wrote.
        var (starts, start) = (new List<(int Start, int Count)>(), 0);
        foreach (var step in _steps)
        {
            var count = (int)step.shape[1];
            for (var i = 0; i < count; i++) starts.Add((start + i, count));
            start += (int)step.shape[0] * count;
        }
        var indices = new long[_history.RowCount * _history.Length];
        for (var row = 0; row < _history.RowCount; row++)
        {
            var places = _history.Places(row);
            for (var token = 0; token < places.Length; token++) indices[row * places.Length + token] = starts[token].Start + (long)places[token] * starts[token].Count;
        }
        var all = cat([.. _steps.Select(step => step.narrow(2, step.shape[2] - 2 * size, 2 * size).flatten(0, 1))], 0);   // [token, 2 * size]
        return Split(all.index_select(0, tensor(indices, device: all.device)).view(_history.RowCount, _history.Length, 2 * size), heads, dtype);
    }

    /// <summary>Keys and values of the sources, each [sentence, head, source, headDim].</summary>
    internal (Tensor Keys, Tensor Values) GatherSource(int heads, ScalarType dtype)
    {
        var sentences = Array.ConvertAll(_history.Sentences, sentence => (long)sentence);
        return Split(_history.HasAllSentences ? _source! : _source!.index_select(0, tensor(sentences, device: _source.device)), heads, dtype);
    }

    /// <summary>Cuts keys beside values into heads.</summary>
    /// <param name="projected">[batch, seq, 2 · size].</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="dtype">What they shall be.</param>
    /// <returns>Each [batch, head, seq, headDim].</returns>
    internal static (Tensor Keys, Tensor Values) Split(Tensor projected, int heads, ScalarType dtype)
    {
        var parts = projected.to(dtype).view(projected.shape[0], projected.shape[1], 2, heads, projected.shape[2] / 2 / heads).permute(2, 0, 3, 1, 4).unbind();
        return (parts[0], parts[1]);
    }

    /// <summary>Frees what is remembered.</summary>
    public void Dispose()
    {
        foreach (var step in _steps) step.Dispose();
        _source?.Dispose();
    }

    private int TokenKeys(int row, Span<nint> keys)
    {
        var places = _history.Places(row);
        for (var token = 0; token < places.Length; token++) keys[token] = _positions[token].Start + places[token] * _positions[token].Stride;
        return places.Length;
    }

    private static unsafe Tensor Attend(Tensor queries, HeadShape heads, Tensor? bias, Func<int, Span<nint>, int> keysOf, int length)
    {
        var (rows, count, width) = ((int)queries.shape[0], (int)queries.shape[1], (int)queries.shape[2]);
        var attended = empty([rows, count, heads.Width]);
        using var biasInOrder = bias?.contiguous();
        var biasStride = bias is null || bias.shape[1] == 1 ? 0 : count * length;
        var (from, to, added) = (RowLoop.Address(queries), RowLoop.Address(attended), biasInOrder is null ? 0 : RowLoop.Address(biasInOrder));
        RowLoop.Run(rows, 2L * count * length * heads.Width, row =>
        {
            Span<nint> keys = length <= StackTokens ? stackalloc nint[length] : new nint[length];
            keys = keys[..keysOf(row, keys)];
            for (var i = row * count; i < (row + 1) * count; i++)
                RowAttention.Attend((float*)from + (nint)i * width, keys, heads, added == 0 ? null : (float*)added + (i - row * count) * length, biasStride, (float*)to + (nint)i * heads.Width);
        });
        return attended;
    }

    // On a CPU float32, whatever precision it was projected in: that is what is read in place.
    private static Tensor InMemory(Tensor projected) =>
        (projected.device_type == DeviceType.CPU && projected.dtype != ScalarType.Float32 ? projected.to(ScalarType.Float32) : projected).DetachFromDisposeScope();

    /// <summary>Where the keys of one position lie.</summary>
    /// <param name="Start">Address of the first row's.</param>
    /// <param name="Stride">Bytes from row to row.</param>
    private readonly record struct Position(nint Start, nint Stride);
}
