namespace Attend.Text.Data;

/// <summary>How the tags of single words spell spans; in every scheme "O" is a word outside of all spans.</summary>
public enum TagScheme
{
    /// <summary>I-X for all words of a span; B-X only for the first word of a span that follows another of the same label (Ramshaw and Marcus 1995).</summary>
    Iob1,

    /// <summary>B-X for the first word of every span, I-X for the others; also called BIO.</summary>
    Iob2,

    /// <summary>B-X first, I-X inside, E-X last, S-X for a span of one word; also called IOBES.</summary>
    Bioes,

    /// <summary>As <see cref="Bioes"/>, with M-X inside; usual for Chinese.</summary>
    Bmes,

    /// <summary>As <see cref="Bioes"/>, with L-X last and U-X for a span of one word; also called BIOLU.</summary>
    Bilou,
}
