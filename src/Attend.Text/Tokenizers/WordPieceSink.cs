namespace Attend.Text.Tokenizers;

/// <summary>Cuts words into the pieces of a vocabulary, greedy longest first; a word that no pieces make is one unknown token.</summary>
internal readonly struct WordPieceSink(WordPieceVocabulary vocabulary, TokenList tokens, int unknownId) : IBertWordSink
{
    public void Word(ReadOnlySpan<char> word, WordOrigin origin)
    {
        tokens.Word++;
        var id = vocabulary.FindWord(word);
        if (id >= 0) tokens.Add(id, origin.Of(0, word.Length));
        else AddPieces(word, origin);
    }

    private void AddPieces(ReadOnlySpan<char> word, WordOrigin origin)
    {
        var before = tokens.Count;
        for (int at = 0, length; at < word.Length; at += length)
        {
            var id = vocabulary.FindPiece(word[at..], continues: at > 0, out length);
            if (id < 0)
            {
                tokens.Count = before;
                tokens.Add(unknownId, origin.Of(0, word.Length));
                return;
            }
            tokens.Add(id, origin.Of(at, at + length));
        }
    }

    public void LongWord(TextSpan span)
    {
        tokens.Word++;
        tokens.Add(unknownId, span);
    }

    public void ExtendLastWord(int end) => tokens.ExtendLast(end);
}
