using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataSquadTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void QuestionsKeepTheirTextAndPlace()
    {
        var file = Open("""
            {"version": "1.1", "data": [
              {"title": "Cats", "paragraphs": [
                {"context": "A 😀 cat sat.", "qas": [
                  {"id": "q1", "question": "Who?", "answers": [{"text": "cat", "answer_start": 4}, {"text": "A 😀 cat", "answer_start": 0}]},
                  {"id": "q2", "question": "What?", "answers": [{"text": "sat", "answer_start": 9}]}]}]},
              {"paragraphs": [{"context": "Second.", "qas": [{"id": 3, "question": "?", "answers": [{"text": "third", "answer_start": 0}]}]}]}]}
            """);
        Assert.Equal((false, 2L, 3L, 4L, 1L, 1L, 0L), (file.MayBeUnanswerable, file.ContextCount, file.QuestionCount, file.AnswerCount, file.MisplacedCount, file.UnlearnableCount, file.UnanswerableCount));
        QuestionExample[] questions = [.. file.Read()];
        Assert.Equal(["q1", "q2", "3"], questions.Select(question => question.Id));
        // By code points, then, where that fits nothing, by UTF-16.
        Assert.Equal([new("cat", 5), new("A 😀 cat", 0)], questions[0].Answers);
        Assert.Equal(new GoldAnswer("sat", 9), Assert.Single(questions[1].Answers));
        Assert.Equal("sat", questions[1].Context[questions[1].Answers[0].Start!.Value..questions[1].Answers[0].End!.Value]);
        Assert.Equal(new GoldAnswer("third", null), Assert.Single(questions[2].Answers));
        Assert.Equal(["Cats", "Cats", ""], questions.Select(question => question.Title));
        Assert.Equal([3L, 3, 6], questions.Select(question => question.Line));
        Assert.Same(questions[0].Context, questions[1].Context);
    }

    [Theory]
    [InlineData("""{"version": "v2.0", "data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": []}]}]}]}""")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": []}]}]}], "version": "v2.0"}""")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "is_impossible": true, "answers": [], "plausible_answers": [{"text": "x", "answer_start": 0}]}]}]}]}""")]
    public void QuestionsWithoutAnswerBelongTo20(string content)
    {
        var file = Open(content);
        Assert.True(file.MayBeUnanswerable);
        Assert.Equal(1, file.UnanswerableCount);
        Assert.Empty(Assert.Single(file.Read()).Answers);
    }

    [Fact]
    public void QuestionsToPredictOnNeedNoAnswers()
    {
        var path = _folder.Write("x.json", """{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?"}]}]}]}""");
        Assert.Single(SquadFile.Open(path, new SquadOptions { AnswersRequired = false }).Read());
        Assert.Contains("has no list \"answers\"", Assert.Throws<DataFileException>(() => SquadFile.Open(path)).Message);
    }

    [Theory]
    [InlineData("""{"version": "1.1", "data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": []}]}]}]}""", "'a' has no answer, and this is a file of SQuAD 1.1")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": [{"text": "x", "answer_start": 0}]}, {"id": "a", "question": "?", "answers": []}]}]}]}""", "the id 'a' belongs to two questions")]
    [InlineData("""{"data": [{"paragraphs": [{"qas": []}]}]}""", "a paragraph has no string \"context\"")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x"}]}]}""", "no list \"qas\"")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a"}]}]}]}""", "the question 'a' has no string \"question\"")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": [{"text": "x"}]}]}]}]}""", "no whole number \"answer_start\"")]
    [InlineData("""{"data": []}""", "has no question")]
    [InlineData("""{"text": "x"}""", "has no question; expected SQuAD's format")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", """, "is not sound JSON")]
    [InlineData("""{"data": [}]}""", "is not sound JSON")]
    [InlineData("", "is not sound JSON")]
    public void BadFilesAreRefused(string content, string problem)
    {
        var e = Assert.Throws<DataFileException>(() => Open(content));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinesAreThoseOfTheFile()
    {
        var e = Assert.Throws<DataFileException>(() => Open("{\n\"data\": [\n{\"paragraphs\": [\n\n{\"context\": 1}]}]}"));
        Assert.Equal(5, e.Line);
        Assert.Equal(4, Assert.Throws<DataFileException>(() => Open("{\n\"data\": [\n{\"paragraphs\": [\n}]}]}")).Line);
    }

    [Fact]
    public void LargeParagraphsAndManyOfThemAreRead()
    {
        var context = string.Concat(Enumerable.Repeat("Wörter und 词 ", 20_000));
        var paragraphs = Enumerable.Range(0, 8).Select(i => $$"""{"context": "{{(i == 3 ? context : "kurz")}}", "qas": [{"id": "{{i}}", "question": "?", "answers": []}]}""");
        var file = Open($$"""{"version": "v2.0", "data": [{"paragraphs": [{{string.Join(",\n", paragraphs)}}]}]}""");
        Assert.Equal(8, file.QuestionCount);
        Assert.Equal(context, file.Read().ElementAt(3).Context);
    }

    [Theory]
    [InlineData("squad-v1.1/dev-part1.json.gz", 913, 4961, 0)]
    [InlineData("squad-v1.1/train-first-articles.json.gz", 678, 4370, 0)]
    [InlineData("cmrc2018-zh/trial.json.gz", 256, 1002, 0)]      // 5 answers lie behind an emoji, at UTF-16 offsets
    [InlineData("cmrc2018-zh/train-from-dev.json.gz", 636, 2374, 152)]
    public void RealFilesHaveTheirCounts(string name, long contexts, long questions, long misplaced)
    {
        var file = SquadFile.Open(Repository.SharedData(name.Split('/')));
        Assert.Equal((contexts, questions, misplaced, false), (file.ContextCount, file.QuestionCount, file.MisplacedCount, file.MayBeUnanswerable));
        foreach (var question in file.Read())
            foreach (var answer in question.Answers.Where(answer => answer.Start is not null)) Assert.Equal(answer.Text, question.Context[answer.Start!.Value..answer.End!.Value]);
    }

    private SquadFile Open(string content) => SquadFile.Open(_folder.Write("x.json", content));
}
