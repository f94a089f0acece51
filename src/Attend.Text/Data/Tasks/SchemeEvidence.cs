namespace Attend.Text.Data;

/// <summary>What the tags of a file tell about their scheme.</summary>
internal sealed class SchemeEvidence
{
    private bool _hasMiddle;
    private bool _hasEnd;
    private bool _hasSingle;
    private bool _hasLast;
    private bool _hasUnit;
    private bool _insideBegins;      // an I after O or after another label, which IOB2 does not know
    private bool _beginAlone;        // a B after O or after another label, which IOB1 does not know

    public void Add(IReadOnlyList<string> tags)
    {
        var previous = SpanTags.Tag.Outside;
        foreach (var text in tags)
        {
            _hasMiddle |= text[0] == 'M';
            _hasEnd |= text[0] == 'E';
            _hasSingle |= text[0] is 'S' or 'W';
            _hasLast |= text[0] == 'L';
            _hasUnit |= text[0] == 'U';
            var tag = SpanTags.Parse(text);
            var follows = !previous.IsOutside && previous.Label == tag.Label;
            _insideBegins |= text[0] == 'I' && !follows;
            _beginAlone |= text[0] == 'B' && !follows;
            previous = tag;
        }
    }

    /// <summary>The scheme, or null where the tags belong to several.</summary>
    public TagScheme? Scheme() => (_hasMiddle, _hasEnd || _hasSingle, _hasLast || _hasUnit) switch
    {
        (_, true, true) or (true, _, true) => null,
        (true, _, _) => TagScheme.Bmes,
        (_, true, _) => TagScheme.Bioes,
        (_, _, true) => TagScheme.Bilou,
        _ => _insideBegins && !_beginAlone ? TagScheme.Iob1 : TagScheme.Iob2,
    };
}
