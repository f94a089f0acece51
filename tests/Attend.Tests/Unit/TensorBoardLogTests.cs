using System.Buffers.Binary;
using Attend.Training;

namespace Attend.Tests.Unit;

/// <summary>The event file, read back by the format's description.</summary>
public sealed class TensorBoardLogTests
{
    [Fact]
    public void FiguresAreWrittenAsEvents()
    {
        using var folder = new TemporaryFolder();
        using (var log = new TensorBoardLog(folder.File("tensorboard"), flopsPerToken: 2e6, peakFlops: 1e9))
        {
            log.Report(new TrainProgress("training", 10, 20, 1, 3.5, 8) { TokensPerSecond = 100, Record = new UpdateRecord(10, 1, 3.5, 0.25, 1) { Figures = new Dictionary<string, double> { ["mlm_accuracy"] = 0.5 } } });
            log.Report(new TrainProgress("training", 11, 20, 1, 3.5, 8) { Record = new UpdateRecord(11, 1, 3.5, 0.25, 1) });
            log.Report(new TrainProgress("evaluating", 300, 400, 1, 3, 8) { EpochDone = new EpochRecord(1, 300, 3, 2.5, new Dictionary<string, double> { ["nsp_accuracy"] = 0.75 }, 1) });
        }
        var records = Records(File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder.File("tensorboard"))))).ToArray();
        Assert.Equal(3, records.Length);
        Assert.Contains("brain.Event:2", System.Text.Encoding.UTF8.GetString(records[0]));
        var train = Scalars(records[1]);
        Assert.Equal(10, train.Step);
        Assert.Equal(3.5, train.Values["train/loss"]);
        Assert.Equal(0.25, train.Values["train/learning_rate"]);
        Assert.Equal(0.5, train.Values["train/mlm_accuracy"]);
        Assert.Equal(0.2, train.Values["speed/flop_utilisation"], 1e-6);
        var heldOut = Scalars(records[2]);
        Assert.Equal(300, heldOut.Step);
        Assert.Equal(2.5, heldOut.Values["held_out/loss"]);
        Assert.Equal(0.75, heldOut.Values["held_out/nsp_accuracy"]);
    }

    // CRC-32C bit by bit, polynomial 0x1EDC6F41 reflected; "123456789" gives 0xE3069283.
    [Fact]
    public void TheChecksumHereIsThatOfItsStandard() => Assert.Equal(0xE3069283, Crc("123456789"u8));

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(Masked(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return file[(at + 12)..(at + 12 + length)];
            at += 16 + length;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Crc(data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }
        return ~crc;
    }

    private static (long Step, Dictionary<string, double> Values) Scalars(byte[] message)
    {
        var (step, values) = (0L, new Dictionary<string, double>());
        foreach (var (field, number, content) in Fields(message))
        {
            if (field == 2) step = number;
            if (field != 5) continue;
            foreach (var (_, _, value) in Fields(content!))
            {
                var parts = Fields(value!).ToArray();
                values[System.Text.Encoding.UTF8.GetString(parts[0].Content!)] = BitConverter.Int32BitsToSingle((int)parts[1].Number);
            }
        }
        return (step, values);
    }

    private static IEnumerable<(int Field, long Number, byte[]? Content)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    yield return ((int)(tag >> 3), Varint(message, ref at), null);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    yield return ((int)(tag >> 3), BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at)), null);
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message, ref at);
                    yield return ((int)(tag >> 3), 0, message[at..(at + length)]);
                    at += length;
                    break;
            }
        }
    }

    private static long Varint(byte[] message, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            value |= (long)(message[at] & 0x7F) << shift;
            if (message[at++] < 0x80) return value;
        }
    }
}
