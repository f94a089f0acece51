using System.Diagnostics;
using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>Questions on long contexts: windows of many questions at once, as `attend predict` reads them, against one window at a time.</summary>
/// <remarks>"default" is what a TorchSharp user writes: one window at a time, eager layers in libtorch's default precision with its fused attention.</remarks>
internal static class AnsweringSpeed
{
    private const int ContextCount = 200, WordsPerContext = 3000, VocabSize = 4000, MaxInputTokens = 384;

    // Contexts that an arm reads in a round; enough for a rate.
    private const int MeasuredPerRound = 20;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "mini";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "5", CultureInfo.InvariantCulture);
        Engine.Start();
        var random = new Random(1);
        string[] syllables = [.. Enumerable.Range(0, VocabSize - 5).Select(index => $"{(char)('a' + index % 26)}{(char)('a' + index / 26 % 26)}{(char)('a' + index / 676)}")];
        // A word is a syllable or, one time in four, two: 1.25 tokens a word.
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. syllables.Select((syllable, index) => index % 2 == 0 ? syllable : "##" + syllable)]);
        string Word() => syllables[2 * random.Next(syllables.Length / 2)] + (random.Next(4) == 0 ? syllables[1 + 2 * random.Next(syllables.Length / 2)] : "");
        string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => Word()));
        QuestionExample[] questions = [.. Enumerable.Range(0, ContextCount).Select(index => new QuestionExample { Id = $"{index}", Question = Words(10), Context = Words(WordsPerContext), Answers = [], Line = index + 1 })];

        var row = Architectures.Find("bert");
        var options = new AnsweringOptions { MaxInputTokens = MaxInputTokens };
        var encoder = row.Create(row.CreateConfig(EncoderSize.Named[name], tokenizer.VocabSize));
        using var task = new QuestionAnswering(encoder, tokenizer, options, CPU);
        task.eval();
        var search = new AnswerSearchOptions(options.MaxAnswerTokens, 1, options.MaxInputTokens / 3, false);
        Console.WriteLine($"answering, {name}, {ContextCount} contexts of {WordsPerContext} words, {task.Windows(questions[0]).Count} windows of {MaxInputTokens} tokens each, {get_num_threads()} threads, {rounds} rounds interleaved");

        (string Name, Action Set, Func<QuestionExample[], string[]> Answer)[] arms =
        [
            ("batches, bfloat16", () => Set(Precision.BFloat16, MatmulPrecision.Medium, AttentionKernel.Auto), Batches),
            ("batches, float32", () => Set(Precision.Float32, MatmulPrecision.Medium, AttentionKernel.Auto), Batches),
            ("one window at a time, bfloat16", () => Set(Precision.BFloat16, MatmulPrecision.Medium, AttentionKernel.Auto), OneByOne),
            ("one window at a time, float32", () => Set(Precision.Float32, MatmulPrecision.Medium, AttentionKernel.Auto), OneByOne),
            ("one window at a time, default", () => Set(Precision.Float32, MatmulPrecision.Highest, AttentionKernel.Fused), OneByOne),
        ];
        var rates = arms.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++)
            for (var arm = 0; arm < arms.Length; arm++)
            {
                // Copies, so that each round splits its texts into tokens itself; the batches see all contexts in turn.
                QuestionExample[] own = [.. Enumerable.Range(0, MeasuredPerRound).Select(index => questions[((round + 1) * MeasuredPerRound + index) % ContextCount] with { })];
                arms[arm].Set();
                var start = Stopwatch.GetTimestamp();
                arms[arm].Answer(own);
                if (round >= 0) rates[arm].Add(own.Length / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

        for (var arm = 0; arm < arms.Length; arm++)
        {
            var ratios = rates[0].Zip(rates[arm], (left, right) => left / right).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{arms[arm].Name,-32} {rates[arm].Order().ElementAt(rounds / 2),7:0.00} contexts/s   batches in bfloat16 are {ratios[rounds / 2]:0.00} times as fast (min {ratios[0]:0.00}, max {ratios[^1]:0.00})"));
        }
        Set(Precision.Float32, MatmulPrecision.Medium, AttentionKernel.Auto);
        var (together, alone) = (Batches(questions[..4]), OneByOne(questions[..4]));
        Console.WriteLine($"the same answers both ways: {(together.SequenceEqual(alone) ? "yes" : "no")}");
        return 0;

        void Set(Precision precision, MatmulPrecision products, AttentionKernel kernel)
        {
            Engine.Start(new EngineOptions { Precision = products });
            task.UsePrecision(precision);
            encoder.UseKernel(kernel);
        }

        string[] Batches(QuestionExample[] own) => [.. Inference.Stream(task, own, output => task.Search(output, 1)).Select(entry => entry.Result.Text)];

        string[] OneByOne(QuestionExample[] own)
        {
            using var rounded = task.KeepRounded();
            using var inference = inference_mode();
            var answers = new List<string>();
            foreach (var question in own)
            {
                var windows = task.Windows(question);
                var scores = new float[windows.Count * 2 * MaxInputTokens];
                var window = 0;
                foreach (var part in task.Parts(question))
                {
                    using var scope = NewDisposeScope();
                    task.call(task.Collate([part])).Logits.cpu().contiguous().data<float>().ToArray().CopyTo(scores.AsSpan(window++ * 2 * MaxInputTokens));
                }
                answers.Add(AnswerSearch.Find(question.Context, windows, scores, search).Text);
            }
            return [.. answers];
        }
    }
}
