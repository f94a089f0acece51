using Attend.Text.Data;
using Attend.Text.Tokenizers.Pipeline.SentencePiece;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>SentencePiece .model files, with what tokenizer_config.json says of their special tokens.</summary>
internal static class SentencePieceFiles
{
    /// <summary>Loads a model.</summary>
    /// <param name="file">The .model file.</param>
    /// <param name="folder">Where tokenizer_config.json would lie.</param>
    /// <exception cref="DataFileException">The file is no SentencePiece model, or the tokenizer's class changes ids or text in a way not known here.</exception>
    public static ITokenizer Load(string file, string folder)
    {
        var bytes = HostileFiles.Read(file);
        SentencePieceModel model;
        try
        {
            model = SentencePieceModel.Read(bytes);
        }
        catch (FormatException fault)
        {
            throw new DataFileException(file, null, $"not a SentencePiece model: {fault.Message}", fault);
        }
        var kind = ByteLevelFiles.KindOf(folder);
        var names = WithModelsOwn(SpecialTokenNames.Read(folder), model);
        var settings = new Dictionary<string, object?>();
        return TokenizerFolder.Checked(file, () => new PipelineTokenizer(
            Adapt(model.ToDefinition(), kind, names, new Settings(folder, settings)) with { Source = new TokenizerSource(Path.GetFileName(file), bytes, kind, settings) }, names));
    }

    private static SpecialTokenNames WithModelsOwn(SpecialTokenNames names, SentencePieceModel model)
    {
        string? Of(int id) => id >= 0 && id < model.Pieces.Count && model.Pieces[id].Kind == PieceKind.Control ? model.Pieces[id].Text : null;
        return names with
        {
            Bos = names.Bos ?? Of(model.SpecialIds.Bos),
            Eos = names.Eos ?? Of(model.SpecialIds.Eos),
            Pad = names.Pad ?? Of(model.SpecialIds.Pad),
            Unknown = names.Unknown ?? model.Pieces[model.UnknownId].Text,
        };
    }

    /// <summary>What the tokenizer's class adds to the model.</summary>
    private static TokenizerDefinition Adapt(TokenizerDefinition definition, string kind, SpecialTokenNames names, Settings settings)
    {
        var name = kind.ToUpperInvariant();
        if (name.Length == 0 || name.StartsWith("PRETRAINED", StringComparison.Ordinal)) return definition;
        if (name.StartsWith("T5", StringComparison.Ordinal) || name.StartsWith("MT5", StringComparison.Ordinal)) return AsT5(definition, names, settings);
        if (name.StartsWith("LLAMA", StringComparison.Ordinal) || name.StartsWith("CODELLAMA", StringComparison.Ordinal) || name.StartsWith("GEMMA", StringComparison.Ordinal) || name.StartsWith("MISTRAL", StringComparison.Ordinal))
            return definition with { PostProcessor = Around(definition, names, settings.Flag("add_bos_token", true), settings.Flag("add_eos_token", false)) };
        throw new ArgumentException($"a {kind} tokenizer changes text or ids in ways that the model file does not say and that are not known here; the folder needs a tokenizer.json");
    }

    /// <summary>Settings of tokenizer_config.json; those that were asked for are noted.</summary>
    private sealed class Settings(string folder, Dictionary<string, object?> followed)
    {
        private readonly string _file = Path.Combine(folder, TokenizerFiles.ConfigFile);

        public bool Flag(string key, bool otherwise)
        {
            var value = File.Exists(_file) ? JsonPart.Read(_file, root => root.FlagOr(key, otherwise)) : otherwise;
            followed[key] = value;
            return value;
        }

        public int Count(string key, int otherwise)
        {
            var value = File.Exists(_file) ? JsonPart.Read(_file, root => root.Find(key)?.Count) ?? otherwise : otherwise;
            followed[key] = value;
            return value;
        }
    }

    private static TokenizerDefinition AsT5(TokenizerDefinition definition, SpecialTokenNames names, Settings settings)
    {
        const int ExtraIds = 100;
        var count = settings.Count("extra_ids", ExtraIds);
        if (count > 10_000) throw new ArgumentException($"extra_ids is {count}; expected at most 10000");
        // The last sentinel comes first.
        var first = definition.Model.Entries.Count;
        var sentinels = Enumerable.Range(0, count).Select(i => new AddedToken(first + i, $"<extra_id_{count - 1 - i}>") { Special = true });
        return definition with { AddedTokens = [.. definition.AddedTokens, .. sentinels], PostProcessor = Around(definition, names, addsBos: false, addsEos: true) };
    }

    private static TemplatePostProcessor Around(TokenizerDefinition definition, SpecialTokenNames names, bool addsBos, bool addsEos)
    {
        var tokens = new Dictionary<string, IReadOnlyList<NamedToken>>(StringComparer.Ordinal);
        IEnumerable<TemplatePiece> Special(bool adds, string? token, int segmentId)
        {
            if (!adds) return [];
            var id = token is null ? -1 : definition.Model.Entries.ToList().IndexOf(token);
            if (id < 0) throw new ArgumentException($"the token '{token}' that is to be added is not in the vocabulary");
            tokens[token!] = [new NamedToken(token!, id)];
            return [TemplatePiece.Special(token!, segmentId)];
        }
        TemplatePiece[] Text(int text, int segmentId) => [.. Special(addsBos, names.Bos, segmentId), TemplatePiece.Of(text, segmentId), .. Special(addsEos, names.Eos, segmentId)];
        return new TemplatePostProcessor(Text(0, 0), [.. Text(0, 0), .. Text(1, addsEos ? 0 : 1)], tokens);
    }
}
