using System.Text;
using Attend.Text.Data;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Unit.Tokenizers.Pipeline;

public sealed class TokenizerJsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Every kind of part there is, each with settings other than the defaults.</summary>
    internal const string EveryKind = """
        {
          "version": "1.0",
          "truncation": {"direction": "Left", "max_length": 12, "strategy": "OnlySecond", "stride": 3},
          "padding": {"strategy": {"Fixed": 16}, "direction": "Left", "pad_to_multiple_of": 8, "pad_id": 1, "pad_type_id": 2, "pad_token": "<pad>"},
          "added_tokens": [
            {"id": 3, "content": "<s>", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false, "special": true},
            {"id": 4, "content": "New York", "single_word": true, "lstrip": false, "rstrip": true, "normalized": true, "special": false}
          ],
          "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": false, "strip_accents": true, "lowercase": false},
            {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKC"}, {"type": "NFKD"}, {"type": "Lowercase"}, {"type": "StripAccents"},
            {"type": "Strip", "strip_left": false, "strip_right": true},
            {"type": "Replace", "pattern": {"String": "``"}, "content": "\""},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"},
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Precompiled", "precompiled_charsmap": ""},
            {"type": "Nmt"}, {"type": "ByteLevel"}
          ]},
          "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "BertPreTokenizer"},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false},
            {"type": "Whitespace"}, {"type": "WhitespaceSplit"},
            {"type": "Punctuation", "behavior": "Contiguous"},
            {"type": "Digits", "individual_digits": true},
            {"type": "CharDelimiterSplit", "delimiter": "-"},
            {"type": "Split", "pattern": {"Regex": "\\d+"}, "behavior": "MergedWithNext", "invert": true},
            {"type": "UnicodeScripts"},
            {"type": "FixedLength", "length": 7}
          ]},
          "post_processor": {"type": "Sequence", "processors": [
            {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 3]},
            {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 3], "trim_offsets": false, "add_prefix_space": false},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
            {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
              "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
              "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}}
          ]},
          "decoder": {"type": "Sequence", "decoders": [
            {"type": "WordPiece", "prefix": "@@", "cleanup": false},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": false},
            {"type": "BPEDecoder", "suffix": "</w>"},
            {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": false},
            {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 2},
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
          ]},
          "model": {"type": "BPE", "dropout": 0.1, "unk_token": "a", "continuing_subword_prefix": "@", "end_of_word_suffix": "</w>", "fuse_unk": true,
            "byte_fallback": true, "ignore_merges": true, "vocab": {"a": 0, "@b": 1, "ab": 2}, "merges": [["a", "@b"]]}
        }
        """;

    private TokenizerDefinition Read(string json)
    {
        File.WriteAllText(_folder.File("tokenizer.json"), json);
        return TokenizerJsonReader.Read(_folder.File("tokenizer.json"));
    }

    private static string Write(TokenizerDefinition definition) => Encoding.UTF8.GetString(TokenizerJsonWriter.ToBytes(definition));

    private static string Compact(string json) => System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString();

    [Theory]
    [InlineData(EveryKind)]
    [InlineData("""{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":50,"vocab":{"[UNK]":0,"é\"😀":1}}}""")]
    [InlineData("""{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"?":0,"word":1},"unk_token":"?"}}""")]
    [InlineData("""{"version":"1.0","truncation":null,"padding":{"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["▁a",-2.5],["b",-13.812345678901]],"byte_fallback":true}}""")]
    public void WhatWasReadIsWrittenAgain(string json) => Assert.Equal(Compact(json), Compact(Write(Read(json))));

    [Fact]
    public void FilesOfEarlyVersionsAreRead()
    {
        var bpe = Assert.IsType<BpeDefinition>(Read("""{"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["#version: 0.2", "a b"]}}""").Model);
        Assert.Equal([("a", "b")], bpe.Merges);
        Assert.IsType<WordLevelDefinition>(Read("""{"model": {"vocab": {"a": 0}, "unk_token": "a"}}""").Model);
        var metaspace = Assert.IsType<MetaspacePreTokenizer>(Read("""{"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": false}, "model": {"vocab": {"a": 0}, "unk_token": "a"}}""").PreTokenizer);
        Assert.Equal(PrependScheme.Never, metaspace.Scheme);
    }

    [Theory]
    [InlineData("[]", "a JSON object")]
    [InlineData("{", "not sound JSON")]
    [InlineData("{}", "has no \"model\"")]
    [InlineData("""{"version": "2.0", "model": {}}""", "2.0")]
    [InlineData("""{"model": {"type": "Neural"}}""", "'Neural'")]
    [InlineData("""{"normalizer": {"type": "Rot13"}, "model": {}}""", "'Rot13'")]
    [InlineData("""{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Guess"}]}, "model": {}}""", "pre_tokenizer.pretokenizers[0].type\": a pre-tokenizer of kind 'Guess'")]
    [InlineData("""{"post_processor": {"type": "X"}, "model": {}}""", "'X'")]
    [InlineData("""{"decoder": {"type": "Y"}, "model": {}}""", "'Y'")]
    [InlineData("""{"decoder": {}, "model": {}}""", "\"decoder\": has no \"type\"")]
    [InlineData("""{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "b": 0}}}""", "'a' and 'b' have the same id 0")]
    [InlineData("""{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "a": 1}}}""", "'a' stands there twice")]
    [InlineData("""{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 2000000000}}}""", "without gaps")]
    [InlineData("""{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": -1}}}""", "whole number")]
    [InlineData("""{"model": {"type": "WordLevel", "unk_token": "\ud800", "vocab": {}}}""", "no Unicode text")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a  a"]}}""", "model.merges[0]")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a"]]}}""", "model.vocab[0]")]
    [InlineData("""{"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<x>", "type_id": 0}}], "pair": [], "special_tokens": {}}, "model": {}}""", "'<x>'")]
    public void WhatCannotBeReadIsNamedWithItsPlace(string json, string expected)
    {
        var fault = Assert.Throws<DataFileException>(() => Read(json));
        Assert.Contains(expected, fault.Message);
        Assert.Contains("tokenizer.json", fault.Message);
    }
}
