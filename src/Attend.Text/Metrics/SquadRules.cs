namespace Attend.Text.Metrics;

/// <summary>Whose rules compare a predicted answer with the gold ones.</summary>
public enum SquadRules
{
    /// <summary>SQuAD 1.1: every question has an answer; words are compared, without case, punctuation and articles.</summary>
    Squad11,

    /// <summary>SQuAD 2.0: as 1.1, and a question without gold answers is answered by "".</summary>
    Squad20,

    /// <summary>CMRC 2018: Chinese characters and words of other writing; F1 over the longest stretch in common.</summary>
    Cmrc2018,
}
