using System.Text.Json.Nodes;

namespace Attend.Tests.Property;

/// <summary>Damages JSON so that it stays JSON: values replaced by others, left out, doubled, or taken from elsewhere.</summary>
internal sealed class JsonMutator(int seed, JsonObject[] seeds, string[] strings)
{
    private static readonly double[] Numbers = [0, -1, 1, 2, 3, 255, 256, 1e9, int.MaxValue, uint.MaxValue, 1e18, 1e308, -1e308, 0.5, -2.5];

    private readonly Random _random = new(seed);

    public string Damage(int round)
    {
        var root = (JsonObject)seeds[round % seeds.Length].DeepClone();
        // Parts of several seeds, put together, are sound each.
        foreach (var (key, _) in root.ToArray())
        {
            if (_random.Next(5) == 0 && seeds[_random.Next(seeds.Length)].TryGetPropertyValue(key, out var other)) root[key] = other?.DeepClone();
        }
        for (var isDone = _random.Next(4) == 0; !isDone; isDone = _random.Next(2) == 0) DamageOnce(root);
        return root.ToJsonString();
    }

    private void DamageOnce(JsonNode root)
    {
        if (Pick(root) is not { } parent) return;
        if (parent is JsonObject values)
        {
            var key = values.ElementAt(_random.Next(values.Count)).Key;
            switch (_random.Next(5))
            {
                case 0: values.Remove(key); break;
                case 1: values[strings[_random.Next(strings.Length)]] = Value(); break;
                case 2: values[key] = Elsewhere(); break;
                default: values[key] = Value(); break;
            }
        }
        else if (parent is JsonArray list)
        {
            var at = _random.Next(list.Count);
            switch (_random.Next(5))
            {
                case 0: list.RemoveAt(at); break;
                case 1: list.Insert(at, Value()); break;
                case 2: list.Insert(_random.Next(list.Count), list[at]?.DeepClone()); break;
                case 3: list[at] = Elsewhere(); break;
                default: list[at] = Value(); break;
            }
        }
    }

    /// <summary>An object or list that is not empty; one near the root as likely as any below, however many those are.</summary>
    private JsonNode? Pick(JsonNode root)
    {
        for (var node = root; ;)
        {
            var children = (node is JsonObject values ? values.Select(entry => entry.Value) : (JsonArray)node).Where(child => child is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).ToArray();
            if (children.Length == 0 || _random.Next(3) == 0) return node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } ? node : null;
            node = children[_random.Next(children.Length)]!;
        }
    }

    private JsonNode? Elsewhere()
    {
        var parent = Pick(seeds[_random.Next(seeds.Length)]);
        return (parent is JsonObject values ? values.ElementAt(_random.Next(values.Count)).Value : ((JsonArray)parent!)[_random.Next(((JsonArray)parent).Count)])?.DeepClone();
    }

    private JsonNode? Value() => _random.Next(8) switch
    {
        0 => null,
        1 => _random.Next(2) == 0,
        2 => new JsonObject(),
        3 => new JsonArray(),
        4 or 5 => Numbers[_random.Next(Numbers.Length)],
        _ => strings[_random.Next(strings.Length)],
    };
}
