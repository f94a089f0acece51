namespace Attend.Text.Tokenizers;

/// <summary>What hash tables of our own mix into every hash: another number in each process, so that no file and no text can be made to collide. Results do not depend on it.</summary>
internal static class TableSeed
{
    // The runtime seeds this at random.
    public static readonly ulong Value = ((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2);
}
