using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Writes a tokenizer.json that Hugging Face's library and <see cref="TokenizerJsonReader"/> read.</summary>
internal static class TokenizerJsonWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>Writes to a stream.</summary>
    public static void Write(Stream stream, TokenizerDefinition definition)
    {
        using var writer = new Utf8JsonWriter(stream, Options);
        Write(writer, definition);
    }

    /// <summary>The file as UTF-8 bytes.</summary>
    public static byte[] ToBytes(TokenizerDefinition definition)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, definition);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, TokenizerDefinition definition)
    {
        writer.WriteStartObject();
        writer.WriteString("version", "1.0");
        writer.WritePropertyName("truncation");
        if (definition.Truncation is { } truncation) WriteTruncation(writer, truncation);
        else writer.WriteNullValue();
        writer.WritePropertyName("padding");
        if (definition.Padding is { } padding) WritePadding(writer, padding);
        else writer.WriteNullValue();
        writer.WriteStartArray("added_tokens");
        foreach (var token in definition.AddedTokens.OrderBy(token => token.Id)) WriteAddedToken(writer, token);
        writer.WriteEndArray();
        writer.WritePropertyName("normalizer");
        WriteOrNull(writer, definition.Normalizer, ComponentJsonWriter.Write);
        writer.WritePropertyName("pre_tokenizer");
        WriteOrNull(writer, definition.PreTokenizer, ComponentJsonWriter.Write);
        writer.WritePropertyName("post_processor");
        WriteOrNull(writer, definition.PostProcessor, ComponentJsonWriter.Write);
        writer.WritePropertyName("decoder");
        WriteOrNull(writer, definition.Decoder, ComponentJsonWriter.Write);
        writer.WritePropertyName("model");
        WriteModel(writer, definition.Model);
        writer.WriteEndObject();
    }

    private static void WriteOrNull<T>(Utf8JsonWriter writer, T? value, Action<Utf8JsonWriter, T> write) where T : class
    {
        if (value is null) writer.WriteNullValue();
        else write(writer, value);
    }

    private static void WriteTruncation(Utf8JsonWriter writer, TruncationDefinition truncation)
    {
        writer.WriteStartObject();
        writer.WriteString("direction", truncation.FromLeft ? "Left" : "Right");
        writer.WriteNumber("max_length", truncation.MaxInputTokens);
        writer.WriteString("strategy", truncation.Strategy.ToString());
        writer.WriteNumber("stride", truncation.Stride);
        writer.WriteEndObject();
    }

    private static void WritePadding(Utf8JsonWriter writer, PaddingOptions padding)
    {
        writer.WriteStartObject();
        if (padding.Length is { } length)
        {
            writer.WriteStartObject("strategy");
            writer.WriteNumber("Fixed", length);
            writer.WriteEndObject();
        }
        else writer.WriteString("strategy", "BatchLongest");
        writer.WriteString("direction", padding.OnLeft ? "Left" : "Right");
        if (padding.MultipleOf is { } multiple) writer.WriteNumber("pad_to_multiple_of", multiple);
        else writer.WriteNull("pad_to_multiple_of");
        writer.WriteNumber("pad_id", padding.Id);
        writer.WriteNumber("pad_type_id", padding.SegmentId);
        writer.WriteString("pad_token", padding.Token);
        writer.WriteEndObject();
    }

    private static void WriteAddedToken(Utf8JsonWriter writer, AddedToken token)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", token.Id);
        writer.WriteString("content", token.Content);
        writer.WriteBoolean("single_word", token.SingleWord);
        writer.WriteBoolean("lstrip", token.LeftStrip);
        writer.WriteBoolean("rstrip", token.RightStrip);
        writer.WriteBoolean("normalized", token.Normalized);
        writer.WriteBoolean("special", token.Special);
        writer.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter writer, ModelDefinition model)
    {
        writer.WriteStartObject();
        switch (model)
        {
            case WordPieceDefinition wordPiece:
                writer.WriteString("type", "WordPiece");
                writer.WriteString("unk_token", wordPiece.UnknownToken);
                writer.WriteString("continuing_subword_prefix", wordPiece.ContinuationPrefix);
                writer.WriteNumber("max_input_chars_per_word", wordPiece.MaxWordCodePoints);
                WriteVocabulary(writer, wordPiece.Vocabulary);
                break;
            case WordLevelDefinition wordLevel:
                writer.WriteString("type", "WordLevel");
                WriteVocabulary(writer, wordLevel.Vocabulary);
                writer.WriteString("unk_token", wordLevel.UnknownToken);
                break;
            case BpeDefinition bpe:
                WriteBpe(writer, bpe);
                break;
            case UnigramDefinition unigram:
                writer.WriteString("type", "Unigram");
                if (unigram.UnknownId is { } unknown) writer.WriteNumber("unk_id", unknown);
                else writer.WriteNull("unk_id");
                writer.WriteStartArray("vocab");
                foreach (var (piece, score) in unigram.Pieces)
                {
                    writer.WriteStartArray();
                    writer.WriteStringValue(piece);
                    writer.WriteNumberValue(score);
                    writer.WriteEndArray();
                }
                writer.WriteEndArray();
                writer.WriteBoolean("byte_fallback", unigram.ByteFallback);
                break;
            default:
                throw new ArgumentException($"no such kind of model: {model.GetType().Name}", nameof(model));
        }
        writer.WriteEndObject();
    }

    private static void WriteBpe(Utf8JsonWriter writer, BpeDefinition bpe)
    {
        writer.WriteString("type", "BPE");
        if (bpe.Dropout is { } dropout) writer.WriteNumber("dropout", dropout);
        else writer.WriteNull("dropout");
        writer.WriteString("unk_token", bpe.UnknownToken);
        writer.WriteString("continuing_subword_prefix", bpe.ContinuationPrefix);
        writer.WriteString("end_of_word_suffix", bpe.EndOfWordSuffix);
        writer.WriteBoolean("fuse_unk", bpe.FuseUnknown);
        writer.WriteBoolean("byte_fallback", bpe.ByteFallback);
        writer.WriteBoolean("ignore_merges", bpe.IgnoreMerges);
        WriteVocabulary(writer, bpe.Vocabulary);
        writer.WriteStartArray("merges");
        foreach (var (left, right) in bpe.Merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(left);
            writer.WriteStringValue(right);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private static void WriteVocabulary(Utf8JsonWriter writer, IReadOnlyList<string?> entries)
    {
        writer.WriteStartObject("vocab");
        for (var id = 0; id < entries.Count; id++)
        {
            if (entries[id] is { } entry) writer.WriteNumber(entry, id);
        }
        writer.WriteEndObject();
    }
}
