using System.Collections;
using System.Text.Json;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Unit.Tokenizers;

/// <summary>What encoding costs besides time, and that a batch can be stopped.</summary>
public sealed class TokenizerHotPathTests
{
    // Of each token: id, segment, text and word (4 bytes each), offsets (8), special or not (1).
    private const int BytesOfAToken = 25;

    // Seven arrays, the encoding itself, buffers of patterns.
    private const int BytesOfAText = 4_000;

    private static readonly string Text = string.Concat(Enumerable.Range(0, 300).Select(i => $"The weather in town {i % 37} is naïve 中文, isn't it? "));

    private static readonly BertTokenizer Bert = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(' ', 90).SelectMany(unit => new[] { $"{(char)unit}", $"##{(char)unit}" }).Skip(2), "the", "weather"]);

    private static readonly JsonElement Pipelines = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", "pipelines.json"))).RootElement.Clone();

    private static ITokenizer Named(string name)
    {
        if (name == "BERT") return Bert;
        using var folder = new TemporaryFolder();
        var item = Pipelines.GetProperty("tokenizers").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        return new PipelineTokenizer(TokenizerJsonReader.Read(folder.Write("tokenizer.json", item.GetProperty("tokenizer").GetRawText())));
    }

    private static long Allocated(Action action)
    {
        for (var round = 0; round < 3; round++) action(); // buffers grow, caches fill
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // Others call functions of the runtime that box their arguments until they have been compiled a second time.
    [Theory]
    [InlineData("BERT")]
    [InlineData("BERT, added tokens")]
    [InlineData("WordPiece")]
    [InlineData("byte-level")]
    [InlineData("Punctuation, Isolated")]
    public void EncodingAllocatesItsResultAndNothingPerToken(string name)
    {
        var (tokenizer, count) = (Named(name), 0);
        var bytes = Allocated(() => count = tokenizer.Encode(Text).Length);
        Assert.InRange(bytes, 0, (count * BytesOfAToken) + BytesOfAText);
    }

    [Fact]
    public void IdsAloneAllocateNothing()
    {
        var ids = new List<int>(Text.Length);
        Assert.Equal(0, Allocated(() =>
        {
            ids.Clear();
            Bert.EncodeIds(Text, ids);
        }));
        Assert.True(ids.Count > 1000);
    }

    [Fact]
    public void ABatchIsStoppedInTheMiddle()
    {
        using var cancellation = new CancellationTokenSource();
        var texts = new Endless(index =>
        {
            if (index == 100_000) cancellation.Cancel();
            return "the weather";
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Bert.EncodeBatch(texts, cancellationToken: cancellation.Token));
        Assert.InRange(texts.Asked, 1, texts.Count - 1);
    }

    /// <summary>More texts than could be encoded while anybody waits, made when they are asked for.</summary>
    private sealed class Endless(Func<int, string> text) : IReadOnlyList<string>
    {
        private int _asked;

        public int Asked => _asked;

        public int Count => 10_000_000;

        public string this[int index]
        {
            get
            {
                Interlocked.Increment(ref _asked);
                return text(index);
            }
        }

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(text).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
