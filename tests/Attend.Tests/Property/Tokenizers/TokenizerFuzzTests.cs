using System.Text.Json.Nodes;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;
using UTF8 = System.Text.UTF8Encoding;

namespace Attend.Tests.Property.Tokenizers;

/// <summary>Damaged files of tokenizers; see <see cref="Fuzzing"/>. What is taken encodes, decodes, and is the same after saving and loading.</summary>
public sealed class TokenizerFuzzTests : IDisposable
{
    // A cache of words, tables of Unicode, a trie, and results.
    private static readonly Fuzzing Fuzz = new() { Rounds = 300, MostAllocated = 100_000_000, IsRefusal = exception => exception is DataFileException or TokenizationException };

    private static readonly string Golden = Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers");

    private static readonly string[] Texts = ["", " ", "The quick brown fox's 12.5 ", "中文 naïve e\u0301 😀 \u0000\uFFFD", "a\uD800b", "x[SEP]y <mask>  z</s>", new('a', 3000), string.Concat(Enumerable.Repeat("the other \n", 200))];

    private static readonly string[] Words =
    [
        "", "a", "aa", "the", " ", "▁", "##a", "<0x41>", "Ġ", "é", "😀", "\u0301", "[UNK]", "[CLS]", "[SEP]", "</s>", "<mask>", "Regex", "String", "type", "id", "content", "vocab", "merges", "Sequence", "pattern", "normalized",
        "NFKC", "Lowercase", "Replace", "Prepend", "Strip", "Precompiled", "ByteLevel", "Metaspace", "Split", "Digits", "WordPiece", "BPE", "Unigram", "WordLevel", "TemplateProcessing", "Fuse", "CTC", "ByteFallback", "FixedLength", "UnicodeScripts",
        "always", "first", "Isolated", "MergedWithNext", "Contiguous", "LongestFirst", "OnlySecond", "Left", "Fixed", "BatchLongest",
        "\\s+", "(a|aa)+$", "(a*)*b", "(?i)[a-k&&[^b]]|\\p{Han}", "[[:alpha:]]{2,5}?", "(?<=a)b++|^$", "\\b", "a{1000}", "((((((a{9}){9}){9}){9}){9}){9}", "(?x) # ", "[^", "\\", "a?????????????",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TokenizerJson()
    {
        var root = JsonNode.Parse(File.ReadAllBytes(Path.Combine(Golden, "pipelines.json")))!;
        JsonObject[] seeds = [.. root["tokenizers"]!.AsArray().Select(item => item!["tokenizer"]!.DeepClone().AsObject()), JsonNode.Parse(Unit.Tokenizers.Pipeline.TokenizerJsonTests.EveryKind)!.AsObject()];
        Fuzz.Run(
            seed =>
            {
                var (json, bytes) = (new JsonMutator(seed, seeds, Words), new Mutator(seed, [.. Words.Select(new UTF8().GetBytes)]));
                return round => round % 8 == 7 ? bytes.Damage(new UTF8().GetBytes(json.Damage(round))) : new UTF8().GetBytes(json.Damage(round));
            },
            bytes =>
            {
                File.WriteAllBytes(_folder.File("tokenizer.json"), bytes);
                Use(TokenizerFolder.Load(_folder.Path));
            });
    }

    [Fact]
    public void VocabularyAndMerges()
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteCharacters.Of((byte)value).ToString()), "th", "the", "<s>", "</s>", "<unk>", "<pad>", "<mask>"];
        var vocabulary = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(tokens.Index().ToDictionary(token => token.Item, token => token.Index));
        var merges = "#version: 0.2\nt h\nth e\n"u8.ToArray();
        var config = """{"tokenizer_class": "RobertaTokenizer", "add_prefix_space": true, "mask_token": {"content": "<mask>", "lstrip": true}}"""u8.ToArray();
        (string Name, byte[] Content)[] files = [("vocab.json", vocabulary), ("merges.txt", merges), ("tokenizer_config.json", config)];
        Fuzz.Run(Files(files), Open(files));
    }

    [Fact]
    public void VocabularyOfBert()
    {
        var vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nthe\n##a\n##s\n中\né\n😀\n"u8.ToArray();
        var config = """{"tokenizer_class": "BertTokenizer", "do_lower_case": false, "max_input_chars_per_word": 100, "mask_token": {"content": "[MASK]"}, "strip_accents": null}"""u8.ToArray();
        (string Name, byte[] Content)[] files = [("vocab.txt", vocabulary), ("tokenizer_config.json", config)];
        Fuzz.Run(Files(files), Open(files));
    }

    [Fact]
    public void SentencePieceModels()
    {
        byte[][] seeds = [.. Directory.GetFiles(Golden, "*.model").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        byte[][] pieces = [[0x0A, 0x00], [0x0A, 0x05, 0x0A, 0x01, 0x61, 0x18, 0x04], [0x12, 0x02, 0x18, 0x02], [0x18, 0x04], [0x18, 0x05], [0x18, 0x06], [0x15, 0, 0, 0x80, 0x7F], [0x15, 0, 0, 0xC0, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x00], [0x1A, 0x02, 0x10, 0x00], [0xC0, 0xAF], .. Words.Take(15).Select(new UTF8().GetBytes)];
        Fuzz.Run(seeds, pieces, bytes =>
        {
            File.WriteAllBytes(_folder.File("x.model"), bytes);
            Use(TokenizerFolder.Load(_folder.Path));
        });
    }

    /// <summary>Several files as one: each in turn is damaged.</summary>
    private static Func<int, Func<int, byte[]>> Files((string Name, byte[] Content)[] files) => seed =>
    {
        var mutator = new Mutator(seed, [.. Words.Take(40).Concat(["\n", "\r\n", "{", "}", "\"", ": 0", ": 2147483647", ": null", "\uFEFF"]).Select(new UTF8().GetBytes), [0xFF], [0xC0, 0x80]]);
        return round =>
        {
            var damaged = mutator.Damage(files[round % files.Length].Content);
            return [(byte)(round % files.Length), .. damaged];
        };
    };

    private Action<byte[]> Open((string Name, byte[] Content)[] files) => bytes =>
    {
        for (var i = 0; i < files.Length; i++) File.WriteAllBytes(_folder.File(files[i].Name), i == bytes[0] ? bytes[1..] : files[i].Content);
        Use(TokenizerFolder.Load(_folder.Path));
    };

    private void Use(ITokenizer tokenizer)
    {
        var options = new EncodeOptions { ParseSpecialTokens = true };
        foreach (var text in Texts)
        {
            Check(tokenizer, tokenizer.Encode(text));
            Check(tokenizer, tokenizer.Encode(text, "a pair", options));
        }
        var copy = _folder.File("copy");
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        tokenizer.Save(copy);
        var again = TokenizerFolder.Load(copy);
        foreach (var text in Texts.Take(6))
        {
            Assert.Equal(tokenizer.Encode(text, null, options).Ids, again.Encode(text, null, options).Ids);
            Assert.Equal(tokenizer.Encode(text).Ids, again.Encode(text).Ids);
        }
    }

    private static void Check(ITokenizer tokenizer, Encoding encoding)
    {
        for (var token = 0; token < encoding.Length; token++)
        {
            Assert.InRange(encoding.Ids[token], 0, tokenizer.VocabSize - 1);
            _ = encoding.TextOf(token);
        }
        Assert.NotNull(tokenizer.Decode(encoding.Ids));
    }
}
