namespace Attend.Runtime;

/// <summary>The engine (libtorch, reached through TorchSharp) cannot start, or a setting asked of it is impossible.</summary>
public sealed class EngineException : Exception
{
    /// <summary>Makes the exception; its message is the cause followed by the remedy.</summary>
    public EngineException(string cause, string remedy, Exception? inner = null) : base($"{cause} {remedy}", inner)
    {
        Cause = cause;
        Remedy = remedy;
    }

    /// <summary>What is wrong, with the system's own words where it gave any.</summary>
    public string Cause { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
