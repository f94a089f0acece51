using System.Text;

namespace Attend.Text.Tokenizers.Pipeline.SentencePiece;

/// <summary>Makes text of pieces as SentencePiece itself does it (google/sentencepiece, sentencepiece_processor.cc).</summary>
internal sealed class SentencePieceDecoder : Decoder
{
    private readonly SentencePieceModel _model;
    private readonly CharsMap _denormalizer;
    private readonly string _unknown;
    private readonly HashSet<string> _control, _bytes;

    public SentencePieceDecoder(SentencePieceModel model)
    {
        _model = model;
        _denormalizer = new CharsMap(model.DenormalizerCharsMap);
        _unknown = model.Pieces[model.UnknownId].Text;
        _control = [.. model.Pieces.Where(piece => piece.Kind == PieceKind.Control).Select(piece => piece.Text)];
        _bytes = [.. model.Pieces.Where(piece => piece.Kind == PieceKind.Byte).Select(piece => piece.Text)];
    }

    public override List<string> Decode(List<string> tokens)
    {
        var (text, bytes) = (new StringBuilder(), new List<byte>());
        var hasSeenSign = false;
        foreach (var token in tokens)
        {
            if (_bytes.Contains(token) && ByteFallbackDecoder.ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }
            AppendBytes(bytes, text);
            var isAtBeginning = !hasSeenSign && text.Length == 0;
            text.Append(Surface(token, isAtBeginning, out hasSeenSign));
        }
        AppendBytes(bytes, text);
        return [Denormalize(text.ToString())];
    }

    // Each byte that is part of no character is a U+FFFD of its own.
    private static void AppendBytes(List<byte> bytes, StringBuilder text)
    {
        ReadOnlySpan<byte> rest = bytes.ToArray();
        while (!rest.IsEmpty)
        {
            var isSound = Rune.DecodeFromUtf8(rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            text.Append((isSound ? rune : Rune.ReplacementChar).ToString());
            rest = rest[(isSound ? length : 1)..];
        }
        bytes.Clear();
    }

    private string Surface(string token, bool isAtBeginning, out bool hasSeenSign)
    {
        hasSeenSign = false;
        if (_control.Contains(token)) return "";
        if (token == _unknown) return _model.UnknownSurface;
        if (isAtBeginning && (_model.AddDummyPrefix || _model.RemoveExtraWhitespaces) && token.StartsWith(SentencePieceNormalizer.Sign))
        {
            token = token[1..];
            // Where extra white space is removed, all of it at the beginning is.
            hasSeenSign = !_model.RemoveExtraWhitespaces;
        }
        return token.Replace(SentencePieceNormalizer.Sign, ' ');
    }

    private string Denormalize(string text)
    {
        if (_model.DenormalizerCharsMap.Length == 0) return text;
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var replacement = _denormalizer.Longest(text.AsSpan(at), out var length);
            result.Append(replacement ?? text[at].ToString());
            at += replacement is null ? 1 : length;
        }
        return result.ToString();
    }
}
