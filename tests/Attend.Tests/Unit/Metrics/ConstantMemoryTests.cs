using System.Reflection;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

/// <summary>What measuring keeps does not grow with the number of examples, but where a figure needs them all by definition.</summary>
public sealed class ConstantMemoryTests
{
    // By the first every combination of answers and parts has occurred.
    private const int Few = 20_000, Many = 100_000;

    private static readonly string[] Labels = ["no", "yes", "never"];
    private static readonly LabeledSpan[] Spans = [new(0, 4, "person"), new(7, 9, "place"), new(7, 10, "place")];
    private static readonly string[] Texts = ["a cat sat", "the cat sat here", "no cat at all", "a dog"];

    [Fact]
    public void OfClassification() => AssertConstant(() => new ClassificationMetrics(Labels), i => (new ClassAnswer(i % 3, [0.2f, 0.3f, 0.5f]), new ClassAnswer((i + i / 3) % 3)));

    [Fact]
    public void OfSeveralLabels() => AssertConstant(() => new MultiLabelMetrics(Labels), i => (new ClassAnswer(i % 2 == 0 ? [0, 2] : []), new ClassAnswer(i % 3 == 0 ? [] : [2])));

    [Fact]
    public void OfTagging() => AssertConstant(() => new SpanMetrics(), i => (new SpanAnswer([Spans[i % 3]]), new SpanAnswer([Spans[(i + i / 3) % 3]])));

    [Fact]
    public void OfAnswers() => AssertConstant(() => new SquadMetrics(SquadRules.Squad20), i => (new QuestionAnswer(Texts[i % 4]), new QuestionAnswer(i % 7 == 0 ? [] : [Texts[(i + i / 4) % 4]])));

    [Fact]
    public void OfTexts() => AssertConstant(() => new MetricSet<TextAnswer>(new BleuMetrics(), new TextMatchMetrics()), i => (new TextAnswer(Texts[i % 4]), new TextAnswer(Texts[(i + i / 4) % 4])));

    [Fact]
    public void OnlyRankingAndCorrelationsKeepTheirScores()
    {
        var (ranking, regression) = (new RankingMetrics(Labels[..2]), new RegressionMetrics());
        for (var i = 0; i < Many; i++)
        {
            ranking.Add(new ClassAnswer(0, [0.5f, 0.5f]), new ClassAnswer(i % 2));
            regression.Add(i, i);
        }
        // A list has room for at most twice what it holds.
        Assert.InRange(SizeOf(ranking), 5 * Many, 2 * 5 * Many + 4096);
        Assert.InRange(SizeOf(regression), 16 * Many, 2 * 16 * Many + 4096);
    }

    private static void AssertConstant<TAnswer>(Func<ISummedMetric<TAnswer>> create, Func<int, (TAnswer Predicted, TAnswer Gold)> example)
    {
        var measurement = new Measurement<TAnswer>(create, "length", new BootstrapOptions { Resamples = 100 });
        var few = 0L;
        for (var i = 0; i < Many; i++)
        {
            if (i == Few) few = SizeOf(measurement);
            var (predicted, gold) = example(i);
            // Every tenth is in parts as well, which costs as much again.
            if (i % 10 == 0) measurement.Add(predicted, gold, i / 10 % 50, new Dictionary<string, string> { ["source"] = i % 20 == 0 ? "web" : "print" });
            else measurement.Add(predicted, gold);
        }
        Assert.Equal(Many, measurement.ExampleCount);
        Assert.InRange(few, 1000, 4_000_000);
        Assert.InRange(SizeOf(measurement), few / 2, few + 1024);
    }

    // The bytes of everything that can be reached, types and delegates apart.
    private static long SizeOf(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object>([root]);
        var size = 0L;
        while (open.TryPop(out var each))
        {
            if (each is Type or Delegate or MemberInfo || !seen.Add(each)) continue;
            if (each is Array array)
            {
                var element = array.GetType().GetElementType()!;
                size += 24 + (long)array.Length * (element == typeof(bool) ? 1 : element.IsPrimitive ? System.Runtime.InteropServices.Marshal.SizeOf(element) : element.IsValueType ? 16 : 8);
                if (element.IsPrimitive) continue;
                foreach (var item in array)
                    if (item is not null) open.Push(item);
                continue;
            }
            size += each is string text ? 24 + 2 * text.Length : 24;
            if (each is string) continue;
            for (var type = each.GetType(); type is not null; type = type.BaseType)
            {
                foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    size += 8;
                    if (!field.FieldType.IsPrimitive && !field.FieldType.IsPointer && field.GetValue(each) is { } value) open.Push(value);
                }
            }
        }
        return size;
    }
}
