namespace Attend.Text.Tokenizers.Training;

/// <summary>What a trainer saw.</summary>
/// <param name="WordCount">Words of the texts.</param>
/// <param name="DistinctWordCount">Distinct words whose counts were kept.</param>
/// <param name="LargestCountLoss">By how much a word's count may be too low because rare words were forgotten on the way; 0 for exact counts.</param>
/// <param name="CharacterCount">Distinct characters kept.</param>
/// <param name="SmallestVocabSize">Entries that the vocabulary has before anything is learnt: special tokens and characters.</param>
/// <param name="CharacterCoverage">Share of the characters seen that is kept, in [0, 1].</param>
internal sealed record VocabularyFacts(long WordCount, int DistinctWordCount, long LargestCountLoss, int CharacterCount, int SmallestVocabSize, double CharacterCoverage)
{
    public static VocabularyFacts Of(WordCounts words, int characterCount, int smallestVocabSize, double covered)
    {
        var total = 0L;
        for (var i = 0; i < words.Count; i++) total += words.CountOf(i);
        return new(total, words.Count, words.LargestLoss, characterCount, smallestVocabSize, covered);
    }
}
