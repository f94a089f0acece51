using Attend.Tasks;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend.Tests.Unit;

public sealed class TokenBatchTests
{
    private static readonly BertTokenizer Tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]);

    [Theory]
    [InlineData(1, 512, 1)]
    [InlineData(15, 512, 15)]
    [InlineData(17, 512, 18)]
    [InlineData(33, 512, 36)]
    [InlineData(127, 512, 128)]
    [InlineData(127, 127, 127)]
    [InlineData(129, 130, 130)]
    [InlineData(140, 130, 140)]
    public void RowsGrowToTheNextOfFewLengths(int longest, int limit, int expected) => Assert.Equal(expected, TokenBatch.PaddedLength(longest, limit));

    [Fact]
    public void LengthsAreFewAndPaddingIsLittle()
    {
        var lengths = Enumerable.Range(1, 512).Select(length => TokenBatch.PaddedLength(length, 512)).ToArray();
        Assert.InRange(lengths.Distinct().Count(), 10, 60);
        Assert.All(lengths.Select((padded, index) => (double)padded / (index + 1)), growth => Assert.InRange(growth, 1, 1.125));
    }

    [Fact]
    public void PaddingIsMasked()
    {
        EngineFixture.Start();
        using var scope = NewDisposeScope();
        var batch = TokenBatch.Collate([Encode(15), Encode(10)], padId: 0, maxInputTokens: 512);
        Assert.Equal((2, 18, 29), (batch.ExampleCount, batch.SeqLength, batch.TokenCount));
        var input = batch.ToInput(CPU);
        Assert.Equal([17, 12], input.Mask!.sum(1).data<long>().ToArray());
        Assert.Equal(0, input.Ids.masked_select(input.Mask.logical_not()).sum().item<long>());
        Assert.Null(TokenBatch.Collate([Encode(14), Encode(14)], 0, 512).ToInput(CPU).Mask);
    }

    // With [CLS] and [SEP] two tokens longer.
    private static Encoding Encode(int words) => Tokenizer.Encode(string.Join(' ', Enumerable.Repeat("a", words)));
}
