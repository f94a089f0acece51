using System.Text.Json;

namespace Attend.Text.Data;

/// <summary>Goes through a SQuAD file paragraph by paragraph, with no more of it in memory than one paragraph and what is read ahead.</summary>
internal sealed class SquadReader : IDisposable
{
    private static readonly JsonReaderOptions ReaderOptions = new() { CommentHandling = JsonCommentHandling.Disallow };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly string _path;
    private readonly Utf8Stream _stream;
    private JsonReaderState _state = new(ReaderOptions);
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isAtEnd;
    private long _linesBefore;      // line breaks in front of _buffer[_start]

    // The way from the root: "data", then an article, then "paragraphs".
    private bool _inData;
    private bool _inParagraphs;
    private string _property = "";

    public SquadReader(string path)
    {
        _path = path;
        _stream = DataFile.OpenText(path);
    }

    /// <summary>What the file says of its version so far, or "".</summary>
    public string Version { get; private set; } = "";

    /// <summary>Title of the current article, or "".</summary>
    public string Title { get; private set; } = "";

    /// <summary>The current paragraph; to be disposed of by who reads it.</summary>
    public JsonDocument? Paragraph { get; private set; }

    /// <summary>The line where the current paragraph begins, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Moves to the next paragraph; false at the end of the file.</summary>
    public bool Next()
    {
        Paragraph = null;
        while (true)
        {
            try
            {
                var step = Step();
                if (step == Progress.Paragraph) return true;
                if (step == Progress.End) return false;
                if (step == Progress.NeedsMore) Fill();
            }
            catch (JsonException e)
            {
                throw new DataFileException(_path, 1 + (e.LineNumber ?? 0), $"is not sound JSON: {e.Message.Split(" LineNumber:")[0]} Expected SQuAD's format.", e);
            }
        }
    }

    public DataFileException Error(string problem, Exception? inner = null) => new(_path, Line, problem, inner);

    public void Dispose() => _stream.Dispose();

    private enum Progress
    {
        Moved,
        Paragraph,
        NeedsMore,
        End,
    }

    // One token, or one whole paragraph. A reader lives on the stack, so its state is put away after each step.
    private Progress Step()
    {
        var bytes = _buffer.AsSpan(_start, _end - _start);
        var reader = new Utf8JsonReader(bytes, _isAtEnd, _state);
        if (!reader.Read()) return _isAtEnd ? Progress.End : Progress.NeedsMore;
        if (_inParagraphs && reader.TokenType == JsonTokenType.StartObject)
        {
            var whole = reader;
            if (!whole.TrySkip()) return Progress.NeedsMore;
            Line = _linesBefore + 1 + bytes[..(int)reader.TokenStartIndex].Count((byte)'\n');
            var length = (int)(whole.BytesConsumed - reader.TokenStartIndex);
            Paragraph = Parse(bytes.Slice((int)reader.TokenStartIndex, length).ToArray());
            Consume(ref whole);
            return Progress.Paragraph;
        }
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _property = reader.GetString()!;
                break;
            case JsonTokenType.String or JsonTokenType.Number when _property == "version" && reader.CurrentDepth == 1:
                Version = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                break;
            case JsonTokenType.String when _property == "title" && _inData:
                Title = reader.GetString()!;
                break;
            case JsonTokenType.StartArray when _property == "data" && reader.CurrentDepth == 1:
                _inData = true;
                break;
            case JsonTokenType.EndArray when reader.CurrentDepth == 1:
                _inData = false;
                break;
            case JsonTokenType.StartArray when _property == "paragraphs" && _inData && reader.CurrentDepth == 3:
                _inParagraphs = true;
                break;
            case JsonTokenType.EndArray when _inParagraphs:
                _inParagraphs = false;
                break;
            case JsonTokenType.StartObject when _inData && reader.CurrentDepth == 2:
                Title = "";
                break;
            default:
                break;
        }
        Consume(ref reader);
        return Progress.Moved;
    }

    private JsonDocument Parse(byte[] paragraph)
    {
        try
        {
            return JsonDocument.Parse(paragraph, Strict);
        }
        catch (JsonException e)
        {
            throw Error($"the paragraph that begins here is not sound: {e.Message.Split(" LineNumber:")[0]}", e);
        }
    }

    private void Consume(ref Utf8JsonReader reader)
    {
        var consumed = (int)reader.BytesConsumed;
        _linesBefore += _buffer.AsSpan(_start, consumed).Count((byte)'\n');
        _start += consumed;
        _state = reader.CurrentState;
    }

    private void Fill()
    {
        if (_isAtEnd) throw new JsonException("The file ends within a value.");
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isAtEnd = read == 0;
    }
}
