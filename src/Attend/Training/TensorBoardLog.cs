using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Attend.Training;

/// <summary>Something that is told of a run's progress and holds a file.</summary>
public interface ITrainingLog : IProgress<TrainProgress>, IDisposable;

/// <summary>Writes a run's figures as TensorBoard events.</summary>
/// <remarks>
/// A file of records: length, its checksum, an Event message, its checksum (tensorflow/core/lib/io/record_writer.h; checksums are
/// masked CRC-32C). A resumed run begins a new file; TensorBoard drops what the older ones say of the updates that are made again.
/// </remarks>
internal sealed class TensorBoardLog : ITrainingLog
{
    // Reports are thinned: an update in so many.
    private const int UpdatesPerEvent = 10;

    private readonly FileStream _file;
    private readonly double _flopsPerToken;
    private readonly double _peakFlops;

    /// <param name="folder">Made where it is missing.</param>
    /// <param name="flopsPerToken">Floating-point operations of a token in training; 0 = not known.</param>
    /// <param name="peakFlops">What the machine can do in a second.</param>
    public TensorBoardLog(string folder, double flopsPerToken, double peakFlops)
    {
        (_flopsPerToken, _peakFlops) = (flopsPerToken, peakFlops);
        Directory.CreateDirectory(folder);
        var now = DateTimeOffset.UtcNow;
        _file = new FileStream(Path.Combine(folder, $"events.out.tfevents.{now.ToUnixTimeSeconds()}.{now.Millisecond:000}.attend"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        WriteRecord(Event(0, [.. Field(3, Encoding.UTF8.GetBytes("brain.Event:2"))]));
    }

    public void Report(TrainProgress value)
    {
        if (value.EpochDone is { } done)
        {
            var figures = new Dictionary<string, double>(done.DevMetrics) { ["loss"] = done.DevLoss };
            Write(done.Update, figures.Where(figure => double.IsFinite(figure.Value)).Select(figure => ($"held_out/{figure.Key}", figure.Value)));
        }
        else if (value.Record is { } record && (record.Update % UpdatesPerEvent == 0 || record.Update == 1))
        {
            List<(string, double)> figures = [("train/loss", record.Loss), ("train/learning_rate", record.LearningRate), ("train/gradient_norm", record.GradientNorm), ("speed/tokens_per_second", value.TokensPerSecond)];
            if (record.Figures is { } further) figures.AddRange(further.Select(figure => ($"train/{figure.Key}", figure.Value)));
            if (_flopsPerToken > 0 && _peakFlops > 0) figures.Add(("speed/flop_utilisation", value.TokensPerSecond * _flopsPerToken / _peakFlops));
            Write(record.Update, figures);
        }
    }

    public void Dispose() => _file.Dispose();

    private void Write(long step, IEnumerable<(string Tag, double Value)> figures)
    {
        var summary = new List<byte>();
        foreach (var (tag, value) in figures)
        {
            var number = new byte[5];
            number[0] = (2 << 3) | 5; // simple_value: 32 bits
            BinaryPrimitives.WriteSingleLittleEndian(number.AsSpan(1), (float)value);
            summary.AddRange(Field(1, [.. Field(1, Encoding.UTF8.GetBytes(tag)), .. number]));
        }
        WriteRecord(Event(step, [.. Field(5, [.. summary])]));
        _file.Flush();
    }

    // Event: wall_time = 1 (double), step = 2 (int64), file_version = 3 (string), summary = 5 (message).
    private static byte[] Event(long step, byte[] what)
    {
        var time = new byte[9];
        time[0] = (1 << 3) | 1;
        BinaryPrimitives.WriteDoubleLittleEndian(time.AsSpan(1), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        return [.. time, 2 << 3, .. Varint((ulong)step), .. what];
    }

    private static IEnumerable<byte> Field(int number, byte[] content) => [(byte)((number << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    private void WriteRecord(byte[] data)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, (ulong)data.Length);
        _file.Write(number);
        WriteChecksum(number);
        _file.Write(data);
        WriteChecksum(data);
    }

    private void WriteChecksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        crc = ~crc;
        Span<byte> masked = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(masked, BitOperations.RotateRight(crc, 15) + 0xA282EAD8);
        _file.Write(masked);
    }
}
