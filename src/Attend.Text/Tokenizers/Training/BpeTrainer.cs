using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Training;

/// <summary>Trains byte-pair encodings, over characters with bytes for the rare ones, or over bytes alone.</summary>
internal static class BpeTrainer
{
    /// <summary>Pieces of characters; a character that is not kept becomes its UTF-8 bytes.</summary>
    public static BpeDefinition TrainOnCharacters(WordCounts words, int[] alphabet, TrainerTask task, CancellationToken cancellationToken)
    {
        var entries = new List<string>(SpecialTokens.All);
        entries.AddRange(SpecialTokens.Bytes);
        var ids = new Dictionary<int, int>();
        foreach (var codePoint in alphabet)
        {
            ids.Add(codePoint, entries.Count);
            entries.Add(char.ConvertFromUtf32(codePoint));
        }
        var merges = new PairMerges();
        var pieces = new List<int>();
        foreach (var index in words.Sorted())
        {
            var word = words.Word(index);
            pieces.Clear();
            for (var at = 0; at < word.Length;)
            {
                var codePoint = UnicodeCharacters.CodePointAt(word, at);
                at += UnicodeCharacters.UnitsOf(codePoint);
                if (ids.TryGetValue(codePoint, out var id))
                {
                    pieces.Add(id);
                    continue;
                }
                merges.AddWord(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pieces), words.CountOf(index));
                pieces.Clear();
            }
            merges.AddWord(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pieces), words.CountOf(index));
        }
        return new BpeDefinition(entries, Join(entries, merges, task, cancellationToken)) { UnknownToken = SpecialTokens.Unknown, FuseUnknown = true, ByteFallback = true };
    }

    /// <summary>Pieces of bytes: nothing is ever unknown.</summary>
    public static BpeDefinition TrainOnBytes(WordCounts words, TrainerTask task, CancellationToken cancellationToken)
    {
        var entries = new List<string>(SpecialTokens.All);
        var ids = new int[256];
        foreach (var value in Enumerable.Range(0, 256).OrderBy(value => ByteCharacters.Of((byte)value)))
        {
            ids[value] = entries.Count;
            entries.Add(ByteCharacters.Of((byte)value).ToString());
        }
        var merges = new PairMerges();
        Span<byte> bytes = stackalloc byte[3 * (WordSplitters.LongestWord + 2)];
        Span<int> pieces = stackalloc int[bytes.Length];
        foreach (var index in words.Sorted())
        {
            var length = System.Text.Encoding.UTF8.GetBytes(words.Word(index), bytes);
            for (var i = 0; i < length; i++) pieces[i] = ids[bytes[i]];
            merges.AddWord(pieces[..length], words.CountOf(index));
        }
        return new BpeDefinition(entries, Join(entries, merges, task, cancellationToken));
    }

    private static List<(string, string)> Join(List<string> entries, PairMerges merges, TrainerTask task, CancellationToken cancellationToken)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < entries.Count; id++) ids.Add(entries[id], id);
        var rules = new List<(string, string)>();
        merges.Join(task.MinFrequency, (left, right) =>
        {
            var joined = entries[left] + entries[right];
            rules.Add((entries[left], entries[right]));
            if (ids.TryGetValue(joined, out var known)) return known;
            ids.Add(joined, entries.Count);
            entries.Add(joined);
            task.Progress?.Report(new(TokenizerTrainingPhase.Joining, entries.Count, task.VocabSize));
            return entries.Count - 1;
        }, () => entries.Count >= task.VocabSize, cancellationToken);
        return rules;
    }
}

/// <summary>What all trainers of a <see cref="TokenizerDefinition"/> are told.</summary>
/// <param name="VocabSize">Most entries, special tokens included.</param>
/// <param name="MinFrequency">A pair or piece seen less often is not learnt.</param>
/// <param name="Progress">Told now and then, or null.</param>
internal sealed record TrainerTask(int VocabSize, int MinFrequency, IProgress<TokenizerTrainingProgress>? Progress);

/// <summary>The special tokens of trained byte-pair encodings and unigram models: RoBERTa's names.</summary>
internal static class SpecialTokens
{
    public const string Begin = "<s>", Pad = "<pad>", End = "</s>", Unknown = "<unk>", Mask = "<mask>";

    /// <summary>By id, from 0.</summary>
    public static string[] All { get; } = [Begin, Pad, End, Unknown, Mask];

    /// <summary>Entries that stand for bytes: "&lt;0x00&gt;" to "&lt;0xFF&gt;".</summary>
    public static IEnumerable<string> Bytes => Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>");
}
