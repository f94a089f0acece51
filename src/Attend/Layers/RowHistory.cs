namespace Attend.Layers;

/// <summary>
/// In which rows of what a decoder remembers each hypothesis finds its tokens and its source. Hypotheses are copied, dropped and moved by
/// changing these numbers; keys and values stay where they are.
/// </summary>
/// <param name="sentences">Number of sources.</param>
/// <param name="sourcePlaces">Places of each source that are tokens; null = all are.</param>
internal sealed class RowHistory(int sentences, int[][]? sourcePlaces)
{
    private const int FirstCapacity = 16;
    private int[] _places = [];                                                    // [row, capacity]
    private int _capacity;

    /// <summary>Number of tokens written.</summary>
    public int Length { get; private set; }

    /// <summary>Number of hypotheses; a multiple of the number of sentences, those of one sentence together.</summary>
    public int RowCount { get; private set; }

    /// <summary>Index of each sentence that is still written.</summary>
    public int[] Sentences { get; private set; } = [.. Enumerable.Range(0, sentences)];

    /// <summary>Whether every sentence is still there.</summary>
    public bool HasAllSentences => Sentences.Length == sentences;

    /// <summary>The row that wrote each token of a hypothesis, first to last.</summary>
    public ReadOnlySpan<int> Places(int row) => _places.AsSpan(row * _capacity, Length);

    /// <summary>The source of a hypothesis.</summary>
    public int Sentence(int row) => Sentences[row / (RowCount / Sentences.Length)];

    /// <summary>Places of a sentence's source that are tokens; null = all are.</summary>
    public int[]? SourcePlaces(int sentence) => sourcePlaces?[sentence];

    /// <summary>Every row writes tokens, in a place of its own.</summary>
    public void Advance(int rows, int tokens)
    {
        if (Length == 0) RowCount = rows;
        if (rows != RowCount) throw new ArgumentException($"{rows} rows; {RowCount} are being written", nameof(rows));
        Reserve(Length + tokens);
        for (var row = 0; row < rows; row++) _places.AsSpan(row * _capacity + Length, tokens).Fill(row);
        Length += tokens;
    }

    /// <summary>Puts other rows in the places of the rows.</summary>
    /// <param name="rows">The row that comes into each place.</param>
    public void SelectRows(ReadOnlySpan<int> rows)
    {
        var selected = new int[rows.Length * _capacity];
        for (var row = 0; row < rows.Length; row++) Places(rows[row]).CopyTo(selected.AsSpan(row * _capacity));
        (_places, RowCount) = (selected, rows.Length);
    }

    /// <summary>Keeps some of the sentences only.</summary>
    public void SelectSentences(ReadOnlySpan<int> indices)
    {
        var kept = new int[indices.Length];
        for (var i = 0; i < kept.Length; i++) kept[i] = Sentences[indices[i]];
        Sentences = kept;
    }

    private void Reserve(int length)
    {
        if (length <= _capacity && _places.Length > 0) return;
        var capacity = Math.Max(length, Math.Max(FirstCapacity, 2 * _capacity));
        var places = new int[RowCount * capacity];
        if (_places.Length > 0)
            for (var row = 0; row < RowCount; row++) Places(row).CopyTo(places.AsSpan(row * capacity));
        (_places, _capacity) = (places, capacity);
    }
}
