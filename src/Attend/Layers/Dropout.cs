using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>Dropout (Srivastava et al. 2014) from a generator of our own: on a CPU many times faster than libtorch's, and the same on every machine.</summary>
/// <remarks>
/// libtorch draws one Bernoulli number after the other (18 ns a value on the machine it was measured on, a fifth of a training step);
/// here 16 values come of one step of four parallel generators. The state belongs to the thread; <see cref="Seed"/> sets it.
/// </remarks>
public static class Dropout
{
    // Probabilities are kept to this many levels.
    private const int Levels = 1 << 16;

    [ThreadStatic]
    private static Xoshiro _generator;

    /// <summary>Makes the calling thread's dropout depend on nothing but this seed and the calls that follow.</summary>
    public static void Seed(ulong seed) => _generator = new Xoshiro(seed);

    /// <summary>Sets each value to 0 with some probability and scales the others so that the expectation stays.</summary>
    /// <param name="x">Any shape, floating; on another device than the CPU libtorch's own dropout is used.</param>
    /// <param name="probability">In [0, 1), rounded to the next 1/65,536; 0 gives <paramref name="x"/> itself.</param>
    /// <returns>Same shape.</returns>
    public static Tensor Apply(Tensor x, double probability)
    {
        var dropped = (int)Math.Round(probability * Levels);
        if (dropped == 0) return x;
        if (x.device_type != DeviceType.CPU) return nn.functional.dropout(x, probability);
        var scale = (float)Levels / (Levels - dropped);
        var noise = empty(x.shape, x.dtype == ScalarType.BFloat16 ? x.dtype : ScalarType.Float32);
        if (x.dtype == ScalarType.BFloat16) Fill(MemoryMarshal.Cast<byte, ushort>(noise.bytes), (ushort)dropped, scale);
        else Fill(MemoryMarshal.Cast<byte, float>(noise.bytes), (ushort)dropped, scale);
        return x * noise.to(x.dtype);
    }

    /// <summary>Draws which of some things to drop, each with the same probability.</summary>
    internal static bool[] Draw(int count, double probability)
    {
        var noise = new float[count];
        Fill(noise, (ushort)Math.Round(probability * Levels), 1);
        return Array.ConvertAll(noise, value => value == 0);
    }

    // 0 where a random 16-bit number is below `dropped`, `scale` elsewhere.
    private static void Fill(Span<float> noise, ushort dropped, float scale)
    {
        if (_generator.IsUnseeded) Seed(0);
        var generator = _generator;
        var limit = Vector256.Create(dropped);
        var kept = Vector256.Create(scale).AsUInt32();
        Span<float> rest = stackalloc float[Vector256<ushort>.Count];
        for (var start = 0; start < noise.Length; start += Vector256<ushort>.Count)
        {
            var keep = Vector256.GreaterThanOrEqual(generator.Next().AsUInt16(), limit).AsInt16();
            var (low, high) = Vector256.Widen(keep);
            var target = noise.Length - start >= Vector256<ushort>.Count ? noise[start..] : rest;
            (low.AsUInt32() & kept).AsSingle().CopyTo(target);
            (high.AsUInt32() & kept).AsSingle().CopyTo(target[Vector256<float>.Count..]);
            if (noise.Length - start < Vector256<ushort>.Count) rest[..(noise.Length - start)].CopyTo(noise[start..]);
        }
        _generator = generator;
    }

    // The same in bfloat16: the upper half of a float32, rounded.
    private static void Fill(Span<ushort> noise, ushort dropped, float scale)
    {
        if (_generator.IsUnseeded) Seed(0);
        var generator = _generator;
        var limit = Vector256.Create(dropped);
        var kept = Vector256.Create((ushort)((BitConverter.SingleToUInt32Bits(scale) + 0x8000) >> 16));
        Span<ushort> rest = stackalloc ushort[Vector256<ushort>.Count];
        for (var start = 0; start < noise.Length; start += Vector256<ushort>.Count)
        {
            var values = Vector256.GreaterThanOrEqual(generator.Next().AsUInt16(), limit) & kept;
            if (noise.Length - start >= Vector256<ushort>.Count) values.CopyTo(noise[start..]);
            else
            {
                values.CopyTo(rest);
                rest[..(noise.Length - start)].CopyTo(noise[start..]);
            }
        }
        _generator = generator;
    }

    // Four xoshiro256++ generators side by side (Blackman and Vigna 2021), seeded one after the other by SplitMix64.
    private struct Xoshiro
    {
        private Vector256<ulong> _s0, _s1, _s2, _s3;

        public Xoshiro(ulong seed)
        {
            Span<ulong> words = stackalloc ulong[16];
            foreach (ref var word in words)
            {
                var z = seed += 0x9E3779B97F4A7C15;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                word = z ^ (z >> 31);
            }
            (_s0, _s1, _s2, _s3) = (Vector256.Create<ulong>(words), Vector256.Create<ulong>(words[4..]), Vector256.Create<ulong>(words[8..]), Vector256.Create<ulong>(words[12..]));
        }

        public readonly bool IsUnseeded => (_s0 | _s1 | _s2 | _s3) == Vector256<ulong>.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<ulong> Next()
        {
            var sum = _s0 + _s3;
            var result = ((sum << 23) | (sum >>> 41)) + _s0;
            var shifted = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= shifted;
            _s3 = (_s3 << 45) | (_s3 >>> 19);
            return result;
        }
    }
}
