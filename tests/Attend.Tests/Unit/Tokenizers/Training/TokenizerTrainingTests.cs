using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Training;

namespace Attend.Tests.Unit.Tokenizers.Training;

public sealed class TokenizerTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-training-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private TrainedTokenizer Train(TokenizerType type, int vocabSize = 400, bool byteFallback = false)
    {
        var corpus = Path.Combine(_folder, "corpus.txt");
        File.WriteAllText(corpus, string.Concat(Enumerable.Repeat("The cat sat on the mat; the cats sat.\nIt's 12 o'clock.\n猫坐在垫子上。\n", 5)));
        return new TokenizerTraining { Type = type, Data = [corpus], VocabSize = vocabSize, ByteFallback = byteFallback }.Run(cancellationToken: TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(TokenizerType.WordPiece, false)]
    [InlineData(TokenizerType.Bpe, false)]
    [InlineData(TokenizerType.ByteBpe, false)]
    [InlineData(TokenizerType.Unigram, false)]
    [InlineData(TokenizerType.Unigram, true)]
    public void TheWrittenFileReadsAsTheSameTokenizer(TokenizerType type, bool byteFallback)
    {
        var trained = Train(type, byteFallback: byteFallback);
        trained.Save(Path.Combine(_folder, "out"));
        var file = Path.Combine(_folder, "out", "tokenizer.json");
        var read = TokenizerJsonReader.Read(file);
        Assert.Equal(trained.Definition.Model.Entries, read.Model.Entries);
        Assert.Equal(File.ReadAllBytes(file), TokenizerJsonWriter.ToBytes(read));
        Assert.True(File.Exists(Path.Combine(_folder, "out", "tokenizer_config.json")));
        Assert.Equal(type == TokenizerType.WordPiece, File.Exists(Path.Combine(_folder, "out", "vocab.txt")));
        Assert.Equal(15, trained.TextCount);

        var loaded = TokenizerFolder.Load(Path.Combine(_folder, "out"));
        string[] texts = ["The cats sat on 12 mats.", "猫在垫子上", "Ünknown 🐈 <s> [SEP]  two  blanks ", ""];
        foreach (var text in texts)
        {
            Assert.Equal(trained.Tokenizer.Encode(text, "o'clock").Ids, loaded.Encode(text, "o'clock").Ids);
            // What is never unknown comes back; SentencePiece's way of writing blanks loses no blank but one at the beginning.
            var losesNothing = type is TokenizerType.Bpe or TokenizerType.ByteBpe || byteFallback;
            if (losesNothing) Assert.Equal(text, loaded.Decode(loaded.Encode(text).Ids));
        }
        Assert.Equal((trained.Tokenizer.PadId, trained.Tokenizer.MaskId, trained.VocabSize), (loaded.PadId, loaded.MaskId, loaded.VocabSize));
        Assert.NotEqual(loaded.PadId, loaded.MaskId);
    }

    [Fact]
    public void AVocabularyWithoutRoomForItsCharactersIsRefused()
    {
        foreach (var type in Enum.GetValues<TokenizerType>())
            Assert.Contains("has no room", Assert.Throws<ArgumentException>(() => Train(type, vocabSize: 12)).Message);
    }

    [Fact]
    public void ProgressTellsThePhasesInOrder()
    {
        var seen = new List<TokenizerTrainingProgress>();
        var corpus = Path.Combine(_folder, "corpus.txt");
        File.WriteAllText(corpus, "one two two three three three\n");
        new TokenizerTraining { Data = [corpus] }.Run(new Recorder(seen), TestContext.Current.CancellationToken);
        Assert.Equal(new(TokenizerTrainingPhase.Counting, 30, 30), seen[0]);
        Assert.All(seen.Skip(1), progress => Assert.Equal(TokenizerTrainingPhase.Joining, progress.Phase));
    }

    private sealed class Recorder(List<TokenizerTrainingProgress> seen) : IProgress<TokenizerTrainingProgress>
    {
        public void Report(TokenizerTrainingProgress value) => seen.Add(value);
    }

    [Fact]
    public void TrainingCanBeCancelled()
        => Assert.All(Enum.GetValues<TokenizerType>(), type =>
        {
            Train(type);
            var training = new TokenizerTraining { Type = type, Data = [Path.Combine(_folder, "corpus.txt")] };
            Assert.Throws<OperationCanceledException>(() => training.Run(cancellationToken: new CancellationToken(canceled: true)));
        });
}
