using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Text.Tokenizers.Training;

/// <summary>A tokenizer, ready to be written, and what its trainer saw.</summary>
public sealed record TrainedTokenizer
{
    private readonly VocabularyFacts _facts;

    internal TrainedTokenizer(ITokenizer tokenizer, TokenizerDefinition definition, VocabularyFacts facts)
        => (Tokenizer, Definition, _facts) = (tokenizer, definition, facts);

    /// <summary>The tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    internal TokenizerDefinition Definition { get; }

    /// <summary>Entries of the vocabulary.</summary>
    public int VocabSize => Definition.Model.Entries.Count;

    /// <summary>Texts (lines) read.</summary>
    public required long TextCount { get; init; }

    /// <summary>Words in them; where <see cref="LargestCountLoss"/> is not 0, without those that were forgotten.</summary>
    public long WordCount => _facts.WordCount;

    /// <summary>Distinct words learnt from.</summary>
    public int DistinctWordCount => _facts.DistinctWordCount;

    /// <summary>By how much a word's count may be too low because there were too many distinct words for the memory allowed; 0 for exact counts.</summary>
    public long LargestCountLoss => _facts.LargestCountLoss;

    /// <summary>Distinct characters kept; 0 where the vocabulary is made of bytes.</summary>
    public int CharacterCount => _facts.CharacterCount;

    /// <summary>Share of the characters in the texts' words that are kept, in [0, 1].</summary>
    public double CharacterCoverage => _facts.CharacterCoverage;

    /// <summary>Writes tokenizer.json, tokenizer_config.json and, where it is WordPiece, vocab.txt; the folder is made where it is missing.</summary>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Tokenizer.Save(folder);
        if (Tokenizer is BertTokenizer) File.WriteAllBytes(Path.Combine(folder, TokenizerFiles.JsonFile), TokenizerJsonWriter.ToBytes(Definition));
    }
}
