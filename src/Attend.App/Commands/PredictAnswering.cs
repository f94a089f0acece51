using System.CommandLine;
using System.Globalization;
using Attend.Tasks;
using Attend.Text.Data;

namespace Attend.App.Commands;

/// <summary>`predict` with an answerer of questions.</summary>
internal sealed class PredictAnswering
{
    private readonly Option<string[]> _question = new("--question") { Description = "answering: a question; may be given several times", HelpName = "TEXT" };
    private readonly Option<string?> _context = new("--context") { Description = "answering: the text to find the answer in", HelpName = "TEXT" };
    private readonly Option<string?> _contextFile = new("--context-file") { Description = "answering: a file with the text to find the answer in", HelpName = "FILE" };
    private readonly Option<int> _top = new("--top") { Description = "answering: how many of the best answers", DefaultValueFactory = _ => 1 };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_question, _context, _contextFile, _top]) command.Add(option);
    }

    /// <summary>Options that only an answerer has are wrong with another model.</summary>
    public void Refuse(ParseResult parsed)
    {
        foreach (var option in (Option[])[_question, _context, _contextFile])
            if (parsed.GetResult(option) is not null) throw new ArgumentException($"{option.Name} is for models that answer questions (attend train answer); this one reads --text or --input");
    }

    public int Run(ParseResult parsed, PredictRequest request)
    {
        var count = parsed.GetValue(_top);
        if (count < 1) throw new ArgumentException($"--top is {count}; expected at least 1");
        if (request.Texts.Length > 0) throw new ArgumentException("this model answers questions on a text: say --question TEXT and --context TEXT or --context-file FILE, or --input FILE");
        var questions = Questions(parsed, request);
        using var answerer = QuestionAnswerer.Load(request.Model, request.Device, new AnswererOptions { MaxInputTokens = request.MaxInputTokens });
        answerer.UsePrecision(request.Precision, Console.Error.WriteLine);
        // Answers to questions of the command line are shown for eyes.
        return (request.Input is null ? request with { Texts = parsed.GetValue(_question)! } : request)
            .Write(answerer.Stream(questions, count, request.Cancel), Describe, ToRow, Show);
    }

    private IEnumerable<QuestionExample> Questions(ParseResult parsed, PredictRequest request)
    {
        var (given, context, contextFile) = (parsed.GetValue(_question) ?? [], parsed.GetValue(_context), parsed.GetValue(_contextFile));
        if (request.Input is { } input)
        {
            if (given.Length > 0 || context is not null || contextFile is not null) throw new ArgumentException("--input excludes --question, --context and --context-file");
            return QuestionInput.Read(input);
        }
        if (given.Length == 0 || context is null == contextFile is null) throw new ArgumentException("say --question TEXT and either --context TEXT or --context-file FILE; or --input FILE");
        var text = context ?? QuestionInput.ReadContext(contextFile!);
        return given.Select((question, index) => new QuestionExample { Id = $"{index + 1}", Question = question, Context = text, Answers = [], Line = index + 1 });
    }

    private static object Describe((QuestionExample Example, AnswerPrediction Result) line) => new
    {
        line.Example.Id,
        line.Example.Question,
        Answer = line.Result.Text,
        line.Result.HasAnswer,
        NoAnswerProbability = Math.Round(line.Result.NoAnswerProbability, 6),
        Best = line.Result.Best.Select(answer => answer with { Probability = Math.Round(answer.Probability, 6) }),
    };

    private static string ToRow((QuestionExample Example, AnswerPrediction Result) line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Example.Id}\t{line.Result.Text.ReplaceLineEndings(" ").Replace('\t', ' ')}\t{(line.Result.HasAnswer && line.Result.Best.Count > 0 ? line.Result.Best[0].Probability : line.Result.NoAnswerProbability):0.0000}");

    private static void Show((QuestionExample Example, AnswerPrediction Result) line)
    {
        Console.Out.WriteLine(line.Example.Question);
        var rows = line.Result.Best.Select((answer, index) => new[] { index == 0 && line.Result.HasAnswer ? "  >" : "   ", answer.Probability.ToString("0.000", CultureInfo.InvariantCulture), $"{answer.Start}-{answer.End}", answer.Text.ReplaceLineEndings(" ") }).ToList();
        if (line.Result.NoAnswerProbability > 0)
            rows.Add([line.Result.HasAnswer ? "   " : "  >", line.Result.NoAnswerProbability.ToString("0.000", CultureInfo.InvariantCulture), "", "(no answer)"]);
        if (rows.Count > 0) Output.WriteColumns(Console.Out, rows);
    }
}
