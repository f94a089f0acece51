using System.Text;
using Attend.Checkpoints;
using static Attend.Tests.Unit.Checkpoints.TorchBytes;
using static TorchSharp.torch;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Files of torch.save made by hand: what the format allows is read, whatever goes beyond it is refused and never executed.</summary>
public sealed class TorchFileTests : IDisposable
{
    private static readonly (string, byte[]) Three = ("data/0", Floats(1, 2, 3));

    private readonly TemporaryFolder _folder = new();

    public TorchFileTests() => EngineFixture.Start();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnArchiveIsRead()
    {
        var pickle = Pickle(Dictionary((TextOf("w"), Tensor(Storage("FloatStorage", "0", 3), 1, [2], [1])), (TextOf("step"), Number(7))));
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(Place(Archive(pickle, Three)));
        Assert.Equal(["w"], file.Entries.Keys);
        Assert.Equal(["step"], file.OtherKeys);
        Assert.Equal([2f, 3f], file.Read("w").data<float>().ToArray());
    }

    [Fact]
    public void ValuesOfABigEndianMachineAreTurnedRound()
    {
        var pickle = Pickle(Dictionary((TextOf("w"), Tensor(Storage("FloatStorage", "0", 3), 0, [3], [1]))));
        var turned = Floats(1, 2, 3).Chunk(4).SelectMany(value => value.Reverse()).ToArray();
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(Place(Archive(pickle, ("byteorder", "big"u8.ToArray()), ("data/0", turned))));
        Assert.Equal([1f, 2f, 3f], file.Read("w").data<float>().ToArray());
    }

    [Fact]
    public void AViewOfAStorageInTheOldFormatIsRead()
    {
        var view = Tuple(TextOf("view"), Number(1), Number(2));
        var value = Dictionary((TextOf("w"), Tensor(LegacyStorage("FloatStorage", "a", 3, view), 1, [1], [1])), (TextOf("v"), Tensor(LegacyStorage("FloatStorage", "a", 3), 0, [3], [1])));
        using var scope = NewDisposeScope();
        using var file = TorchFile.Open(Place(Stream(value, ("a", 3, Floats(1, 2, 3)))));
        Assert.Equal([3f], file.Read("w").data<float>().ToArray());
        Assert.Equal([1f, 2f, 3f], file.Read("v").data<float>().ToArray());
    }

    public static TheoryData<string, byte[], string> Pickles => new()
    {
        { "call", Call(Global("os", "system"), TextOf("touch /tmp/attend-was-here")), "asks for \"os.system\"" },
        { "eval", Call(Global("builtins", "eval"), TextOf("1")), "asks for \"builtins.eval\"" },
        { "near", Call(Global("torch._utils", "_rebuild_tensor"), TextOf("1")), "asks for \"torch._utils._rebuild_tensor\"" },
        { "dotted", Global("collections", "OrderedDict.fromkeys"), "asks for \"collections.OrderedDict.fromkeys\"" },
        { "stack global", [.. TextOf("os"), .. TextOf("system"), 0x93], "asks for \"os.system\"" },
        { "inst", [(byte)'(', .. "ios\nsystem\n"u8], "asks for \"os.system\"" },
        { "quantized", Storage("QInt8Storage", "0", 3), "asks for \"torch.QInt8Storage\"" },
        { "object", [.. Global("collections", "OrderedDict"), (byte)')', 0x81], "opcode 0x81" },
        { "extension", [0x82, 1], "opcode 0x82" },
        { "text persistent id", [(byte)'P', .. "x\n"u8], "opcode 0x50 ('P')" },
        { "call of data", [.. Number(1), (byte)')', (byte)'R'], "what it calls has no name" },
        { "storage called", Call(Global("torch", "FloatStorage")), "torch.FloatStorage has the wrong arguments" },
        { "persistent module", [.. Tuple(TextOf("module"), Global("torch", "FloatStorage")), (byte)'Q'], "storage is not described" },
        { "no storage", Tensor(Number(1), 0, [1], [1]), "tensor is not described" },
        { "beyond", Tensor(Storage("FloatStorage", "0", 3), 1, [3], [1]), "leads outside of storage \"0\"" },
        { "far beyond", Tensor(Storage("FloatStorage", "0", 3), 0, [2], [long.MaxValue]), "leads outside of storage \"0\"" },
        { "overflow", Tensor(Storage("FloatStorage", "0", 3), long.MaxValue, [2], [long.MaxValue]), "leads outside" },
        { "negative", Tensor(Storage("FloatStorage", "0", 3), 0, [-1], [1]), "no whole number from 0 on" },
        { "negative offset", Tensor(Storage("FloatStorage", "0", 3), -1, [1], [1]), "leads outside" },
        { "negative stride", Tensor(Storage("FloatStorage", "0", 3), 2, [2], [-1]), "no whole number from 0 on" },
        { "ranks", Tensor(Storage("FloatStorage", "0", 3), 0, [1, 1], [1]), "2 sizes and 1 strides" },
        { "too many dimensions", Tensor(Storage("FloatStorage", "0", 3), 0, [.. Enumerable.Repeat(1L, 65)], [.. Enumerable.Repeat(1L, 65)]), "65 sizes" },
        { "a tensor blown up", Tensor(Storage("FloatStorage", "0", 3), 0, [1L << 40], [0]), "larger than the file" },
        { "a product that overflows", Tensor(Storage("FloatStorage", "0", 3), 0, [1L << 32, 1L << 32], [0, 0]), "larger than the file" },
        { "huge storage", Tensor(Storage("FloatStorage", "0", 1L << 60), 0, [1], [1]), "storage \"0\" is larger than the file" },
        { "negative storage", Tensor(Storage("FloatStorage", "0", -3), 0, [1], [1]), "storage \"0\" is larger than the file" },
        { "absent storage", Tensor(Storage("FloatStorage", "9", 3), 0, [1], [1]), "lacks the values of storage \"9\"" },
        { "path", Tensor(Storage("FloatStorage", "../../x", 3), 0, [1], [1]), "lacks the values of storage \"../../x\"" },
        { "longer", Tensor(Storage("FloatStorage", "0", 2), 0, [1], [1]), "wrong length; expected 8 bytes, found 12" },
        { "two kinds", Tuple(Storage("FloatStorage", "0", 3), Storage("IntStorage", "0", 3)), "described in two ways" },
        { "conjugate", Call(Global("torch._utils", "_rebuild_tensor_v2"), Storage("FloatStorage", "0", 3), Number(0), Tuple(Number(1)), Tuple(Number(1)), False, Ordered, Dictionary((TextOf("conj"), True))), "lazily conjugated" },
        { "empty stack", [(byte)'0', (byte)'0', (byte)'0', (byte)'0'], "stack is empty" },
        { "no mark", [(byte)'t'], "no mark" },
        { "below mark", [.. Number(1), (byte)'(', 0x85], "stack is empty" },
        { "memo", [(byte)'h', 3], "refers to value 3" },
        { "append to number", [.. Number(1), .. Number(1), (byte)'a'], "no list" },
        { "item of list", [(byte)']', .. TextOf("k"), .. Number(1), (byte)'s'], "no dictionary" },
        { "half a pair", [(byte)'}', (byte)'(', .. TextOf("k"), (byte)'u'], "has no value" },
        { "attributes of a number", [.. Number(1), (byte)'}', (byte)'b'], "no dictionary" },
        { "bad text", [(byte)'X', 1, 0, 0, 0, 0xFF], "not valid UTF-8" },
        { "long text", [(byte)'X', 0xFF, 0xFF, 0xFF, 0xFF], "before its end mark" },
        { "very long text", [0x8D, .. Enumerable.Repeat((byte)0xFF, 8)], "before its end mark" },
        { "long name", [(byte)'c', .. Enumerable.Repeat((byte)'x', 2000)], "does not end" },
        { "protocol", [0x80, 6], "protocol is 6" },
        { "rest", [.. Number(1), .. Number(2)], "end mark comes before its end" },
        { "list itself", [(byte)']', (byte)'q', 0, (byte)'h', 0, (byte)'a'], "no dictionary of weights" },
        { "empty", [(byte)'}'], "holds no tensors" },
        { "key", Dictionary((Number(1), Tensor(Storage("FloatStorage", "0", 3), 0, [1], [1]))), "key of the dictionary is no text" },
        { "twice", Dictionary((TextOf("w"), Tensor(Storage("FloatStorage", "0", 3), 0, [1], [1])), (TextOf("w"), Tensor(Storage("FloatStorage", "0", 3), 0, [1], [1]))), "names \"w\" twice" },
    };

    [Theory]
    [MemberData(nameof(Pickles))]
    public void APickleThatGoesBeyondWeightsIsRefused(string name, byte[] value, string expected)
    {
        Assert.NotEmpty(name);
        var whole = name is "rest" or "empty stack" || expected.Contains("dictionary", StringComparison.Ordinal) || expected.Contains("twice", StringComparison.Ordinal) || expected.Contains("no tensors", StringComparison.Ordinal)
            ? value : Dictionary((TextOf("w"), value));
        var refused = Assert.Throws<CheckpointException>(() => TorchFile.Open(Place(Archive(Pickle(whole), Three))).Dispose());
        Assert.Contains(expected, refused.Message);
        Assert.False(File.Exists("/tmp/attend-was-here"));
    }

    [Fact]
    public void NestingCostsNoStack()
    {
        var deep = Enumerable.Repeat((byte)']', 200_000).Concat(Enumerable.Repeat((byte)'a', 199_999)).ToArray();
        var pickle = Pickle(Dictionary((TextOf("w"), Tensor(Storage("FloatStorage", "0", 3), 0, [1], [1])), (TextOf("deep"), deep)));
        using var file = TorchFile.Open(Place(Archive(pickle, Three)));
        Assert.Equal(["deep"], file.OtherKeys);
    }

    [Fact]
    public void EndlessOpcodesAreRefused()
    {
        var pickle = Pickle([.. Enumerable.Repeat((byte)')', 5_000_000)]);
        Assert.Contains("more than 4000000 opcodes", Assert.Throws<CheckpointException>(() => TorchFile.Open(Place(Archive(pickle)))).Message);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>not found</html>", "web page")]
    [InlineData("\uFEFF <html>", "web page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsize 438000173\n", "438,000,173 bytes, sha256 0123456789abcdef")]
    [InlineData("", "an empty file")]
    [InlineData("Entry not found", "not a file that torch.save wrote")]
    [InlineData("PK\u0003\u0004 and no directory", "cut short")]
    public void AnotherKindOfFileIsNamed(string content, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TorchFile.Open(Place(Encoding.UTF8.GetBytes(content)))).Message);

    [Fact]
    public void AnArchiveOfOtherThingsIsNamed()
    {
        Refused("one record data.pkl, found 0", Zip(("a/x", [1])));
        Refused("one record data.pkl, found 2", Zip(("a/data.pkl", [1]), ("b/data.pkl", [1])));
        Refused("TorchScript", Zip(("a/data.pkl", Pickle(None)), ("a/constants.pkl", [1])));
        Refused("byte order is unknown", Archive(Pickle(None), ("byteorder", "middle"u8.ToArray())));
        var compressed = Archive(Pickle(None), Three);
        compressed[compressed.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 10] = 8;
        Refused("compressed", compressed);
    }

    [Fact]
    public void APlainPickleIsNotRead() => Refused("not one that torch.save wrote", [0x80, 2, 0x8A, 1, 5, (byte)'.']);

    [Fact]
    public void AnOldFileWhoseLengthsDisagreeIsRefused()
    {
        var value = Dictionary((TextOf("w"), Tensor(LegacyStorage("FloatStorage", "a", 3), 0, [3], [1])));
        Refused("wrong length; expected 3 values, found 2", Stream(value, ("a", 2, Floats(1, 2, 3))));
        Refused("cut short", Stream(value, ("a", 3, Floats(1, 2))));
        Refused("belong to no tensor", Stream(value, ("a", 3, Floats(1, 2, 3, 4))));
        Refused("lacks the values of storage \"a\"", Stream(value));
        Refused("names one that no tensor uses", Stream(value, ("b", 3, Floats(1, 2, 3))));
        var outside = Dictionary((TextOf("w"), Tensor(LegacyStorage("FloatStorage", "a", 3, Tuple(TextOf("v"), Number(2), Number(2))), 0, [1], [1])));
        Refused("leads outside", Stream(outside, ("a", 3, Floats(1, 2, 3))));
    }

    private void Refused(string expected, byte[] content) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TorchFile.Open(Place(content)).Dispose()).Message);

    private string Place(byte[] content)
    {
        var path = _folder.File("x.bin");
        File.WriteAllBytes(path, content);
        return path;
    }
}
