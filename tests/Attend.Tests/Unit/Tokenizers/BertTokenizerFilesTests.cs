using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class BertTokenizerFilesTests : IDisposable
{
    private const string Special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("attend-tokenizer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteVocabulary(string text) => File.WriteAllText(Path.Combine(_folder, "vocab.txt"), text);

    private void WriteConfig(string text) => File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), text);

    private DataFileException Refused() => Assert.Throws<DataFileException>(() => BertTokenizer.Load(_folder));

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\n", "\n")]
    [InlineData("\r\n", "\r\n")]
    public void EveryLineIsAnEntry(string lineEnd, string end)
    {
        WriteVocabulary(Special.ReplaceLineEndings(lineEnd) + "a" + lineEnd + "##\u2028" + end);
        var tokenizer = BertTokenizer.Load(_folder);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##\u2028"], tokenizer.Vocabulary);
        Assert.Equal(new BertTokenizerOptions(), tokenizer.Options);
    }

    [Fact]
    public void AByteOrderMarkIsNoPartOfTheFirstToken()
    {
        WriteVocabulary("\uFEFF" + Special);
        Assert.Equal(0, BertTokenizer.Load(_folder).PadId);
    }

    [Fact]
    public void TheConfigurationIsFollowed()
    {
        WriteVocabulary("<pad>\n[UNK]\n[CLS]\n[SEP]\n<mask>\n");
        WriteConfig("""
            {"do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false, "pad_token": "<pad>",
             "mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": true}, "unk_token": null, "model_max_length": 1e30, "other": []}
            """);
        var expected = new BertTokenizerOptions { DoLowerCase = false, StripAccents = true, TokenizeChineseChars = false, PadToken = "<pad>", MaskToken = "<mask>" };
        Assert.Equal(expected, BertTokenizer.Load(_folder).Options);
    }

    [Fact]
    public void GivenOptionsGoBeforeTheConfiguration()
    {
        WriteVocabulary(Special);
        WriteConfig("not even JSON");
        Assert.False(BertTokenizer.Load(_folder, new() { DoLowerCase = false }).Options.DoLowerCase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsSavedIsLoadedAgain(bool defaults)
    {
        var options = defaults ? new BertTokenizerOptions() : new BertTokenizerOptions
        {
            DoLowerCase = false,
            StripAccents = true,
            TokenizeChineseChars = false,
            MaxWordCodePoints = 7,
            PadToken = "<p>",
            UnknownToken = "<é>",
            ClsToken = "\"c\"",
            SepToken = "\\s",
            MaskToken = "😀",
        };
        var saved = new BertTokenizer(["a", "##\u0085", options.PadToken, options.UnknownToken, options.ClsToken, options.SepToken, options.MaskToken, "中", "b\u2028"], options);
        var folder = Path.Combine(_folder, "not", "yet", "there");
        saved.Save(folder);
        var loaded = BertTokenizer.Load(folder);
        Assert.Equal(saved.Vocabulary, loaded.Vocabulary);
        Assert.Equal(options, loaded.Options);
        Assert.Equal(saved.Encode("a 中 b").Ids, loaded.Encode("a 中 b").Ids);
    }

    [Fact]
    public void SavedFilesAreInHuggingFacesForm()
    {
        new BertTokenizer(Special.TrimEnd().Split('\n')).Save(_folder);
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(Special), File.ReadAllBytes(Path.Combine(_folder, "vocab.txt")));
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "tokenizer_config.json"))).RootElement;
        Assert.Equal("BertTokenizer", config.GetProperty("tokenizer_class").GetString());
        Assert.True(config.GetProperty("do_lower_case").GetBoolean());
        Assert.Equal(JsonValueKind.Null, config.GetProperty("strip_accents").ValueKind);
        Assert.Equal("[MASK]", config.GetProperty("mask_token").GetString());
    }

    [Theory]
    [InlineData("", null, "empty")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\n", null, "[MASK]")]
    [InlineData(Special + "a\nb\na\n", 8, "line 6")]
    [InlineData(Special + "a\n\nb\n", 7, "empty entry")]
    [InlineData(Special + "a\n\n", 7, "empty entry")]
    [InlineData(Special + "a\rb\n", 6, "line break")]
    public void ABadVocabularyIsRefusedWithItsLine(string text, int? line, string words)
    {
        WriteVocabulary(text);
        var fault = Refused();
        Assert.Equal(Path.Combine(_folder, "vocab.txt"), fault.Path);
        Assert.Equal(line, fault.Line);
        Assert.Contains(words, fault.Message);
        Assert.StartsWith(line is null ? fault.Path + ": " : $"{fault.Path}:{line}: ", fault.Message);
    }

    [Fact]
    public void BytesThatAreNotUtf8AreRefusedWithTheirLine()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vocab.txt"), [.. System.Text.Encoding.UTF8.GetBytes(Special), (byte)'a', (byte)'\n', 0xC3, (byte)'\n']);
        Assert.Equal(7, Refused().Line);
    }

    [Fact]
    public void AMissingVocabularyIsNamed() => Assert.Contains("no such file", Refused().Message);

    [Theory]
    [InlineData("{\n  \"do_lower_case\": tru\n}", 2, "not JSON")]
    [InlineData("[]", null, "a list")]
    [InlineData("{\"do_lower_case\": \"yes\"}", null, "\"do_lower_case\"")]
    [InlineData("{\"pad_token\": {\"text\": \"x\"}}", null, "\"pad_token\"")]
    [InlineData("{\"pad_token\": \"\"}", null, "\"pad_token\"")]
    [InlineData("{\"pad_token\": \"\\ud800\"}", null, "no Unicode")]
    [InlineData("{\"max_input_chars_per_word\": 0}", null, "whole number")]
    [InlineData("{\"do_basic_tokenize\": false}", null, "do_basic_tokenize")]
    [InlineData("{\"tokenizer_class\": \"BertJapaneseTokenizer\"}", null, "BertJapaneseTokenizer")]
    public void ABadConfigurationIsRefused(string text, int? line, string words)
    {
        WriteVocabulary(Special);
        WriteConfig(text);
        var fault = Refused();
        Assert.Equal(Path.Combine(_folder, "tokenizer_config.json"), fault.Path);
        Assert.Equal(line, fault.Line);
        Assert.Contains(words, fault.Message);
    }
}
