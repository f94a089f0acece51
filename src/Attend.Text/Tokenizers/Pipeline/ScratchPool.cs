namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Buffers for as many threads as there are processors; others make their own.</summary>
internal sealed class ScratchPool
{
    private readonly PipelineScratch?[] _free = new PipelineScratch?[Math.Clamp(Environment.ProcessorCount, 1, 64)];

    public PipelineScratch Take()
    {
        foreach (ref var place in _free.AsSpan())
        {
            if (place is not null && Interlocked.Exchange(ref place, null) is { } scratch) return scratch;
        }
        return new PipelineScratch();
    }

    public void Return(PipelineScratch scratch)
    {
        if (!scratch.IsSmall) return;
        foreach (ref var place in _free.AsSpan())
        {
            if (place is null && Interlocked.CompareExchange(ref place, scratch, null) is null) return;
        }
    }
}
