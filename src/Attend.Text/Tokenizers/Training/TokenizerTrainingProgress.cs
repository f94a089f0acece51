namespace Attend.Text.Tokenizers.Training;

/// <summary>What the training of a tokenizer is doing.</summary>
public enum TokenizerTrainingPhase
{
    /// <summary>Reading the texts and counting their words; measured in bytes of the files.</summary>
    Counting,

    /// <summary>Joining pairs of pieces; measured in entries of the vocabulary.</summary>
    Joining,

    /// <summary>Choosing the pieces of a unigram model; measured in rounds.</summary>
    Pruning,
}

/// <summary>How far the training of a tokenizer is.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="Done">How much of it is done, in the unit of the phase.</param>
/// <param name="Total">How much there is of it at most.</param>
public readonly record struct TokenizerTrainingProgress(TokenizerTrainingPhase Phase, long Done, long Total);
