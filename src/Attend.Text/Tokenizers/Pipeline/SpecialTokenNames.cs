using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>What the files beside a vocabulary call the special tokens; null where they say nothing.</summary>
internal sealed record SpecialTokenNames
{
    private const string ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json";

    public string? Bos { get; init; }

    public string? Eos { get; init; }

    public string? Unknown { get; init; }

    public string? Sep { get; init; }

    public string? Pad { get; init; }

    public string? Cls { get; init; }

    public string? Mask { get; init; }

    /// <summary>Reads tokenizer_config.json and, for what that leaves open, special_tokens_map.json of a folder.</summary>
    /// <exception cref="DataFileException">A file is malformed.</exception>
    public static SpecialTokenNames Read(string folder)
    {
        var config = ReadFile(Path.Combine(folder, ConfigFile));
        var map = ReadFile(Path.Combine(folder, MapFile));
        return new SpecialTokenNames
        {
            Bos = config.Bos ?? map.Bos,
            Eos = config.Eos ?? map.Eos,
            Unknown = config.Unknown ?? map.Unknown,
            Sep = config.Sep ?? map.Sep,
            Pad = config.Pad ?? map.Pad,
            Cls = config.Cls ?? map.Cls,
            Mask = config.Mask ?? map.Mask,
        };
    }

    private static SpecialTokenNames ReadFile(string path) => !File.Exists(path) ? new SpecialTokenNames() : JsonPart.Read(path, root => new SpecialTokenNames
    {
        Bos = Token(root, "bos_token"),
        Eos = Token(root, "eos_token"),
        Unknown = Token(root, "unk_token"),
        Sep = Token(root, "sep_token"),
        Pad = Token(root, "pad_token"),
        Cls = Token(root, "cls_token"),
        Mask = Token(root, "mask_token"),
    });

    private static string? Token(JsonPart root, string key)
        => root.Find(key) is not { } part ? null : part.Kind == System.Text.Json.JsonValueKind.Object ? part.Get("content").Text : part.Text;

    /// <summary>Ids by these names; what they leave open follows from the post-processor, the model and custom.</summary>
    public SpecialTokenIds ToIds(Func<string, int?> idOf, TokenizerDefinition definition, InputTemplate template)
    {
        int? Named(string? name, params ReadOnlySpan<string> customary)
        {
            if (name is not null) return idOf(name);
            foreach (var known in customary)
            {
                if (definition.AddedTokens.Any(token => token.Special && token.Content == known) && idOf(known) is { } id) return id;
            }
            return null;
        }
        var specials = template.Single.Where(element => element.SpecialIds is not null).ToArray();
        int? first = template.Single is [{ SpecialIds: [var opening, ..] }, ..] ? opening : null;
        int? last = specials.Length > 0 && template.Single[^1].SpecialIds is [.., var closing] ? closing : null;
        var unknown = definition.Model switch
        {
            WordPieceDefinition model => idOf(model.UnknownToken),
            WordLevelDefinition model => idOf(model.UnknownToken),
            BpeDefinition { UnknownToken: { } token } => idOf(token),
            UnigramDefinition model => model.UnknownId,
            _ => null,
        };
        var (cls, sep) = (Named(Cls), Named(Sep));
        var bos = Named(Bos, "<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<|endoftext|>");
        var eos = Named(Eos, "</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>");
        return new SpecialTokenIds
        {
            Cls = cls ?? first ?? bos,
            Sep = sep ?? last ?? eos,
            Bos = bos ?? cls ?? first,
            Eos = eos ?? sep ?? last,
            Unknown = Named(Unknown) ?? unknown,
            Pad = Named(Pad, "[PAD]", "<pad>", "<|pad|>") ?? definition.Padding?.Id,
            Mask = Named(Mask, "[MASK]", "<mask>"),
        };
    }
}
