using System.CommandLine;
using Attend.Text.Data;

namespace Attend.App;

/// <summary>The options that say how tagged texts are read.</summary>
internal sealed class TaggingFormatOptions
{
    private readonly Option<int?> _wordColumn = new("--word-column") { Description = "tagging: column of the words, from 1  [default: 1]", HelpName = "NUMBER" };
    private readonly Option<int?> _tagColumn = new("--tag-column") { Description = "tagging: column of the tags, from 1  [default: the last]", HelpName = "NUMBER" };
    private readonly Option<TagScheme?> _scheme = new("--tag-scheme") { Description = "tagging: scheme of the file's tags  [default: as their prefixes say]", HelpName = "iob1|iob2|bioes|bmes|bilou" };
    private readonly Option<OffsetUnit?> _offsets = new("--offsets") { Description = "tagging, .jsonl: what the offsets of spans count  [default: utf16]", HelpName = "utf16|codepoints" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_wordColumn, _tagColumn, _scheme, _offsets]) command.Add(option);
    }

    /// <summary>What the command line says, and where it says nothing what was said before.</summary>
    public TaggedTextOptions Read(ParseResult parsed, TaggedTextOptions? before = null)
    {
        before ??= new TaggedTextOptions();
        return before with
        {
            WordColumn = parsed.GetValue(_wordColumn) ?? before.WordColumn,
            TagColumn = parsed.GetValue(_tagColumn) ?? before.TagColumn,
            Scheme = parsed.GetValue(_scheme) ?? before.Scheme,
            Offsets = parsed.GetValue(_offsets) ?? before.Offsets,
        };
    }
}
