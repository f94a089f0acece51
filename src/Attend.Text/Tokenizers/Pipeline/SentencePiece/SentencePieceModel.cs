using System.Text;

namespace Attend.Text.Tokenizers.Pipeline.SentencePiece;

/// <summary>What kind of piece an entry is.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>An entry of the vocabulary.</summary>
internal readonly record struct Piece(string Text, float Score, PieceKind Kind);

/// <summary>Content of a SentencePiece .model file (google/sentencepiece, sentencepiece_model.proto), as far as encoding needs it.</summary>
internal sealed record SentencePieceModel
{
    private const int Unigram = 1, BytePairs = 2;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public required IReadOnlyList<Piece> Pieces { get; init; }

    /// <summary>Byte-pair encoding, not a unigram model.</summary>
    public bool IsBytePairs { get; init; }

    public bool ByteFallback { get; init; }

    public bool TreatWhitespaceAsSuffix { get; init; }

    public byte[] CharsMap { get; init; } = [];

    public bool AddDummyPrefix { get; init; } = true;

    public bool RemoveExtraWhitespaces { get; init; } = true;

    public bool EscapeWhitespaces { get; init; } = true;

    /// <summary>How an unknown piece is written when ids are decoded.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    public byte[] DenormalizerCharsMap { get; init; } = [];

    /// <summary>Ids of the tokens at the beginning and the end of a text and of padding; negative where there are none.</summary>
    public (int Bos, int Eos, int Pad) SpecialIds { get; init; } = (1, 2, -1);

    public int UnknownId => Enumerable.Range(0, Pieces.Count).First(id => Pieces[id].Kind == PieceKind.Unknown);

    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="FormatException">They are no SentencePiece model, or of a kind not known here.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> bytes)
    {
        var pieces = new List<Piece>();
        var model = new SentencePieceModel { Pieces = pieces };
        var file = new ProtocolBuffer(bytes);
        while (file.Read())
        {
            model = file.Field switch
            {
                2 => model.WithTrainer(file.Bytes),
                3 => model.WithNormalizer(file.Bytes),
                5 => model with { DenormalizerCharsMap = CharsMapOf(file.Bytes) },
                _ => model,
            };
            if (file.Field == 1) pieces.Add(ReadPiece(file.Bytes, pieces.Count));
        }
        model.Check();
        return model;
    }

    private static Piece ReadPiece(ReadOnlySpan<byte> bytes, int id)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        var fields = new ProtocolBuffer(bytes);
        while (fields.Read())
        {
            switch (fields.Field)
            {
                case 1:
                    text = Text(fields.Bytes);
                    break;
                case 2:
                    score = fields.Float;
                    break;
                case 3:
                    kind = fields.Number is >= 1 and <= 6 ? (PieceKind)fields.Number : throw new FormatException($"piece {id} is of kind {fields.Number}, which is not known");
                    break;
            }
        }
        if (text.Length == 0) throw new FormatException($"piece {id} is empty");
        return float.IsFinite(score) ? new Piece(text, score, kind) : throw new FormatException($"piece {id}, '{text}', has the score {score}");
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException fault)
        {
            throw new FormatException("a text is not UTF-8", fault);
        }
    }

    private SentencePieceModel WithTrainer(ReadOnlySpan<byte> bytes)
    {
        var model = this;
        var fields = new ProtocolBuffer(bytes);
        while (fields.Read())
        {
            // Ids are signed: -1 is written as a number of 64 bits.
            var number = (int)(long)fields.Number;
            model = fields.Field switch
            {
                3 => fields.Number switch
                {
                    Unigram => model,
                    BytePairs => model with { IsBytePairs = true },
                    3 => throw new FormatException("a word model, which is not known here; expected a unigram or a BPE model"),
                    4 => throw new FormatException("a character model, which is not known here; expected a unigram or a BPE model"),
                    var kind => throw new FormatException($"a model of kind {kind}, which is not known here; expected a unigram or a BPE model"),
                },
                24 => model with { TreatWhitespaceAsSuffix = fields.Flag },
                35 => model with { ByteFallback = fields.Flag },
                41 => model with { SpecialIds = model.SpecialIds with { Bos = number } },
                42 => model with { SpecialIds = model.SpecialIds with { Eos = number } },
                43 => model with { SpecialIds = model.SpecialIds with { Pad = number } },
                44 => model with { UnknownSurface = Text(fields.Bytes) },
                _ => model,
            };
        }
        return model;
    }

    private SentencePieceModel WithNormalizer(ReadOnlySpan<byte> bytes)
    {
        var model = this;
        var fields = new ProtocolBuffer(bytes);
        while (fields.Read())
        {
            model = fields.Field switch
            {
                2 => model with { CharsMap = fields.Bytes.ToArray() },
                3 => model with { AddDummyPrefix = fields.Flag },
                4 => model with { RemoveExtraWhitespaces = fields.Flag },
                5 => model with { EscapeWhitespaces = fields.Flag },
                _ => model,
            };
        }
        return model;
    }

    private static byte[] CharsMapOf(ReadOnlySpan<byte> bytes)
    {
        byte[] map = [];
        var fields = new ProtocolBuffer(bytes);
        while (fields.Read())
        {
            if (fields.Field == 2) map = fields.Bytes.ToArray();
        }
        return map;
    }

    private void Check()
    {
        if (Pieces.Count == 0) throw new FormatException("holds no pieces; that is no SentencePiece model");
        var unknown = Pieces.Count(piece => piece.Kind == PieceKind.Unknown);
        if (unknown != 1) throw new FormatException($"{unknown} pieces are of the unknown kind; expected one");
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var piece in Pieces)
        {
            if (!known.Add(piece.Text)) throw new FormatException($"the piece '{piece.Text}' is there twice");
        }
        if (!ByteFallback) return;
        if (Enumerable.Range(0, 256).FirstOrDefault(value => !known.Contains($"<0x{value:X2}>"), -1) is >= 0 and var missing)
            throw new FormatException($"unknown characters are to become bytes, but there is no piece <0x{missing:X2}>");
    }

    /// <summary>What runs the model.</summary>
    public TokenizerDefinition ToDefinition()
    {
        var special = Enumerable.Range(0, Pieces.Count).Where(id => Pieces[id].Kind is PieceKind.Control or PieceKind.Unknown);
        var userDefined = Pieces.Where(piece => piece.Kind == PieceKind.UserDefined).Select(piece => piece.Text).ToArray();
        return new TokenizerDefinition
        {
            // The unknown piece is not special: it is decoded, as its surface.
            AddedTokens = [.. special.Where(id => Pieces[id].Kind == PieceKind.Control).Select(id => new AddedToken(id, Pieces[id].Text) { Special = true })],
            Normalizer = new SentencePieceNormalizer(this, userDefined),
            Model = IsBytePairs ? new SentencePieceBpeDefinition(this) : ToUnigram(),
            Decoder = new SentencePieceDecoder(this),
            WordSign = SentencePieceNormalizer.Sign,
        };
    }

    private UnigramDefinition ToUnigram()
    {
        var normal = Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty(0).ToArray();
        // The reference starts its search for the best score from the least positive float.
        var best = Math.Max(normal.Max(), 1.17549435e-38f);
        return new UnigramDefinition([.. Pieces.Select(piece => (piece.Text, piece.Kind == PieceKind.UserDefined ? UserDefinedScore(piece.Text, best) : piece.Score))], UnknownId)
        {
            ByteFallback = ByteFallback,
            IsSinglePrecision = true,
            WordSign = SentencePieceNormalizer.Sign,
            LeastScore = normal.Min(),
            Unreachable = Enumerable.Range(0, Pieces.Count).Where(id => Pieces[id].Kind is not (PieceKind.Normal or PieceKind.UserDefined)).ToHashSet(),
        };
    }

    // Always better than what it could be cut into.
    private static double UserDefinedScore(string text, float best) => (double)(System.Text.Encoding.UTF8.GetByteCount(text) * best) - 0.1;
}
