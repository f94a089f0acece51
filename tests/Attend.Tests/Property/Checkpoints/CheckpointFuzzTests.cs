using System.Text;
using Attend.Checkpoints;
using static Attend.Tests.Unit.Checkpoints.TorchBytes;
using static TorchSharp.torch;

namespace Attend.Tests.Property.Checkpoints;

/// <summary>Damaged files of checkpoints; see <see cref="Fuzzing"/>.</summary>
public sealed class CheckpointFuzzTests : IDisposable
{
    // Buffers, messages, and a value for every byte of a pickle.
    private static readonly Fuzzing Fuzz = new() { MostAllocated = 8_000_000, IsRefusal = exception => exception is CheckpointException };

    private static readonly string Golden = Repository.Path("tests", "Attend.Tests", "Golden", "torch");

    private readonly Unit.Checkpoints.TemporaryFolder _folder = new();

    public CheckpointFuzzTests() => EngineFixture.Start();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SafetensorsFiles()
    {
        Safetensors.Write(_folder.File("sound"), [("a", arange(6, ScalarType.Float32).reshape(2, 3)), ("b", tensor(true)), ("c", zeros(0, 4, ScalarType.Int64)), ("d", ones(3, ScalarType.BFloat16))],
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[][] pieces = [.. "{|}|[|]|,|:|\"|\\|0|-|9999999999999999999|1e9|null|\"a\":|\\ud800|\0|__metadata__|BOOL|F64|data_offsets|shape|[0,0]|4294967296".Split('|').Select(Encoding.UTF8.GetBytes)];
        Fuzz.Run([File.ReadAllBytes(_folder.File("sound"))], pieces, OpenAndRead);
    }

    [Fact]
    public void FilesOfTorchSave()
    {
        byte[][] seeds = [.. new[] { "zip.bin", "legacy.bin", "protocol4.bin", "module-legacy.bin", "wrapped.ckpt" }.Select(name => File.ReadAllBytes(Path.Combine(Golden, name)))];
        Fuzz.Run(seeds, PicklePieces(), OpenAndRead);
    }

    [Fact]
    public void PicklesThemselves()
    {
        var pickle = Pickle(Dictionary((TextOf("w"), Tensor(Storage("FloatStorage", "0", 3), 0, [3, 1], [1, 3])), (TextOf("o"), Ordered)));
        var legacy = Dictionary((TextOf("w"), Tensor(LegacyStorage("FloatStorage", "0", 3, Tuple(TextOf("v"), Number(1), Number(2))), 0, [2], [1])));
        Fuzz.Run([pickle], PicklePieces(), bytes => OpenAndRead(Archive(bytes, ("data/0", Floats(1, 2, 3)))));
        Fuzz.Run([legacy], PicklePieces(), bytes => OpenAndRead(Stream(bytes, ("0", 3, Floats(1, 2, 3)))));
    }

    [Fact]
    public void Configurations()
    {
        var sound = """{"model_type":"bert","architectures":["BertForSequenceClassification"],"vocab_size":30522,"hidden_size":128,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":512,"hidden_act":"gelu","hidden_dropout_prob":0.1,"layer_norm_eps":1e-12,"pad_token_id":0,"id2label":{"0":"a","1":"b"},"label2id":{"a":0,"b":1},"problem_type":"single_label_classification","unknown":{"x":[1,2]}}"""u8.ToArray();
        byte[][] pieces = [.. "{|}|[|]|,|:|\"|\\|0|-1|99999999999|1e999|NaN|null|true|\"a\":|\\ud800|\0|\"id2label\":|\"model_type\":|\"bert\"|2147483647|0.5|\"x\"".Split('|').Select(Encoding.UTF8.GetBytes)];
        var path = _folder.File("config.json");
        Fuzz.Run([sound], pieces, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            var folder = ModelFolder.Open(_folder.Root);
            _ = folder.Config.Labels;
            _ = folder.Head;
        });
    }

    [Fact]
    public void Indexes()
    {
        Safetensors.Write(_folder.File("one.safetensors"), [("a", ones(2)), ("b", ones(2))]);
        var sound = """{"metadata":{"total_size":16},"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}"""u8.ToArray();
        byte[][] pieces = [.. "{|}|[|]|,|:|\"|\\|0|null|\"a\":|../|/|one.safetensors|\\ud800|\0|\"weight_map\":".Split('|').Select(Encoding.UTF8.GetBytes)];
        Fuzz.Run([sound], pieces, bytes =>
        {
            File.WriteAllBytes(_folder.File("model.safetensors.index.json"), bytes);
            WeightsSource.Open(_folder.Root).Dispose();
        });
    }

    private static byte[][] PicklePieces() =>
    [
        .. "(|)|.|0|1|N|]|}|a|e|s|u|t|l|R|Q|b|q\0|h\0|r\0\0\0\0|j\0\0\0\0|K\u0001|cos\nsystem\n|ctorch\nLongStorage\n|PK\u0001\u0002|PK\u0005\u0006|little|big|data.pkl".Split('|').Select(Encoding.Latin1.GetBytes),
        [0x85], [0x86], [0x87], [0x88], [0x89], [0x93], [0x94], [0x95], [0x8D], [0x80, 4], Number(long.MaxValue), Number(-1), Number(1L << 32), Ordered, True, TextOf("storage"), Tuple(Number(1)), Tuple(),
    ];

    private void OpenAndRead(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("x.bin"), bytes);
        using var scope = NewDisposeScope();
        using var weights = WeightsSource.Open(_folder.File("x.bin"));
        foreach (var name in weights.Entries.Keys)
            if (weights.Read(name).NumberOfElements * weights.Entries[name].ByteCount / Math.Max(1, weights.Entries[name].ElementCount) > Math.Max(1 << 16, bytes.Length))
                throw new InvalidOperationException($"tensor {name} is larger than its file");
    }
}
