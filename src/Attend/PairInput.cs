using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend;

/// <summary>What all tasks over pairs of texts do with them.</summary>
internal static class PairInput
{
    /// <summary>Throws where an input cannot hold a token of each text.</summary>
    public static void Check(ITokenizer tokenizer, int maxInputTokens)
    {
        var special = tokenizer.SpecialTokenCount(pair: true);
        if (maxInputTokens < special + 2) throw new ArgumentException($"MaxInputTokens is {maxInputTokens}; expected room for {special} special tokens and a token of each text");
    }

    /// <summary>The text, or both texts.</summary>
    public static IReadOnlyList<string> TextsOf(LabeledText example) => example.Text2 is { } second ? [example.Text, second] : [example.Text];

    /// <summary>A pair as the classifier reads it.</summary>
    public static LabeledText Labeled(TextPair pair) => new(pair.Text, pair.Label is { } label ? [label] : [], pair.Line) { Text2 = pair.Text2, Kept = pair.Kept };
}
