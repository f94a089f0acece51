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

    /// <summary>Vocabularies of many languages have thousands of characters, most of them rare.</summary>
    [Fact]
    public void ManyDifferentCharactersTakeNoMoreRoomThanTheyNeed()
    {
        var random = new Random(4);
        var keys = Enumerable.Range(0, 50_000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => (char)random.Next(0x100, 0xD000)))).Distinct().ToArray();
        var trie = new CharTrie(keys.Select((key, value) => (key, value)));
        Assert.InRange(trie.NodeLimit, keys.Length, 3 * keys.Sum(key => key.Length));
        Assert.All(keys.Index(), entry => Assert.Equal((entry.Item.Length, entry.Index), (trie.LongestPrefix(entry.Item, out var value), value)));
    }

    [Fact]
    public void AnEmptyTrieHoldsNothing() => Assert.Equal(0, new CharTrie([]).LongestPrefix("a", out _));
}
