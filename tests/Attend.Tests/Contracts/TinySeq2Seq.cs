using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>Small random encoder-decoders, one of each row of the table.</summary>
internal static class TinySeq2Seq
{
    public const int VocabSize = 23;
    public static readonly Seq2SeqSize Size = new(2, 2, 16, 4, 32) { MaxPositionEmbeddings = 48, Dropout = 0 };

    public static TheoryData<string> All => [.. Architectures.Seq2Seq.Select(row => row.ModelType)];

    public static Seq2SeqArchitecture Row(string architecture) => Architectures.Seq2Seq.Single(row => row.ModelType == architecture);

    public static Seq2SeqModel Create(string architecture, int seed = 3)
    {
        Initialization.Seed((ulong)seed);
        var row = Row(architecture);
        var model = row.Create(row.CreateConfig(Size, VocabSize) with { DecoderStartTokenId = 1, EosTokenId = 2 });
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Far enough from the symmetric start that every step has a clear answer; not from libtorch's generator, which all tests share.
        var random = new Random(seed);
        foreach (var parameter in model.parameters())
            parameter.add_(tensor([.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => (float)(random.NextDouble() - 0.5))], parameter.shape));
        model.eval();
        return model;
    }

    public static int[] Source(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(3, VocabSize))];
    }

    public static Tensor Ids(params int[][] rows) => tensor([.. rows.SelectMany(row => row.Select(id => (long)id))], [rows.Length, rows[0].Length]);
}
