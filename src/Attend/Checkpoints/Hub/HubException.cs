using System.Net;

namespace Attend.Checkpoints;

/// <summary>A model could not be had from the hub; the message says why and what to do.</summary>
public sealed class HubException : Exception
{
    /// <summary>Describes the failure.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="status">The hub's answer; null where there was none, or where it was no refusal.</param>
    /// <param name="inner">The cause, or null.</param>
    public HubException(string message, HttpStatusCode? status = null, Exception? inner = null)
        : base(message, inner) => Status = status;

    /// <summary>The hub's answer; null where there was none, or where it was no refusal.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Whether the hub is out of reach or out of order, so that what is in the cache is the best to be had.</summary>
    public bool IsUnavailable { get; internal init; }
}
