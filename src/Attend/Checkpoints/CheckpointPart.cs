using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A part of a model that is stored in a checkpoint: an encoder, or a head on it.</summary>
/// <param name="Module">Its weights.</param>
/// <param name="Keys">What a checkpoint calls them.</param>
/// <param name="Required">Whether a checkpoint without it is a fault; otherwise its weights then stay as drawn. A part that is there in pieces always is one.</param>
public sealed record CheckpointPart(nn.Module Module, KeyMap Keys, bool Required = true)
{
    /// <summary>Every parameter with the names it has in a checkpoint; several names share one parameter where ours is fused.</summary>
    internal IEnumerable<(IReadOnlyList<string> Theirs, Tensor Target)> Places() =>
        Module.named_parameters().Select(entry => (Keys.Theirs(entry.name), (Tensor)entry.parameter));
}

/// <summary>What loading found besides the weights asked for.</summary>
/// <param name="FreshParts">Parts that the checkpoint does not hold: their weights stay as drawn.</param>
/// <param name="UnusedKeys">Weights of other heads than the ones asked for.</param>
public sealed record LoadedWeights(IReadOnlyList<CheckpointPart> FreshParts, IReadOnlyList<string> UnusedKeys);
