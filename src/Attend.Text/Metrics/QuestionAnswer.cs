namespace Attend.Text.Metrics;

/// <summary>The answer to one question on a text.</summary>
public sealed class QuestionAnswer
{
    /// <summary>A predicted answer.</summary>
    /// <param name="text">The answer; "" says that the text does not answer the question.</param>
    /// <param name="noAnswerScore">How much the model leans to "no answer", on any scale on which larger means more; null where it does not say.
    /// Where it is given, <paramref name="text"/> should be the best answer that is not empty, so that a threshold can be sought.</param>
    public QuestionAnswer(string text, double? noAnswerScore = null) : this([text]) => NoAnswerScore = noAnswerScore;

    /// <summary>Gold answers, or a prediction that is missing.</summary>
    /// <param name="texts">Gold: each is right; none where the question has no answer. Predicted: none where the model said nothing at all.</param>
    public QuestionAnswer(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var text in texts) ArgumentNullException.ThrowIfNull(text, nameof(texts));
        Texts = texts;
    }

    /// <summary>The answers.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>How much the model leans to "no answer"; null where it does not say.</summary>
    public double? NoAnswerScore { get; }
}
