using System.Text.Json;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Unit.Tokenizers.Pipeline;

/// <summary>Ids that other implementations give: Hugging Face's, Google's and SentencePiece's own, on real vocabularies.</summary>
public sealed class PipelineKnownGoodTests
{
    private static readonly EncodeOptions Bare = new() { AddSpecialTokens = false };

    private static JsonElement Vectors(string name)
    {
        using var stream = File.OpenRead(Repository.SharedData("tokenization-vectors", name));
        using Stream content = name.EndsWith(".gz", StringComparison.Ordinal) ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Decompress) : stream;
        using var document = JsonDocument.Parse(content);
        return document.RootElement.Clone();
    }

    private static void AssertSameIds(ITokenizer tokenizer, JsonElement cases)
    {
        var different = new List<string>();
        foreach (var item in cases.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var expected = item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
            if (!tokenizer.Encode(text, null, Bare).Ids.SequenceEqual(expected)) different.Add(text);
        }
        Assert.Empty(different);
        Assert.NotEqual(0, cases.GetArrayLength());
    }

    [Fact]
    public void Gpt2() => AssertSameIds(TokenizerFolder.Load(Repository.SharedData("vocab", "gpt2")), Vectors("llamacpp.json").GetProperty("gpt2"));

    [Fact]
    public void SentencePieceUnigram() => AssertSameIds(TokenizerFolder.Load(Repository.SharedData("vocab", "sentencepiece-botchan-1000", "test_model.model")), Vectors("sentencepiece-botchan-1000.json"));

    [Theory]
    [InlineData("bert-base-uncased")]
    [InlineData("bert-base-multilingual-cased")]
    public void BertFromItsTokenizerJson(string model)
    {
        var tokenizer = TokenizerFolder.Load(Repository.SharedData("vocab", model));
        Assert.IsType<BertTokenizer>(tokenizer);
        AssertSameIds(tokenizer, Vectors("google-bert-corpus.json.gz").GetProperty(model));
    }

    /// <summary>BERT's vocabularies run by the general pipeline's parts give what the engine made for BERT gives.</summary>
    [Theory]
    [InlineData("bert-base-uncased")]
    [InlineData("bert-base-chinese")]
    [InlineData("bert-base-multilingual-cased")]
    public void TheGeneralPipelineAgreesWithTheEngineMadeForBert(string model)
    {
        var definition = TokenizerJsonReader.Read(Repository.SharedData("vocab", model, "tokenizer.json"));
        // A sequence of one hides what it is from the search for BERT's engine.
        var general = new PipelineTokenizer(definition with { PreTokenizer = new PreTokenizerSequence([definition.PreTokenizer!]) });
        var bert = new PipelineTokenizer(definition);
        foreach (var item in Vectors("google-bert-corpus.json.gz").GetProperty(model).EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var (expected, found) = (bert.Encode(text), general.Encode(text));
            Assert.Equal(expected.Ids, found.Ids);
            Assert.Equal(expected.WordIds, found.WordIds);
            Assert.Equal(expected.Offsets, found.Offsets);
        }
    }

    [Fact]
    public void JapaneseUnigramLosesNoCharacter()
    {
        var tokenizer = TokenizerFolder.Load(Repository.SharedData("vocab", "sentencepiece-ja"));
        foreach (var text in new[] { "吾輩は猫である。名前はまだ無い。", "ﾊﾝｶｸｶﾀｶﾅと全角ＡＢＣ", "二つ  の 空白" })
        {
            var ids = tokenizer.Encode(text, null, Bare).Ids;
            Assert.DoesNotContain(tokenizer.SpecialTokens.Unknown!.Value, ids);
            Assert.NotEmpty(ids);
        }
        Assert.Equal("ハンカクカタカナと全角ABC", tokenizer.Decode(tokenizer.Encode("ﾊﾝｶｸｶﾀｶﾅと全角ＡＢＣ", null, Bare).Ids));
    }
}
