using Attend.Checkpoints;
using static TorchSharp.torch;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>A config.json that cannot be used is told before anything of its size is built.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{", "config.json")]
    [InlineData("""{"model_type":"\ud800"}""", "low surrogate")]
    [InlineData("""{"model_type":"bert","vocab_size":10,"id2label":{"0":null}}""", "id2label has 1 labels and none for 0")]
    [InlineData("""{"model_type":"bert","vocab_size":10,"id2label":{"one":"a"}}""", "id2label has 1 labels and none for 0")]
    [InlineData("""{"model_type":"bert","vocab_size":10,"id2label":{"0":"a","2":"b"}}""", "none for 1")]
    public void AConfigurationThatCannotBeUsedIsRefused(string json, string expected)
    {
        File.WriteAllText(_folder.File("config.json"), json);
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Root)).Message);
    }

    [Fact]
    public void AVocabularyThatIsNotTheEmbeddingsIsRefusedBeforeAModelIsBuilt()
    {
        EngineFixture.Start();
        File.WriteAllText(_folder.File("config.json"), """{"model_type":"bert","vocab_size":2000000000}""");
        using (NewDisposeScope()) Safetensors.Write(_folder.File("model.safetensors"), [("bert.embeddings.word_embeddings.weight", zeros(8, 4)), ("x", zeros(3))]);
        var message = Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Root)).Message;
        Assert.Contains("vocab_size is 2000000000", message);
        Assert.Contains("have 8 rows (\"bert.embeddings.word_embeddings.weight\")", message);
    }

    [Theory]
    [InlineData("hidden_size", 1_200_000_000)]
    [InlineData("intermediate_size", 2_000_000_000)]
    [InlineData("max_position_embeddings", 2_000_000_000)]
    [InlineData("num_hidden_layers", 900)]
    public void SizesThatTheWeightsCannotHaveAreRefusedBeforeAModelIsBuilt(string key, int value)
    {
        EngineFixture.Start();
        File.WriteAllText(_folder.File("config.json"), $$"""{"model_type":"bert","vocab_size":8,"num_attention_heads":1,"{{key}}":{{value}}}""");
        using (NewDisposeScope()) Safetensors.Write(_folder.File("model.safetensors"), [("bert.embeddings.word_embeddings.weight", zeros(8, 4))]);
        Assert.Matches("its sizes make a model of at least [0-9,]+ values, and .*model.safetensors holds 32", Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Root)).Message);
        File.WriteAllText(_folder.File("config.json"), """{"model_type":"albert","vocab_size":8,"num_hidden_layers":2000000000}""");
        Assert.Contains("num_hidden_layers is 2000000000; expected 1 to 1000", Assert.Throws<CheckpointException>(() => ModelFolder.Open(_folder.Root)).Message);
    }
}
