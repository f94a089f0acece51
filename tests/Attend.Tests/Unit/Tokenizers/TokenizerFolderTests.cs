using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class TokenizerFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly string[] Bytes = [.. Enumerable.Range(0, 256).Select(value => ByteCharacters.Of((byte)value).ToString())];

    private const string WordPieceModel = """{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "##b": 6}}""";

    private const string Special = """[{"id": 2, "content": "[CLS]", "special": true, "normalized": false, "single_word": false, "lstrip": false, "rstrip": false}, {"id": 3, "content": "[SEP]", "special": true, "normalized": false, "single_word": false, "lstrip": false, "rstrip": false}]""";

    private const string BertParts = """
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 2], "sep": ["[SEP]", 3]}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true}
        """;

    private void WriteByteLevel(string vocabularyName, string mergesName, params string[] more)
    {
        var vocabulary = Bytes.Concat(["ab", .. more]).Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id);
        _folder.Write(vocabularyName, JsonSerializer.Serialize(vocabulary));
        _folder.Write(mergesName, "#version: 0.2\na b\n");
    }

    private DataFileException Refused() => Assert.Throws<DataFileException>(() => TokenizerFolder.Load(_folder.Path));

    [Fact]
    public void BertsOwnTokenizerJsonGivesTheEngineMadeForBert()
    {
        _folder.Write("tokenizer.json", $$"""{"added_tokens": {{Special}}, {{BertParts}}, "model": {{WordPieceModel}}}""");
        var tokenizer = Assert.IsType<BertTokenizer>(TokenizerFolder.Load(_folder.Path));
        Assert.True(tokenizer.Options.DoLowerCase);
        Assert.Equal([2, 5, 6, 3], tokenizer.Encode("Ab").Ids);

        _folder.Write("tokenizer_config.json", """{"do_lower_case": false, "mask_token": {"content": "a"}}""");
        var configured = Assert.IsType<BertTokenizer>(TokenizerFolder.Load(_folder.Path));
        Assert.False(configured.Options.DoLowerCase);
        Assert.Equal(5, configured.MaskId);
    }

    [Theory]
    [InlineData("\"content\": \"[SEP]\", \"special\": true", "\"content\": \"[SEP]\", \"special\": false")]
    [InlineData("\"prefix\": \"##\"", "\"prefix\": \"@@\"")]
    [InlineData("\"##b\": 6", "\"##b\": 6, \"b\": 7, \"[X]\": 8")]
    public void AnyOtherIsRunAsItIs(string part, string other)
    {
        var json = $$"""{"added_tokens": {{Special}}, {{BertParts}}, "model": {{WordPieceModel}}}""".Replace(part, other);
        if (other.Contains("[X]")) json = json.Replace("\"added_tokens\": [", "\"added_tokens\": [{\"id\": 8, \"content\": \"[X]\", \"special\": false, \"normalized\": false}, ");
        _folder.Write("tokenizer.json", json);
        var tokenizer = Assert.IsType<PipelineTokenizer>(TokenizerFolder.Load(_folder.Path));
        Assert.Equal([2, 5, 6, 3], tokenizer.Encode("Ab").Ids);
        if (other.Contains("[X]")) Assert.Equal([2, 5, 8, 7, 3], tokenizer.Encode("a[X]b").Ids);
    }

    [Theory]
    [InlineData("vocab.json", "merges.txt")]
    [InlineData("encoder.json", "vocab.bpe")]
    public void Gpt2sFiles(string vocabulary, string merges)
    {
        WriteByteLevel(vocabulary, merges, "<|endoftext|>");
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal([256, tokenizer.IdOf("Ġ")!.Value, 256], tokenizer.Encode("ab ab").Ids);
        Assert.Equal(new SpecialTokenIds { Bos = 257, Eos = 257, Cls = 257, Sep = 257 }, tokenizer.SpecialTokens);
        Assert.Equal(257, tokenizer.PadId);
        Assert.Null(tokenizer.IdOf("nothing"));
    }

    [Theory]
    [InlineData("tokenizer_config.json", "{\"tokenizer_class\": \"RobertaTokenizer\"}")]
    [InlineData("config.json", "{\"model_type\": \"roberta\"}")]
    public void RobertasFiles(string file, string content)
    {
        WriteByteLevel("vocab.json", "merges.txt", "<s>", "</s>", "<pad>", "<unk>", "<mask>");
        _folder.Write(file, content);
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        var encoding = tokenizer.Encode("ab", "ab");
        Assert.Equal([257, 256, 258, 258, 256, 258], encoding.Ids);
        Assert.All(encoding.SegmentIds, segment => Assert.Equal(0, segment));
        Assert.Equal([-1, 0, -1, -1, 1, -1], encoding.TextIds);
        Assert.Equal(new SpecialTokenIds { Bos = 257, Eos = 258, Cls = 257, Sep = 258, Pad = 259, Unknown = 260, Mask = 261 }, tokenizer.SpecialTokens);
        Assert.Equal([257, 256, 261, 258], tokenizer.Encode("ab <mask>", null, new EncodeOptions { ParseSpecialTokens = true }).Ids);

        var copy = _folder.File("copy");
        tokenizer.Save(copy);
        var again = TokenizerFolder.Load(copy);
        Assert.Equal(tokenizer.SpecialTokens, again.SpecialTokens);
        Assert.Equal(encoding.Ids, again.Encode("ab", "ab").Ids);
    }

    [Fact]
    public void NamesOfSpecialTokensComeFromTheConfigurationThenFromTheMap()
    {
        WriteByteLevel("vocab.json", "merges.txt", "<end>", "<fill>");
        _folder.Write("tokenizer_config.json", """{"eos_token": {"content": "<end>", "lstrip": false}, "pad_token": null}""");
        _folder.Write("special_tokens_map.json", """{"eos_token": "ab", "pad_token": "<fill>"}""");
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal((257, 258), (tokenizer.SpecialTokens.Eos, tokenizer.PadId));
        Assert.Null(tokenizer.SpecialTokens.Mask);
        Assert.DoesNotContain(257, tokenizer.Encode("<end>").Ids);
        Assert.Equal([257], tokenizer.Encode("<end>", null, new EncodeOptions { ParseSpecialTokens = true }).Ids);
    }

    [Fact]
    public void WhatIsMissingIsSaid()
    {
        Assert.Contains("has no tokenizer", Refused().Message);
        Assert.Contains("no such folder", Assert.Throws<DataFileException>(() => TokenizerFolder.Load(_folder.File("nowhere"))).Message);
        _folder.Write("a.model", "");
        _folder.Write("b.model", "");
        Assert.Contains("a.model, b.model", Refused().Message);
    }

    [Theory]
    [InlineData("a b\nab", "merges.txt:2: expected two tokens")]
    [InlineData("a b\n\na b c", "merges.txt:3: expected two tokens")]
    [InlineData("a x\nx y", "'ax' is not in the vocabulary")]
    public void BadMergesAreNamed(string merges, string expected)
    {
        WriteByteLevel("vocab.json", "merges.txt");
        _folder.Write("merges.txt", merges);
        Assert.Contains(expected, Refused().Message);
    }

    [Theory]
    [InlineData("""{"a": 0, "a": 1}""", "stands there twice")]
    [InlineData("""{"a": 0, "b": 0}""", "same id 0")]
    [InlineData("""{"a": 0}""", "all 256 characters")]
    [InlineData("[]", "a JSON object")]
    [InlineData("""{"a": "0"}""", "whole number")]
    [InlineData("", "not sound JSON")]
    public void BadVocabulariesAreNamed(string vocabulary, string expected)
    {
        WriteByteLevel("vocab.json", "merges.txt");
        _folder.Write("vocab.json", vocabulary);
        Assert.Contains(expected, Refused().Message);
    }

    [Theory]
    [InlineData("""{"type": "WordLevel", "unk_token": "?", "vocab": {"a": 0, "b": 2}}""", "[]", "no token has id 1")]
    [InlineData("""{"type": "WordLevel", "unk_token": "?", "vocab": {}}""", "[]", "the vocabulary is empty")]
    [InlineData("""{"type": "WordLevel", "unk_token": "?", "vocab": {"a": 0}}""", """[{"id": 0, "content": "b", "special": true}]""", "which is that of 'a'")]
    [InlineData("""{"type": "WordLevel", "unk_token": "?", "vocab": {"a": 0}}""", """[{"id": 2000000000, "content": "b", "special": true}]""", "2000000000")]
    [InlineData("""{"type": "Unigram", "unk_id": 7, "vocab": [["a", -1]]}""", "[]", "unk_id is 7")]
    [InlineData("""{"type": "Unigram", "unk_id": 0, "vocab": [["a", -1], ["a", -2]]}""", "[]", "'a' is entry 0 and entry 1")]
    [InlineData("""{"type": "BPE", "unk_token": "?", "vocab": {"a": 0}, "merges": []}""", "[]", "'?' is not in the vocabulary")]
    public void ContradictionsAreNamed(string model, string added, string expected)
    {
        _folder.Write("tokenizer.json", $$"""{"added_tokens": {{added}}, "model": {{model}}}""");
        var message = Refused().Message;
        Assert.Contains(expected, message);
        Assert.Contains("tokenizer.json", message);
    }

    [Theory]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated", "invert": false}""", "'(' without ')'")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "(a)\\1"}, "behavior": "Isolated", "invert": false}""", "back references")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "\\p{Klingon}"}, "behavior": "Isolated", "invert": false}""", "'Klingon'")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Exploded", "invert": false}""", "'Exploded'")]
    public void BadPatternsAreNamed(string preTokenizer, string expected)
    {
        _folder.Write("tokenizer.json", "{\"pre_tokenizer\": " + preTokenizer + """, "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0}}}""");
        Assert.Contains(expected, Refused().Message);
    }

    [Fact]
    public void ATextThatNoTokenStandsForIsNamed()
    {
        _folder.Write("tokenizer.json", """{"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"a": 0}}}""");
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal([0], tokenizer.Encode("a").Ids);
        Assert.Contains("'b'", Assert.Throws<TokenizationException>(() => tokenizer.Encode("b")).Message);
    }

    [Theory]
    [InlineData("XLMRobertaTokenizer")]
    [InlineData("AlbertTokenizer")]
    public void TokenizersThatChangeASentencePieceModelAreNotGuessed(string kind)
    {
        File.Copy(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", "spm-unigram.model"), _folder.File("spiece.model"));
        _folder.Write("tokenizer_config.json", $$"""{"tokenizer_class": "{{kind}}"}""");
        Assert.Contains(kind, Refused().Message);
    }

    [Fact]
    public void T5AddsItsEndAndItsSentinels()
    {
        File.Copy(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", "spm-unigram.model"), _folder.File("spiece.model"));
        var plain = TokenizerFolder.Load(_folder.Path);
        _folder.Write("tokenizer_config.json", """{"tokenizer_class": "T5Tokenizer", "extra_ids": 3}""");
        var tokenizer = TokenizerFolder.Load(_folder.Path);
        Assert.Equal([.. plain.Encode("the weather").Ids, 2], tokenizer.Encode("the weather").Ids);
        Assert.Equal(plain.VocabSize + 3, tokenizer.VocabSize);
        Assert.Equal(plain.VocabSize + 2, tokenizer.IdOf("<extra_id_0>"));
        tokenizer.Save(_folder.File("copy"));
        Assert.Equal(tokenizer.VocabSize, TokenizerFolder.Load(_folder.File("copy")).VocabSize);
    }

    [Fact]
    public void LlamaBeginsWithItsToken()
    {
        File.Copy(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", "spm-bpe-bytes.model"), _folder.File("tokenizer.model"));
        _folder.Write("tokenizer_config.json", """{"tokenizer_class": "LlamaTokenizer", "add_eos_token": true}""");
        var encoding = TokenizerFolder.Load(_folder.Path).Encode("the");
        Assert.Equal((1, 2), (encoding.Ids[0], encoding.Ids[^1]));
    }
}
