using System.Text.Json;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Pipeline.SentencePiece;
using CsCheck;
using Encoding = Attend.Text.Tokenizers.Encoding;

namespace Attend.Tests.Property.Tokenizers;

public sealed class PipelineProperties
{
    private static readonly EncodeOptions Bare = new() { AddSpecialTokens = false };

    /// <summary>The small tokenizers of every kind that the golden values are for.</summary>
    private static readonly (string Name, PipelineTokenizer Tokenizer)[] Tokenizers = Load();

    private static (string, PipelineTokenizer)[] Load()
    {
        using var folder = new TemporaryFolder();
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", "pipelines.json")));
        return [.. document.RootElement.GetProperty("tokenizers").EnumerateArray().Select(item =>
            (item.GetProperty("name").GetString()!, new PipelineTokenizer(TokenizerJsonReader.Read(folder.Write("tokenizer.json", item.GetProperty("tokenizer").GetRawText())))))];
    }

    private static PipelineTokenizer Named(string name) => Tokenizers.Single(entry => entry.Name == name).Tokenizer;

    private static Gen<T> OneOf<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    // Any UTF-16, with a liking for what rules treat apart.
    private static readonly Gen<string> Parts = Gen.OneOf(
        Gen.Char.Select(unit => unit.ToString()),
        Gen.Char[' ', '~'].Select(unit => unit.ToString()),
        OneOf(" ", "  ", "\r\n", "the", "'s", "é", "e\u0301", "\u0301\u0327", "한", "\u1112\u1161\u11ab", "中文", "😀", "\uD800", "\uDC00", "\U0001D4B3", "▁", "[SEP]", "</s>", "<mask>", "isn", "New York", "blanks", "\0", "\uFFFD", "\u2028", "İ", "Σ", "ﬁ", "12", "½"));

    private static readonly Gen<string> Texts = Parts.Array[0, 30].Select(string.Concat);

    private static string WellFormedOf(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static bool CutsPair(string text, int at) => at > 0 && at < text.Length && char.IsHighSurrogate(text[at - 1]) && char.IsLowSurrogate(text[at]);

    private static void AssertSound(string name, Encoding encoding)
    {
        TextSpan[] last = [default, default];
        int[] lastWord = [-1, -1];
        for (var token = 0; token < encoding.Length; token++)
        {
            var (span, text) = (encoding.Offsets[token], encoding.TextIds[token]);
            if (text < 0)
            {
                Assert.True(span == default && encoding.WordIds[token] == -1 && encoding.SpecialTokensMask[token], name);
                continue;
            }
            var raw = text == 0 ? encoding.Text : encoding.Pair!;
            Assert.True(span.Start <= span.End && span.Start >= 0 && span.End <= raw.Length, $"{name}: {span} is out of range");
            Assert.True(span.Start >= last[text].Start && span.End >= last[text].End, $"{name}: {span} runs back behind {last[text]}");
            Assert.False(CutsPair(raw, span.Start) || CutsPair(raw, span.End), $"{name}: {span} cuts a surrogate pair");
            Assert.Contains(encoding.TextOf(token), raw);
            Assert.True(encoding.WordIds[token] >= lastWord[text], $"{name}: words run back");
            (last[text], lastWord[text]) = (span, encoding.WordIds[token]);
        }
    }

    [Fact]
    public void OffsetsAreInRangeInOrderAndCutNoCharacter() => Gen.Select(Texts, Texts, Gen.Bool).Sample((text, pair, parse) =>
    {
        foreach (var (name, tokenizer) in Tokenizers)
        {
            AssertSound(name, tokenizer.Encode(text, null, new EncodeOptions { ParseSpecialTokens = parse }));
            AssertSound(name, tokenizer.Encode(text, pair, new EncodeOptions { ParseSpecialTokens = parse }));
        }
    }, iter: 200);

    /// <summary>Characters of every plane, assigned or not, and halves of characters.</summary>
    [Fact]
    public void EveryPlaneIsText()
    {
        static string Character(int codePoint) => codePoint is >= 0xD800 and < 0xE000 ? $"{(char)codePoint}" : char.ConvertFromUtf32(codePoint);
        foreach (var start in Enumerable.Range(0, 17).Select(plane => plane << 16))
        {
            var text = string.Concat(Enumerable.Range(0, 0x10000 / 37).Select(step => Character(start + (step * 37)) + (step % 5 == 0 ? " " : "")));
            foreach (var (name, tokenizer) in Tokenizers) AssertSound(name, tokenizer.Encode(text));
            Assert.Equal(WellFormedOf(text), Named("byte-level").Decode(Named("byte-level").Encode(text, null, Bare).Ids));
        }
    }

    /// <summary>Without a normaliser tokens overlap in no more than one character, which is a part of both.</summary>
    [Fact]
    public void TokensOverlapInNoMoreThanACharacter() => Texts.Sample(text =>
    {
        foreach (var (name, tokenizer) in Tokenizers.Where(entry => entry.Tokenizer.Definition.Normalizer is null))
        {
            var offsets = tokenizer.Encode(text, null, Bare).Offsets;
            for (var token = 1; token < offsets.Length; token++)
            {
                var shared = offsets[token - 1].End - offsets[token].Start;
                if (shared <= 0 || offsets[token].Length == 0) continue;
                Assert.True(shared == 1 || (shared == 2 && char.IsSurrogatePair(text, offsets[token].Start)), $"{name}: {offsets[token - 1]} and {offsets[token]} share {shared} code units");
            }
        }
    }, iter: 200);

    [Fact]
    public void ByteLevelTokensDecodeToTheText() => Texts.Sample(text =>
    {
        foreach (var name in new[] { "byte-level", "Llama 3", "o200k", "byte-level normalizer" })
            Assert.Equal(WellFormedOf(text), Named(name).Decode(Named(name).Encode(text, null, Bare).Ids));
    });

    [Fact]
    public void ByteLevelTokensCoverTheText() => Texts.Sample(text =>
    {
        var offsets = Named("byte-level").Encode(text, null, Bare).Offsets;
        var covered = 0;
        foreach (var span in offsets)
        {
            Assert.True(span.Start <= covered);
            covered = Math.Max(covered, span.End);
        }
        Assert.Equal(text.Length, covered);
    });

    [Fact]
    public void CodePointOffsetsAreThoseOfTheSameText() => Texts.Sample(text =>
    {
        var encoding = Named("byte-level").Encode(text, null, Bare);
        foreach (var (units, points) in encoding.Offsets.Zip(encoding.CodePointOffsets()))
        {
            int Count(string part) => part.EnumerateRunes().Count();
            Assert.Equal((Count(text[..units.Start]), Count(text[..units.End])), (points.Start, points.End));
        }
    });

    [Fact]
    public void NoTextMakesASpecialTokenUnlessAskedTo() => Gen.Select(Texts, OneOf("[SEP]", "[CLS]", "</s>", "<mask>", "<s>", "<unk>")).Sample((text, literal) =>
    {
        foreach (var (name, tokenizer) in Tokenizers)
        {
            var special = tokenizer.Definition.AddedTokens.Where(token => token.Special).Select(token => tokenizer.IdOf(token.Content)!.Value).ToHashSet();
            if (tokenizer.SpecialTokens.Unknown is { } unknown) special.Remove(unknown);
            Assert.DoesNotContain(tokenizer.Encode(text + literal + text, null, Bare).Ids, special.Contains);
            if (tokenizer.IdOf(literal) is not { } id || !special.Contains(id)) continue;
            Assert.Contains(id, tokenizer.Encode(text + literal + text, null, Bare with { ParseSpecialTokens = true }).Ids);
        }
    }, iter: 200);

    [Fact]
    public void ABatchIsItsTextsOneByOne() => Texts.Array[0, 300].Sample(texts =>
    {
        var tokenizer = Named("Llama 2");
        var batch = tokenizer.EncodeBatch(texts, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(texts.Select(text => string.Join(' ', tokenizer.Encode(text).Ids)), batch.Select(encoding => string.Join(' ', encoding.Ids)));
        var pairs = tokenizer.EncodeBatch([.. texts.Select(text => (text, (string?)text))], Bare, TestContext.Current.CancellationToken);
        Assert.All(pairs, encoding => Assert.Equal(encoding.Offsets[..(encoding.Length / 2)], encoding.Offsets[(encoding.Length / 2)..]));
    }, iter: 30);

    [Fact]
    public void ACancelledBatchStops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Named("Llama 2").EncodeBatch(["a"], cancellationToken: cancelled.Token));
    }

    [Fact]
    public void TruncationKeepsOneEnd() => Gen.Select(Texts, Gen.Int[2, 20], Gen.Bool).Sample((text, limit, left) =>
    {
        foreach (var name in new[] { "BERT, cased", "byte-level" })
        {
            var tokenizer = Named(name);
            var (whole, cut) = (tokenizer.Encode(text, null, Bare).Ids, tokenizer.Encode(text, null, new EncodeOptions { MaxInputTokens = limit, TruncateLeft = left }));
            var room = limit - tokenizer.SpecialTokenCount(pair: false);
            var kept = cut.Ids.Where((_, token) => cut.TextIds[token] == 0).ToArray();
            Assert.Equal(left ? whole[^Math.Min(room, whole.Length)..] : whole[..Math.Min(room, whole.Length)], kept);
            Assert.Equal(whole.Length - kept.Length, cut.TruncatedTokenCount);
        }
    });

    [Fact]
    public void WindowsCoverTheTextAndShareTheStride() => Gen.Select(Texts, Texts, Gen.Int[0, 3], Gen.Bool).Sample((question, text, stride, left) =>
    {
        var tokenizer = Named("BERT, cased");
        var (first, second) = (tokenizer.Encode(question, null, Bare).Ids, tokenizer.Encode(text, null, Bare));
        var options = new EncodeOptions { MaxInputTokens = first.Length + 3 + stride + 2, Stride = stride, Truncation = TruncationStrategy.OnlySecond, TruncateLeft = left };
        var windows = tokenizer.EncodeWindows(question, text, options);
        var seen = new List<TextSpan>();
        foreach (var (index, window) in windows.Index())
        {
            AssertSound("window", window);
            Assert.True(window.Length <= options.MaxInputTokens);
            Assert.Equal(first, window.Ids.Where((_, token) => window.TextIds[token] == 0));
            var part = window.Offsets.Where((_, token) => window.TextIds[token] == 1).ToArray();
            if (left)
            {
                if (index > 0) Assert.Equal(seen[..stride], part[^stride..]);
                seen.InsertRange(0, index == 0 ? part : part[..^stride]);
            }
            else
            {
                if (index > 0) Assert.Equal(seen[^stride..], part[..stride]);
                seen.AddRange(index == 0 ? part : part[stride..]);
            }
        }
        Assert.Equal(second.Offsets, seen);
        Assert.Equal(second.Length, windows.Sum(window => window.TextIds.Count(id => id == 1)) - (stride * (windows.Count - 1)));
    });

    /// <summary>What byte-pair encoding means, done in the plainest way: join the most important pair until there is none.</summary>
    [Fact]
    public void BytePairsAreJoinedInTheOrderOfTheRules() => OneOf('a', 'b', 'c').Array[1, 12].Select(units => new string(units)).Sample(word =>
    {
        string[] vocabulary = ["a", "b", "c", "ab", "bc", "abc", "aa", "aaa", "ca", "abab", "cab"];
        (string, string)[] merges = [("a", "a"), ("b", "c"), ("a", "b"), ("aa", "a"), ("ab", "ab"), ("a", "bc"), ("c", "a"), ("c", "ab"), ("ab", "c")];
        var tokenizer = new PipelineTokenizer(new() { Model = new BpeDefinition(vocabulary, merges) });
        var parts = word.Select(unit => unit.ToString()).ToList();
        while (true)
        {
            var best = merges.Index().Where(rule => Enumerable.Range(0, parts.Count - 1).Any(at => (parts[at], parts[at + 1]) == rule.Item)).Select(rule => rule.Index).DefaultIfEmpty(-1).First();
            if (best < 0) break;
            var place = Enumerable.Range(0, parts.Count - 1).First(at => (parts[at], parts[at + 1]) == merges[best]);
            parts[place] += parts[place + 1];
            parts.RemoveAt(place + 1);
        }
        Assert.Equal(parts, tokenizer.Encode(word).Ids.Select(tokenizer.TokenOf));
    });

    /// <summary>Words from the cache make the same pieces as a text cut as a whole: rounding, near equals and unknown characters included.</summary>
    [Theory]
    [InlineData("spm-unigram.model")]
    [InlineData("spm-unigram-bytes.model")]
    public void WordsMetBeforeAreCutAsInTheirText(string file)
    {
        var model = SentencePieceModel.Read(File.ReadAllBytes(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", file)));
        var definition = model.ToDefinition();
        var (cached, whole) = (new PipelineTokenizer(definition), new PipelineTokenizer(definition with { Model = (UnigramDefinition)definition.Model with { WordSign = null } }));
        Gen.OneOf(Parts, OneOf("weather ", "the ", "these ", "winter", "in the ", "rain", "s", " ", "ing ", "中")).Array[0, 300].Select(string.Concat).Sample(text =>
        {
            var (expected, found) = (whole.Encode(text), cached.Encode(text));
            Assert.Equal(expected.Ids, found.Ids);
            Assert.Equal(expected.Offsets, found.Offsets);
        }, iter: 500);
    }

    /// <summary>No way to cut a word is more probable than the one found.</summary>
    [Fact]
    public void UnigramFindsTheBestCut() => OneOf('a', 'b', 'c', 'x').Array[1, 9].Select(units => new string(units)).Sample(word =>
    {
        (string Piece, double Score)[] pieces = [("?", 0), ("a", -2), ("b", -3), ("c", -4), ("ab", -4.5), ("bc", -6.1), ("abc", -7), ("aa", -3.5), ("cab", -7.3)];
        var tokenizer = new PipelineTokenizer(new() { Model = new UnigramDefinition(pieces, 0) });
        const double Unknown = -7.3 - 10;
        double Best(string rest) => rest.Length == 0 ? 0 : pieces.Skip(1).Where(piece => rest.StartsWith(piece.Piece)).Select(piece => piece.Score + Best(rest[piece.Piece.Length..]))
            .Append(rest[0] == 'x' ? Unknown + Best(rest[1..]) : double.NegativeInfinity).Max();
        var encoding = tokenizer.Encode(word);
        var found = encoding.Ids.Select((id, token) => id == 0 ? Unknown * encoding.Offsets[token].Length : pieces[id].Score).Sum();
        Assert.Equal(Best(word), found, 1e-9);
    });
}
