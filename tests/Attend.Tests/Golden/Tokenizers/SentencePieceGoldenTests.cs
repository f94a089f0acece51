using System.Text.Json;
using Attend.Text.Tokenizers;

namespace Attend.Tests.Golden.Tokenizers;

/// <summary>Small SentencePiece models against what SentencePiece itself made of the same texts; make-sentencepiece.sh makes models and file anew.</summary>
public sealed class SentencePieceGoldenTests
{
    private static string File(string name) => Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", name);

    [Theory]
    [InlineData("spm-unigram.model")]
    [InlineData("spm-unigram-bytes.model")]
    [InlineData("spm-bpe.model")]
    [InlineData("spm-bpe-bytes.model")]
    [InlineData("spm-suffix.model")]
    public void IdsAndDecodedTextsAreSentencePiecesOwn(string model)
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("sentencepiece.json")));
        var cases = document.RootElement.GetProperty("models").GetProperty(model).EnumerateArray();
        AssertSame(TokenizerFolder.Load(File(model)), document.RootElement.GetProperty("texts"), cases);

        // Saved and loaded again it is the same.
        using var folder = new TemporaryFolder();
        TokenizerFolder.Load(File(model)).Save(folder.Path);
        AssertSame(TokenizerFolder.Load(folder.Path), document.RootElement.GetProperty("texts"), cases);
    }

    private static void AssertSame(ITokenizer tokenizer, JsonElement texts, IEnumerable<JsonElement> cases)
    {
        foreach (var (text, expected) in texts.EnumerateArray().Zip(cases))
        {
            var encoding = tokenizer.Encode(text.GetString()!);
            Assert.Equal(expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), encoding.Ids);
            Assert.Equal(expected.GetProperty("decoded").GetString(), tokenizer.Decode(encoding.Ids));
        }
    }

    [Fact]
    public void OffsetsAndWordsFollowTheBlanks()
    {
        var encoding = TokenizerFolder.Load(File("spm-unigram.model")).Encode(" the  weather\u3000in ﬁsh");
        var words = encoding.WordIds.Zip(encoding.Offsets).Where(entry => entry.Second.Length > 0).GroupBy(entry => entry.First, entry => entry.Second)
            .Select(word => encoding.Text[word.Min(span => span.Start)..word.Max(span => span.End)].Trim()).ToArray();
        Assert.Equal(["the", "weather", "in", "ﬁsh"], words);
    }
}
