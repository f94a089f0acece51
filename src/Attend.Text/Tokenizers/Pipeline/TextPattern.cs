namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>What is searched for: a literal text, or a regular expression in Oniguruma's syntax.</summary>
internal sealed class TextPattern(string value, bool isRegex)
{
    public string Value { get; } = value;

    public bool IsRegex { get; } = isRegex;
}
