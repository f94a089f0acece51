namespace Attend.Tests.Property;

/// <summary>Damages files at random, with what is likely to matter: extreme numbers, pieces of the format, parts doubled, moved or cut off.</summary>
internal sealed class Mutator(int seed, byte[][] pieces)
{
    private static readonly long[] Extremes = [0, 1, -1, 2, 127, 128, 255, 256, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, 1L << 62, long.MaxValue, long.MinValue];

    private readonly Random _random = new(seed);

    public byte[] Damage(byte[] sound)
    {
        var bytes = new List<byte>(sound);
        for (var isDone = false; !isDone && bytes.Count > 1; isDone = _random.Next(3) == 0) DamageOnce(bytes);
        return [.. bytes];
    }

    private void DamageOnce(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count);
        var length = Math.Min(_random.Next(1, 40), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            case 1: bytes[at] = (byte)_random.Next(256); break;
            case 2: bytes.RemoveRange(at, Math.Min(length, bytes.Count - 1)); break;
            case 3: bytes.InsertRange(at, pieces[_random.Next(pieces.Length)]); break;
            case 4: bytes.InsertRange(_random.Next(bytes.Count), bytes.GetRange(at, length)); break;
            case 5: Overwrite(bytes, at, pieces[_random.Next(pieces.Length)]); break;
            case 6: Overwrite(bytes, at, BitConverter.GetBytes(Extremes[_random.Next(Extremes.Length)])[..(1 << _random.Next(4))]); break;
            case 7: Overwrite(bytes, at, [.. bytes.GetRange(_random.Next(bytes.Count - length + 1), length)]); break;
            default: if (_random.Next(8) == 0) bytes.RemoveRange(at, bytes.Count - at); break;
        }
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] piece)
    {
        for (var index = 0; index < piece.Length && at + index < bytes.Count; index++) bytes[at + index] = piece[index];
    }
}
