using System.Globalization;
using System.Text;

namespace Attend.Text.Tokenizers.Pipeline.Patterns;

/// <summary>Reads a pattern in Oniguruma's Ruby syntax and writes it for .NET, over the letters of a <see cref="PatternAlphabet"/>.</summary>
/// <remarks>What .NET could not do exactly (back references, calls, absent operators) is an error that names it.</remarks>
internal sealed class PatternTranslation
{
    private const int LongestPattern = 1 << 13, DeepestNesting = 100, MostRepeats = 100_000, MostSets = 1000;

    private readonly List<CodePointSet> _sets = [];
    private readonly Dictionary<CodePointSet, int> _indexOf = [];

    // Text of the translated pattern with a set's index where one stands.
    private readonly List<(string Text, int Set)> _parts = [];
    private readonly string _pattern;
    private int _at, _depth;

    private PatternTranslation(string pattern) => _pattern = pattern;

    [Flags]
    private enum Mode
    {
        None = 0,
        IgnoreCase = 1,
        DotAll = 2,
        Extended = 4,
    }

    /// <summary>The .NET pattern and its alphabet.</summary>
    /// <exception cref="ArgumentException">The pattern is malformed or uses what is not known here; the message says where.</exception>
    public static (string Regex, PatternAlphabet Alphabet) Translate(string pattern)
    {
        if (pattern.Length > LongestPattern) throw new ArgumentException($"a pattern of {pattern.Length} characters; expected at most {LongestPattern}");
        var translation = new PatternTranslation(pattern);
        translation.ReadAlternatives(Mode.None);
        if (translation._at < pattern.Length) throw translation.Fault("')' without '('");
        var alphabet = new PatternAlphabet(translation._sets);
        var regex = new StringBuilder();
        foreach (var (text, set) in translation._parts) regex.Append(set < 0 ? text : alphabet.ClassOf(set));
        return (regex.ToString(), alphabet);
    }

    private ArgumentException Fault(string problem) => new($"pattern, character {_at + 1}: {problem}");

    private void Write(string text) => _parts.Add((text, -1));

    private void Write(CodePointSet set)
    {
        if (!_indexOf.TryGetValue(set, out var index))
        {
            index = _sets.Count < MostSets ? _sets.Count : throw Fault($"more than {MostSets} different characters and sets");
            _indexOf.Add(set, index);
            _sets.Add(set);
        }
        _parts.Add(("", index));
    }

    private bool Has => _at < _pattern.Length;

    private bool Take(string text)
    {
        if (!_pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal)) return false;
        _at += text.Length;
        return true;
    }

    private int Next()
    {
        if (!Has) throw Fault("the pattern ends too early");
        var codePoint = char.IsSurrogatePair(_pattern, _at) ? char.ConvertToUtf32(_pattern, _at) : _pattern[_at];
        _at += codePoint > char.MaxValue ? 2 : 1;
        return codePoint;
    }

    private Mode ReadAlternatives(Mode mode)
    {
        if (++_depth > DeepestNesting) throw Fault($"more than {DeepestNesting} levels of nesting");
        while (Has && _pattern[_at] != ')')
        {
            if (Take("|")) Write("|");
            else mode = ReadQuantified(mode);
        }
        _depth--;
        return mode;
    }

    /// <summary>One atom with its quantifiers.</summary>
    private Mode ReadQuantified(Mode mode)
    {
        if ((mode & Mode.Extended) != 0 && SkipFreeSpace()) return mode;
        var first = _parts.Count;
        var (canRepeat, after) = ReadAtom(mode);
        if (!canRepeat) return after;
        while (ReadQuantifier(mode) is { } quantifier)
        {
            _parts.Insert(first, (quantifier.IsAtomic ? "(?>(?:" : "(?:", -1));
            Write(quantifier.IsAtomic ? $"){quantifier.Text})" : $"){quantifier.Text}");
        }
        return after;
    }

    private bool SkipFreeSpace()
    {
        if (_pattern[_at] == '#')
        {
            while (Has && _pattern[_at] != '\n') _at++;
            return true;
        }
        if (!char.IsWhiteSpace(_pattern[_at])) return false;
        _at++;
        return true;
    }

    private (string Text, bool IsAtomic)? ReadQuantifier(Mode mode)
    {
        while ((mode & Mode.Extended) != 0 && Has && SkipFreeSpace())
        {
        }
        if (!Has) return null;
        switch (_pattern[_at])
        {
            case '*' or '+' or '?':
                var sign = _pattern[_at++];
                if (Take("?")) return ($"{sign}?", false);
                return Take("+") ? ($"{sign}", true) : ($"{sign}", false);
            case '{':
                return ReadInterval();
            default:
                return null;
        }
    }

    private (string Text, bool IsAtomic)? ReadInterval()
    {
        var end = _pattern.IndexOf('}', _at);
        if (end < 0) return null;
        var bounds = _pattern[(_at + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds.Any(bound => bound.Any(unit => !char.IsAsciiDigit(unit))) || bounds.All(bound => bound.Length == 0)) return null;
        var least = ParseRepeats(bounds[0], 0);
        var most = bounds.Length == 1 ? least : ParseRepeats(bounds[1], int.MaxValue);
        if (most < least) throw Fault($"the interval {{{_pattern[(_at + 1)..end]}}} is empty");
        _at = end + 1;
        var text = most == int.MaxValue ? $"{{{least},}}" : $"{{{least},{most}}}";
        // Of a fixed number of times, a question mark makes nothing lazy: it is a quantifier of its own.
        return bounds.Length == 2 && Take("?") ? (text + "?", false) : (text, false);
    }

    private int ParseRepeats(string digits, int otherwise)
    {
        if (digits.Length == 0) return otherwise;
        return digits.Length <= 6 && int.Parse(digits, CultureInfo.InvariantCulture) is <= MostRepeats and var count ? count : throw Fault($"{digits} repeats; expected at most {MostRepeats}");
    }

    private (bool CanRepeat, Mode After) ReadAtom(Mode mode)
    {
        var start = _at;
        var codePoint = Next();
        switch (codePoint)
        {
            case '(':
                return ReadGroup(mode);
            case '[':
                Write(new ClassReader(this, (mode & Mode.IgnoreCase) != 0).Read());
                break;
            case '.':
                Write((mode & Mode.DotAll) != 0 ? CodePointSet.All : CharacterProperties.NewLine.Not());
                break;
            case '^':
                Write(@"(?:\A|(?<=");
                Write(CharacterProperties.NewLine);
                Write(@")(?!\z))");
                break;
            case '$':
                Write("(?=");
                Write(CharacterProperties.NewLine);
                Write(@"|\z)");
                break;
            case '\\':
                ReadEscape(mode);
                break;
            case '*' or '+' or '?':
                _at = start;
                throw Fault($"'{(char)codePoint}' with nothing to repeat");
            default:
                WriteLiteral(codePoint, mode);
                break;
        }
        return (true, mode);
    }

    private void WriteLiteral(int codePoint, Mode mode)
    {
        var set = CodePointSet.Of(codePoint);
        Write((mode & Mode.IgnoreCase) != 0 ? CharacterProperties.IgnoringCase(set) : set);
    }

    private (bool CanRepeat, Mode After) ReadGroup(Mode mode)
    {
        if (!Take("?"))
        {
            EndGroup("(?:", mode);
            return (true, mode);
        }
        if (Take("#"))
        {
            var end = _pattern.IndexOf(')', _at);
            _at = end < 0 ? throw Fault("a comment without ')'") : end + 1;
            return (false, mode);
        }
        foreach (var opening in new[] { ":", "=", "!", ">", "<=", "<!" })
        {
            if (!Take(opening)) continue;
            EndGroup("(?" + opening, mode);
            return (true, mode);
        }
        if (Has && _pattern[_at] is '<' or '\'')
        {
            var close = _pattern.IndexOf(_pattern[_at] == '<' ? '>' : '\'', _at + 1);
            if (close < 0) throw Fault("a group's name without end");
            _at = close + 1;
            EndGroup("(?:", mode);
            return (true, mode);
        }
        return ReadModes(mode);
    }

    private void EndGroup(string opening, Mode mode)
    {
        Write(opening);
        ReadAlternatives(mode);
        if (!Take(")")) throw Fault("'(' without ')'");
        Write(")");
    }

    /// <summary>(?imx-imx) for the rest of the group, or (?imx-imx:...) for a group.</summary>
    private (bool CanRepeat, Mode After) ReadModes(Mode mode)
    {
        var (outside, isOff) = (mode, false);
        while (Has)
        {
            var unit = _pattern[_at++];
            var named = unit switch { 'i' => Mode.IgnoreCase, 'm' or 's' => Mode.DotAll, 'x' => Mode.Extended, _ => Mode.None };
            if (named != Mode.None) mode = isOff ? mode & ~named : mode | named;
            else if (unit == '-') isOff = true;
            else if (unit == 'u') continue;
            else if (unit == ':')
            {
                EndGroup("(?:", mode);
                return (true, outside);
            }
            else if (unit == ')')
            {
                // The rest of the group is a group of its own, so that alternatives in it belong together.
                Write("(?:");
                ReadAlternatives(mode);
                Write(")");
                return (false, mode);
            }
            else
            {
                _at--;
                throw Fault($"'(?{unit}' is not known here");
            }
        }
        throw Fault("'(?' without ')'");
    }

    private void ReadEscape(Mode mode)
    {
        if (!Has) throw Fault("a backslash at the end");
        if (ReadSetEscape() is { } set)
        {
            Write((mode & Mode.IgnoreCase) != 0 ? CharacterProperties.IgnoringCase(set) : set);
            return;
        }
        switch (_pattern[_at])
        {
            case 'b' or 'B':
                WriteWordBoundary(_pattern[_at++] == 'b');
                break;
            case 'A' or 'z':
                Write($"\\{_pattern[_at++]}");
                break;
            case 'Z':
                _at++;
                Write("(?=");
                Write(CharacterProperties.NewLine);
                Write(@"?\z)");
                break;
            case 'R':
                _at++;
                Write("(?>");
                Write(CodePointSet.Of('\r'));
                Write(CodePointSet.Of('\n'));
                Write("|");
                Write(CodePointSet.Of(('\n', '\r'), (0x85, 0x85), (0x2028, 0x2029)));
                Write(")");
                break;
            default:
                WriteLiteral(ReadCharacterEscape(), mode);
                break;
        }
    }

    private void WriteWordBoundary(bool isBoundary)
    {
        var (first, second) = isBoundary ? ("(?<!", "(?=") : ("(?<!", "(?!");
        Write("(?:(?<=");
        Write(CharacterProperties.Word);
        Write(isBoundary ? ")(?!" : ")(?=");
        Write(CharacterProperties.Word);
        Write($")|{first}");
        Write(CharacterProperties.Word);
        Write($"){second}");
        Write(CharacterProperties.Word);
        Write("))");
    }

    /// <summary>\s, \p{...} and the like, or null, with nothing read.</summary>
    private CodePointSet? ReadSetEscape()
    {
        var set = _pattern[_at] switch
        {
            's' => CharacterProperties.Space,
            'S' => CharacterProperties.Space.Not(),
            'd' => CharacterProperties.Digit,
            'D' => CharacterProperties.Digit.Not(),
            'w' => CharacterProperties.Word,
            'W' => CharacterProperties.Word.Not(),
            'h' => CharacterProperties.HexDigit,
            'H' => CharacterProperties.HexDigit.Not(),
            _ => null,
        };
        if (set is not null)
        {
            _at++;
            return set;
        }
        return _pattern[_at] is 'p' or 'P' ? ReadProperty() : null;
    }

    private CodePointSet ReadProperty()
    {
        var isNegated = _pattern[_at++] == 'P';
        string name;
        if (Take("{"))
        {
            if (Take("^")) isNegated = !isNegated;
            var end = _pattern.IndexOf('}', _at);
            if (end < 0) throw Fault("a property's name without '}'");
            name = _pattern[_at..end];
            _at = end + 1;
        }
        else
            name = ((char)Next()).ToString();
        var set = CharacterProperties.Find(name) ?? throw Fault($"the property '{name}' is not known here");
        return isNegated ? set.Not() : set;
    }

    /// <summary>An escape that stands for one character.</summary>
    private int ReadCharacterEscape()
    {
        var codePoint = Next();
        switch (codePoint)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return 0x1B;
            case 'x' when Take("{"): return ReadHex(1, 8, '}');
            case 'x': return ReadHex(1, 2, null);
            case 'u' when Take("{"): return ReadHex(1, 8, '}');
            case 'u': return ReadHex(4, 4, null);
            case '0': return 0;
            case >= '1' and <= '9': throw Fault("back references are not known here");
            case >= 'a' and <= 'z' or >= 'A' and <= 'Z': throw Fault($"'\\{(char)codePoint}' is not known here");
            default: return codePoint;
        }
    }

    private int ReadHex(int fewest, int most, char? end)
    {
        var start = _at;
        while (_at < _pattern.Length && _at - start < most && char.IsAsciiHexDigit(_pattern[_at])) _at++;
        if (_at - start < fewest) throw Fault("expected hexadecimal digits");
        var value = long.Parse(_pattern.AsSpan(start.._at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (value > CodePointSet.Last) throw Fault($"no code point is as large as {value:X}");
        if (end is { } expected && !Take(expected.ToString())) throw Fault($"expected '{expected}'");
        return (int)value;
    }

    /// <summary>Reads what stands between brackets.</summary>
    private readonly struct ClassReader(PatternTranslation outer, bool ignoresCase)
    {
        /// <summary>Behind the opening bracket; reads the closing one.</summary>
        public CodePointSet Read()
        {
            if (++outer._depth > DeepestNesting) throw outer.Fault($"more than {DeepestNesting} levels of nesting");
            var isNegated = outer.Take("^");
            CodePointSet? intersection = null;
            var set = CodePointSet.Empty;
            for (var isFirst = true; ; isFirst = false)
            {
                if (!outer.Has) throw outer.Fault("'[' without ']'");
                if (!isFirst && outer.Take("]")) break;
                if (outer.Take("&&"))
                {
                    intersection = intersection?.And(set) ?? set;
                    set = CodePointSet.Empty;
                    continue;
                }
                set = set.Or(ReadItem());
            }
            outer._depth--;
            if (intersection is not null) set = intersection.And(set);
            if (ignoresCase) set = CharacterProperties.IgnoringCase(set);
            return isNegated ? set.Not() : set;
        }

        private CodePointSet ReadItem()
        {
            if (outer.Take("[:")) return ReadPosix();
            if (outer.Take("[")) return new ClassReader(outer, ignoresCase).Read();
            if (ReadOne(out var first) is { } set) return set;
            if (outer._at + 1 >= outer._pattern.Length || outer._pattern[outer._at] != '-' || outer._pattern[outer._at + 1] is ']' or '[') return CodePointSet.Of(first);
            var dash = outer._at++;
            if (ReadOne(out var last) is not null)
            {
                // A set ends no range: the dash stands for itself.
                outer._at = dash;
                return CodePointSet.Of(first);
            }
            return last >= first ? CodePointSet.Of((first, last)) : throw outer.Fault("an empty range");
        }

        /// <summary>One character, or a set.</summary>
        private CodePointSet? ReadOne(out int codePoint)
        {
            codePoint = 0;
            if (!outer.Take("\\"))
            {
                codePoint = outer.Next();
                return null;
            }
            if (!outer.Has) throw outer.Fault("a backslash at the end");
            if (outer.ReadSetEscape() is { } set) return set;
            codePoint = outer.Take("b") ? '\b' : outer.ReadCharacterEscape();
            return null;
        }

        private CodePointSet ReadPosix()
        {
            var isNegated = outer.Take("^");
            var end = outer._pattern.IndexOf(":]", outer._at, StringComparison.Ordinal);
            if (end < 0) throw outer.Fault("'[:' without ':]'");
            var name = outer._pattern[outer._at..end];
            outer._at = end + 2;
            var set = CharacterProperties.FindPosix(name) ?? throw outer.Fault($"the class '[:{name}:]' is not known here");
            return isNegated ? set.Not() : set;
        }
    }
}
