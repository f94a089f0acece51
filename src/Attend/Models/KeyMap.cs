using System.Text.RegularExpressions;

namespace Attend.Models;

/// <summary>One line of a key map: a layer of ours and the layer, or layers, of a checkpoint that hold its weights.</summary>
/// <param name="Ours">Name of our layer, `*` for an index, once or several times: "layers.*.attention.qkv".</param>
/// <param name="Theirs">Names in the checkpoint, without the map's prefix; several are stacked along dimension 0, in this order.</param>
public sealed record KeyRule(string Ours, params string[] Theirs)
{
    /// <summary>Whether the names stand in the checkpoint as they are, without the map's prefix.</summary>
    public bool IsAbsolute { get; init; }
}

/// <summary>Translates the names of our parameters to those of a published checkpoint.</summary>
public sealed class KeyMap
{
    /// <summary>Rules, one per layer kind; each speaks for the layer's weight and bias.</summary>
    public required IReadOnlyList<KeyRule> Rules { get; init; }

    /// <summary>What every encoder key begins with in a model with a head ("bert."); absent in bare encoders. Empty for heads.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Beginnings of keys (without prefix) that a checkpoint may hold and we do not need.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Beginnings of keys (without prefix) that a checkpoint may lack; the weights then stay as drawn.</summary>
    public IReadOnlyList<string> Optional { get; init; } = [];

    /// <summary>Beginnings of keys that some checkpoints have for others of this map; the first that fits is replaced on reading.</summary>
    public IReadOnlyList<(string Old, string Today)> Renamed { get; init; } = [];

    /// <summary>The checkpoint's names for one of our parameters, prefix included.</summary>
    /// <exception cref="KeyNotFoundException">No rule speaks for the parameter: a fault of the map.</exception>
    public IReadOnlyList<string> Theirs(string ours)
    {
        foreach (var rule in Rules)
        {
            if (rule.Ours == ours) return [.. rule.Theirs.Select(theirs => rule.IsAbsolute ? theirs : Prefix + theirs)]; // a parameter without a layer of its own
            var match = Regex.Match(ours, "^" + Regex.Escape(rule.Ours).Replace("\\*", "([0-9]+)") + "\\.(weight|bias)$");
            if (match.Success) return [.. rule.Theirs.Select(theirs => $"{(rule.IsAbsolute ? "" : Prefix)}{Fill(theirs, match)}.{match.Groups[^1].Value}")];
        }
        throw new KeyNotFoundException($"no rule of the key map speaks for '{ours}'");
    }

    /// <summary>Whether a checkpoint's key may be passed over.</summary>
    public bool IsIgnored(string theirs) => Begins(Ignored, theirs);

    /// <summary>Whether a checkpoint may lack this key.</summary>
    public bool IsOptional(string theirs) => Begins(Optional, theirs);

    /// <summary>Whether a checkpoint's key is one of this map's.</summary>
    internal bool Owns(string theirs) => IsIgnored(theirs) || Rules.SelectMany(rule => rule.Theirs).Any(name => Regex.IsMatch(theirs, "^" + Regex.Escape(Prefix + name).Replace("\\*", "[0-9]+") + "\\.(weight|bias)$"));

    /// <summary>A key as this map has it: TensorFlow's names for the weights of a LayerNorm, gamma and beta, and those of <see cref="Renamed"/> are replaced.</summary>
    internal string Modern(string key)
    {
        if (key.EndsWith(".gamma", StringComparison.Ordinal)) key = key[..^"gamma".Length] + "weight";
        if (key.EndsWith(".beta", StringComparison.Ordinal)) key = key[..^"beta".Length] + "bias";
        foreach (var (old, today) in Renamed)
            if (key.StartsWith(old, StringComparison.Ordinal)) return today + key[old.Length..];
        return key;
    }

    // "groups.*.layers.*" with the indices of a match.
    private static string Fill(string pattern, Match match)
    {
        var parts = pattern.Split('*');
        return string.Concat(parts.Select((part, index) => index == 0 ? part : match.Groups[index].Value + part));
    }

    private bool Begins(IReadOnlyList<string> beginnings, string key)
    {
        var bare = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;
        return beginnings.Any(beginning => bare.StartsWith(beginning, StringComparison.Ordinal));
    }
}
