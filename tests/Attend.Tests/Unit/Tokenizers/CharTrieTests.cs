using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class CharTrieTests
{
    [Fact]
    public void EveryKeyIsFoundAndNothingElse()
    {
        var random = new Random(3);
        var keys = Enumerable.Range(0, 3000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => (char)(random.Next(3) == 0 ? random.Next(0x4E00, 0x9000) : random.Next('a', 'f'))))).Distinct().ToArray();
        var trie = new CharTrie(keys.Select((key, value) => (key, value)));
        var known = keys.Select((key, value) => (key, value)).ToDictionary(entry => entry.key, entry => entry.value);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 9)).Select(_ => (char)(random.Next(6) == 0 ? random.Next(0x4E00, 0x9000) : random.Next('a', 'g'))));
            if (i < keys.Length) text = keys[i] + text;
            var expected = Enumerable.Range(0, text.Length + 1).Reverse().First(length => length == 0 || known.ContainsKey(text[..length]));
            Assert.Equal(expected, trie.LongestPrefix(text, out var value));
            Assert.Equal(expected == 0 ? -1 : known[text[..expected]], value);
        }
    }

    [Fact]
    public void AnEmptyTrieHoldsNothing() => Assert.Equal(0, new CharTrie([]).LongestPrefix("a", out _));
}
