using System.Buffers.Binary;
using System.Text;
using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Files that are damaged, made to do harm, or something else: each is refused with a text that says why.</summary>
public sealed class HostileSafetensorsTests : IDisposable
{
    private const string Sound = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, string> Headers => new()
    {
        { "", 0, "not a JSON object" },
        { " {}", 0, "found byte 0x20" },
        { "[]", 0, "found byte 0x5B" },
        { "\uFEFF{}", 0, "not a JSON object" },
        { "{", 0, "not valid JSON" },
        { "{} {}", 0, "not valid JSON" },
        { "{}x", 0, "not valid JSON" },
        { "{}\0\0", 0, "not valid JSON" },
        { "{/*c*/}", 0, "not valid JSON" },
        { """{"a":1}""", 0, "tensor \"a\" is not described by an object; found Number" },
        { """{"a":null}""", 0, "not described by an object" },
        { """{"a":{}}""", 0, "tensor \"a\" lacks dtype" },
        { """{"a":{"dtype":"F32","data_offsets":[0,0]}}""", 0, "lacks shape" },
        { """{"a":{"dtype":"F32","shape":[0]}}""", 0, "lacks data_offsets" },
        { """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"extra":1}}""", 0, "unknown property; expected dtype, shape and data_offsets, found \"extra\"" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "tensor \"a\" names \"dtype\" twice" },
        { """{"a":{"dtype":"F31","shape":[0],"data_offsets":[0,0]}}""", 0, "dtype of tensor \"a\" is not supported; expected one of BOOL" },
        { """{"a":{"dtype":"f32","shape":[0],"data_offsets":[0,0]}}""", 0, "found \"f32\"" },
        { """{"a":{"dtype":1,"shape":[0],"data_offsets":[0,0]}}""", 0, "dtype of tensor \"a\" is not a text" },
        { """{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1, "shape of tensor \"a\" is not an array" },
        { """{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", 1, "not a number" },
        { """{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", 1, "not a number" },
        { """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "expected a whole number from 0 to 2^63-1, found \"-1\"" },
        { """{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}""", 0, "found \"-0\"" },
        { """{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""", 1, "found \"1.0\"" },
        { """{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}""", 1, "found \"1e0\"" },
        { """{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}""", 1, "found \"9223372036854775808\"" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, "larger than any file" },
        { """{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "larger than any file; found [4294967296, 4294967296]" },
        { """{"a":{"dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "larger than any file" },
        { """{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}""", 4, "cut short; expected 1099511627776 bytes after the header, found 4" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "not a pair; expected 2 numbers, found 1" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "not a pair" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "end before they begin" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}""", 1, "impossible entry" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "expected 8 bytes for F32 [2], found 4" },
        { """{"a":{"dtype":"F32","shape":[],"data_offsets":[0,0]}}""", 0, "expected 4 bytes for F32 [], found 0" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "values of tensor \"a\" follow a hole; expected offset 0, found 1" },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "values of tensor \"b\" overlap others; expected offset 2, found 1" },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "overlap" },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}""", 2, "overlap" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "belong to no tensor; expected 1 bytes after the header, found 2" },
        { """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "names \"a\" twice" },
        { """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "names \"a\" twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "names \"__metadata__\" twice" },
        { """{"__metadata__":{"k":"1","k":"2"}}""", 0, "__metadata__ names \"k\" twice" },
        { """{"__metadata__":{"k":1}}""", 0, "__metadata__ entry \"k\" is not a text" },
        { """{"__metadata__":{"k":null}}""", 0, "is not a text" },
        { """{"__metadata__":{"k":{"deep":"1"}}}""", 0, "is not a text" },
        { """{"__metadata__":["k"]}""", 0, "not an object of texts" },
        { """{"__metadata__":null}""", 0, "not an object of texts" },
        { """{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "unreadable text" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void AHeaderThatBreaksARuleIsRefused(string json, int dataBytes, string expected)
    {
        var refused = Refused([.. SafetensorsTests.Header(json), .. new byte[dataBytes]]);
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public void ASoundHeaderIsTaken()
    {
        using var file = SafetensorsFile.Open(Place([.. SafetensorsTests.Header(Sound), .. new byte[9]]));
        Assert.Equal(["a", "b"], file.Entries.Keys);
        Assert.Equal((8, 1), (file.Entries["a"].ByteCount, file.Entries["b"].ByteCount));
    }

    [Theory]
    [InlineData("", "too short for a safetensors file; expected at least 8 bytes, found 0")]
    [InlineData("1234567", "found 7")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 438000173\n", "Git LFS pointer")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 438000173\n", "git lfs pull")]
    [InlineData("<!DOCTYPE html><html>Entry not found</html>", "web page")]
    [InlineData("\r\n  <html>", "web page")]
    [InlineData("PK\u0003\u0004 and more of the archive", "zip archive, as PyTorch's pytorch_model.bin")]
    [InlineData("Entry not found", "header size is impossible")]
    public void AnotherKindOfFileIsNamed(string content, string expected) => Assert.Contains(expected, Refused(Encoding.ASCII.GetBytes(content)).Message);

    [Theory]
    [InlineData(100_000_001UL, "expected at most 100000000 bytes, found 100000001")]
    [InlineData(ulong.MaxValue, "found 18446744073709551615")]
    [InlineData(1UL << 63, "header size is impossible")]
    [InlineData(100_000_000UL, "ends within its header; expected 100000000 bytes after the first 8, found 16")]
    [InlineData(17UL, "ends within its header; expected 17 bytes after the first 8, found 16")]
    public void AHeaderSizeIsCheckedBeforeAnythingIsAllocated(ulong size, string expected)
    {
        var content = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(content, size);
        var path = Place(content);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public void AHeaderOfMoreThan100MegabytesIsRefusedThoughItIsThere()
    {
        var path = _folder.File("x.safetensors");
        using (var stream = File.Create(path))
        {
            var size = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(size, 100_000_001);
            stream.Write(size);
            stream.SetLength(8 + 100_000_001);
        }
        Assert.Contains("found 100000001", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void InvalidUtf8IsRefused()
    {
        var content = SafetensorsTests.Header("""{"__metadata__":{"k":"?"}}""");
        content[Array.IndexOf(content, (byte)'?')] = 0xFF;
        Assert.Contains("not valid UTF-8", Refused(content).Message);
    }

    [Fact]
    public void EveryTruncationIsRefused()
    {
        byte[] whole = [.. SafetensorsTests.Header(Sound), .. new byte[9]];
        for (var length = 0; length < whole.Length; length++) Refused(whole[..length]);
    }

    [Fact]
    public void AMessageNamesTheFileAndWhatToDoAndKeepsForeignTextHarmless()
    {
        var refused = Refused(SafetensorsTests.Header($$"""{"\u001b[31m\n{{new string('x', 300)}}":1}"""));
        Assert.StartsWith(_folder.File("x.safetensors"), refused.Message);
        Assert.Contains("download or export it again", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.DoesNotContain('\u001b', refused.Message);
        Assert.True(refused.Message.Length < 400);
        Assert.Contains("(306 characters)", refused.Message);
    }

    [Fact]
    public void AMissingFileAndAFolderAreTold()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(_folder.File("none")));
        Assert.Contains("none", missing.Message);
        Assert.Contains("this is a folder", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Root)).Message);
    }

    [Fact]
    public void ABoolThatIsNeither0Nor1IsRefusedWhenRead()
    {
        EngineFixture.Start();
        using var file = SafetensorsFile.Open(Place([.. SafetensorsTests.Header("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"""), 1, 2]));
        Assert.Contains("neither 0 nor 1", Assert.Throws<CheckpointException>(() => file.Read("a")).Message);
    }

    [Fact]
    public void AFileCutShortWhileOpenIsRefusedNotACrash()
    {
        EngineFixture.Start();
        var path = Place([.. SafetensorsTests.Header("""{"a":{"dtype":"U8","shape":[100000],"data_offsets":[0,100000]}}"""), .. new byte[100000]]);
        using var file = SafetensorsFile.Open(path);
        using (var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) writer.SetLength(100);
        Assert.Contains("cut short while it was open", Assert.Throws<CheckpointException>(() => file.Read("a")).Message);
    }

    [Fact]
    public void ARefusedFileIsClosed()
    {
        var path = Place(SafetensorsTests.Header("[]"));
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(exclusive.CanWrite);
    }

    [Fact]
    public void MutatedHeadersAreTakenOrRefusedNeverAnythingElse()
    {
        var random = new Random(20240229);
        var sound = Encoding.UTF8.GetBytes(Sound);
        string[] pieces = ["{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", "9999999999999999999", "1e9", "null", "\"a\":", "\\ud800", "\0", "\u00ff", "__metadata__", "BOOL", "\n"];
        var taken = 0;
        for (var round = 0; round < 30_000; round++)
        {
            var mutated = new List<byte>(sound);
            for (var step = random.Next(1, 4); step > 0; step--)
            {
                var at = random.Next(mutated.Count);
                switch (random.Next(5))
                {
                    case 0: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: mutated.RemoveRange(at, Math.Min(random.Next(1, 12), mutated.Count - at - 1)); break;
                    case 2: mutated.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)])); break;
                    case 3: mutated.InsertRange(at, mutated.GetRange(random.Next(mutated.Count / 2), random.Next(mutated.Count / 2))); break;
                    default: mutated[at] = (byte)random.Next(256); break;
                }
            }
            try
            {
                var header = SafetensorsHeader.Parse("fuzz", mutated.ToArray(), 9);
                Assert.Equal(9, header.Entries.Values.Sum(entry => entry.ByteCount));
                taken++;
            }
            catch (CheckpointException)
            {
            }
        }
        Assert.InRange(taken, 100, 29_000);
    }

    private CheckpointException Refused(byte[] content)
    {
        var path = Place(content);
        var refused = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.Equal(path, refused.FilePath);
        return refused;
    }

    private string Place(byte[] content)
    {
        var path = _folder.File("x.safetensors");
        File.WriteAllBytes(path, content);
        return path;
    }
}
