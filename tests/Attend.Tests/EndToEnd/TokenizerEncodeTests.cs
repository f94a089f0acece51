using System.Text.Json;

namespace Attend.Tests.EndToEnd;

public sealed class TokenizerEncodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public TokenizerEncodeTests()
    {
        Directory.CreateDirectory(_folder.File("model"));
        _folder.Write("model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n##b\nnaive\n你\n");
        _model = _folder.File("model");
    }

    public void Dispose() => _folder.Dispose();

    private JsonElement[] Encode(string input, params string[] arguments)
    {
        var result = AttendProcess.RunWith(input, ["tokenizer", "encode", "--model", _model, "--json", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Out);
        return [.. json.RootElement.GetProperty("encodings").EnumerateArray().Select(encoding => encoding.Clone())];
    }

    private static string Ids(JsonElement encoding) => string.Join(' ', encoding.GetProperty("ids").EnumerateArray());

    [Fact]
    public void TokensSegmentsAndOffsetsOfAPair()
    {
        var encoding = Assert.Single(Encode("", "--text", "😀 naïve", "--pair", "ab你", "--code-points"));
        Assert.Equal("2 1 9 3 5 8 10 3", Ids(encoding));
        Assert.Equal("""["[CLS]","[UNK]","naive","[SEP]","a","##b","你","[SEP]"]""", encoding.GetProperty("tokens").GetRawText());
        Assert.Equal("[[0,0],[0,1],[2,7],[0,0],[0,1],[1,2],[2,3],[0,0]]", encoding.GetProperty("offsets").GetRawText());
        Assert.Equal("[0,0,0,0,1,1,1,1]", encoding.GetProperty("segment_ids").GetRawText());
        Assert.Equal("[-1,0,1,-1,0,0,1,-1]", encoding.GetProperty("word_ids").GetRawText());
    }

    [Fact]
    public void LinesOfStandardInputWindowsAndSpecialTokens()
    {
        Assert.Equal(["2 5 3", "2 1 1 1 6 3"], Encode("a\n[SEP]b\n").Select(Ids));
        Assert.Equal(["2 5 3", "2 3 6 3"], Encode("a\n[SEP]b\n", "--parse-special").Select(Ids));
        Assert.Equal("5", Ids(Assert.Single(Encode("", "--text", "a", "--no-special"))));
        var windows = Encode("", "--text", "a b c", "--max-input-tokens", "4", "--stride", "1");
        Assert.Equal(["2 5 6 3", "2 6 7 3"], windows.Select(Ids));
        Assert.Equal([0, 1], windows.Select(window => window.GetProperty("window").GetInt32()));
        // A text is a text, whatever it begins with.
        Assert.Equal("@a", Assert.Single(Encode("", "--text", "@a")).GetProperty("text").GetString());
        Assert.Equal("-a", Assert.Single(Encode("", "--text=-a")).GetProperty("text").GetString());
    }

    [Fact]
    public void AsTheFileSays()
    {
        _folder.Write("model/tokenizer.json", """
            {"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
             "padding": {"strategy": {"Fixed": 3}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 1, "pad_type_id": 0, "pad_token": "?"},
             "pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 1, "a": 0}}}
            """);
        Assert.Equal("0 0 0 0", Ids(Assert.Single(Encode("", "--text", "a a a a"))));
        var encoding = Assert.Single(Encode("", "--text", "a a a a", "--as-file"));
        Assert.Equal("0 0 1", Ids(encoding));
        Assert.Equal("[true,true,false]", encoding.GetProperty("attention_mask").GetRawText());
        Assert.Equal(2, encoding.GetProperty("truncated_token_count").GetInt32());
    }

    [Fact]
    public void DecodingGivesTextBack()
    {
        var result = AttendProcess.Run("tokenizer", "decode", "--model", _model, "--ids", "2,5,8,10,3");
        Assert.Equal((0, "ab 你"), (result.ExitCode, result.Out.TrimEnd()));
        Fails(2, "its ids lie in [0, 11)", "decode", "--ids", "11");
        Fails(2, "'x' is no token id", "decode", "--ids", "1,x");
    }

    [Fact]
    public void WhatCannotBeDoneIsTold()
    {
        Fails(2, "2 --text, but 1 --pair", "encode", "--text", "a", "--text", "b", "--pair", "c");
        Fails(2, "--stride needs --max-input-tokens", "encode", "--text", "a", "--stride", "1");
        Fails(2, "1 tokens at most: the special tokens alone are 2.", "encode", "--text", "a", "--max-input-tokens", "1");
        Fails(2, "room for 1 tokens", "encode", "--text", "a b c", "--max-input-tokens", "3", "--stride", "1");
        Fails(2, "needs a second text", "encode", "--text", "a b c", "--max-input-tokens", "3", "--truncation", "only-second");
        Fails(1, "attend pull owner/name", "encode", "--text", "a", "--model", "owner/name");
        Fails(1, "has no tokenizer", "encode", "--text", "a", "--model", _folder.Path);
    }

    private void Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(["tokenizer", .. arguments, .. arguments.Contains("--model") ? (string[])[] : ["--model", _model]]);
        Assert.Contains(expected, result.Error);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.DoesNotContain("Parameter", result.Error);
        Assert.DoesNotContain("   at Attend", result.Error);
    }
}
