using System.Text.Json;
using Attend.Checkpoints;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Pretraining;
using Attend.Training;

namespace Attend;

/// <summary>What a language model is measured by.</summary>
public sealed record LanguageModelEvaluationOptions
{
    /// <summary>Most tokens of text that are read for the losses and accuracies.</summary>
    public int MaxTokens { get; init; } = 1_000_000;

    /// <summary>How many tokens the pseudo-perplexity is taken over; each costs a forward pass of its own. 0 = it is left out.</summary>
    public int PseudoPerplexityTokens { get; init; } = 2_000;

    /// <summary>Folder of tokenized text, see <see cref="Pretraining.CacheFolder"/>.</summary>
    public string? CacheFolder { get; init; }
}

/// <summary>How well a language model knows a text that it has not seen.</summary>
/// <param name="Metrics">The figures by name.</param>
/// <param name="Definitions">What each figure means.</param>
/// <param name="Signature">Figures are comparable only under the same signature and the same vocabulary.</param>
/// <param name="InputCount">Inputs read for losses and accuracies.</param>
/// <param name="Notes">What else is to be known.</param>
public sealed record LanguageModelEvaluation(
    IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, string> Definitions, string Signature, int InputCount, IReadOnlyList<string> Notes)
{
    private const int MaxBatchTokens = 8192;

    private static readonly Dictionary<string, string> Known = new()
    {
        ["mlm_loss"] = "mean over the hidden tokens (15 %, whole words, replaced 80/10/10) of -ln p(right token), in nats; a uniform guess has ln(vocabulary)",
        ["mlm_perplexity"] = "exp(mlm_loss)",
        ["mlm_accuracy"] = "share of the hidden tokens whose likeliest guess is right",
        ["mlm_bits_per_character"] = "mlm_loss / ln 2 x tokens / characters (UTF-16 units without white space) of the text: comparable between vocabularies, roughly",
        ["nsp_accuracy"] = "share of the pairs of which is rightly said whether the second segment follows; half of them do, so chance is 0.5",
        ["nsp_loss"] = "mean over the pairs of -ln p(right answer), in nats; chance is ln 2 = 0.693",
        ["pseudo_perplexity"] = "exp of the mean over tokens of -ln p(token | all others), each token hidden by itself (Salazar et al. 2020, section 2, equation 2)",
        ["vocabulary_ln"] = "ln(vocabulary size), the loss of a uniform guess",
    };

    /// <summary>Measures a model on raw text, and writes metrics.json.</summary>
    /// <param name="model">The model.</param>
    /// <param name="text">Text files, several patterns divided by `;`.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="folder">Where metrics.json goes; null = nowhere.</param>
    /// <param name="cancel">Stops between batches.</param>
    /// <exception cref="DataFileException">The text cannot be read.</exception>
    /// <exception cref="ArgumentException">The model's tokenizer is not of BERT's form.</exception>
    public static LanguageModelEvaluation Run(MaskedLanguageModel model, string text, LanguageModelEvaluationOptions? options = null, string? folder = null, CancellationToken cancel = default)
    {
        options ??= new LanguageModelEvaluationOptions();
        var notes = new List<string>();
        var corpus = Corpus.Open(text.Split(Pretraining.PatternSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        using var cache = TokenStore.Open(options.CacheFolder, corpus, model.Tokenizer, _ => { });
        var documents = cache.Split(0).Train;
        var inputs = model.Inputs;
        if (model.HasNextSentence && documents.Length < 2)
        {
            inputs = inputs with { Objective = PretrainingObjective.Mlm };
            notes.Add("the text is one document, so there are no pairs: next-sentence prediction was not measured");
        }
        var examples = Pretraining.HeldOut(cache, documents, model.Tokenizer, inputs, options.MaxTokens);
        if (cache.TokenCount > options.MaxTokens) notes.Add($"{options.MaxTokens:N0} of {cache.TokenCount:N0} tokens were read");
        var metric = new PretrainingMetrics();
        Measure(model.Task, examples, metric, cancel);

        var metrics = new OrderedDictionary<string, double>(metric.Result().Where(entry => entry.Key != "mlm_log_likelihood"));
        if (metrics.TryGetValue("mlm_loss", out var loss)) metrics["mlm_bits_per_character"] = loss / Math.Log(2) * cache.TokenCount / cache.CountCharacters(documents);
        if (options.PseudoPerplexityTokens > 0)
        {
            var each = OneByOne(cache, documents, model, options.PseudoPerplexityTokens);
            var pseudo = new PretrainingMetrics();
            Measure(model.Task, each, pseudo, cancel);
            metrics["pseudo_perplexity"] = pseudo.Result()["mlm_perplexity"];
            notes.Add($"the pseudo-perplexity is taken over {each.Length:N0} tokens");
        }
        metrics["vocabulary_ln"] = Math.Log(model.Tokenizer.VocabSize);
        var result = new LanguageModelEvaluation(metrics, Known.Where(entry => metrics.ContainsKey(entry.Key)).ToDictionary(), metric.Signature + $"|vocabulary:{model.Tokenizer.VocabSize}|max-input-tokens:{inputs.MaxInputTokens}", examples.Length, notes);
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(Path.Combine(folder, "metrics.json"), stream => JsonSerializer.Serialize(stream,
                new { Model = model.Folder.Path, Text = text, TextSha256 = cache.Key.CorpusHash, result.Metrics, result.Definitions, result.Signature, result.InputCount, result.Notes }, RunJson.Indented));
        }
        return result;
    }

    private static void Measure(PretrainingTask task, PretrainingExample[] examples, PretrainingMetrics metric, CancellationToken cancel)
    {
        foreach (var (_, indices, output) in Inference.Run(task, examples, MaxBatchTokens, cancel))
        {
            var answers = task.Answer(output);
            for (var i = 0; i < indices.Length; i++) metric.Add(answers[i], task.Expected(examples[indices[i]]));
        }
    }

    // Whole sentences in random order, each of their tokens hidden once by itself.
    private static PretrainingExample[] OneByOne(TokenCache cache, int[] documents, MaskedLanguageModel model, int tokenCount)
    {
        var data = new PretrainingData(cache, documents, model.Tokenizer, model.Inputs with { Objective = PretrainingObjective.Mlm });
        return [.. data.Spans(0).SelectMany(span =>
        {
            var ids = data.Read(span);
            return Enumerable.Range(1, ids.Length - 2).Select(position =>
            {
                int[] hidden = [.. ids];
                hidden[position] = model.Tokenizer.MaskId;
                return new PretrainingExample(hidden, hidden.Length, [position], [ids[position]], null);
            });
        }).Take(tokenCount)];
    }
}
