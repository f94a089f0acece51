using System.Text.Json;
using Attend.Checkpoints;
using Attend.Models;
using Attend.Training;

namespace Attend.Tests.EndToEnd;

/// <summary>From raw text to a language model, and what can be done with it.</summary>
public sealed class PretrainingCommandTests(PretrainedRun run) : IClassFixture<PretrainedRun>
{
    [Fact]
    public void ARunLeavesAModelInHuggingFacesLayout()
    {
        Assert.True(run.Result.ExitCode == 0, run.Result.Error);
        using var answer = JsonDocument.Parse(run.Result.Out);
        Assert.InRange(answer.RootElement.GetProperty("dev").GetProperty("mlm_loss").GetDouble(), 0, Math.Log(200));
        Assert.Equal(HeadKind.PreTraining, ModelFolder.Open(run.Folder).Head);
        using var weights = SafetensorsFile.Open(Path.Combine(run.Folder, "model.safetensors"));
        foreach (var key in new[] { "bert.embeddings.word_embeddings.weight", "bert.pooler.dense.bias", "cls.predictions.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.LayerNorm.bias", "cls.seq_relationship.weight" })
            Assert.Contains(key, weights.Entries.Keys);
        Assert.DoesNotContain("cls.predictions.decoder.weight", weights.Entries.Keys);
        var log = RunFolder.ReadLog(run.Folder);
        Assert.Equal(40, log.Count);
        Assert.Equal(["mlm_accuracy", "mlm_loss", "nsp_accuracy", "nsp_loss"], log[0].Figures!.Keys.Order());
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run.Folder, "tensorboard")));
        Assert.True(File.Exists(Path.Combine(run.Folder, "curves.png")));
    }

    [Fact]
    public void FillGuessesHiddenWords()
    {
        var result = AttendProcess.Run("fill", run.Folder, "--text", "ice is [MASK].", "--text", "[MASK]是[MASK]的。", "--top", "3", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var answer = JsonDocument.Parse(result.Out);
        var texts = answer.RootElement.GetProperty("texts").EnumerateArray().ToArray();
        Assert.Equal(2, texts[1].GetProperty("places").GetArrayLength());
        var place = texts[0].GetProperty("places")[0];
        Assert.Equal((7, 13), (place.GetProperty("start").GetInt32(), place.GetProperty("end").GetInt32()));
        var words = place.GetProperty("words").EnumerateArray().ToArray();
        Assert.Equal(3, words.Length);
        Assert.True(words[0].GetProperty("probability").GetDouble() >= words[1].GetProperty("probability").GetDouble());
        Assert.Contains("[MASK]", AttendProcess.Run("fill", run.Folder, "--text", "no place here").Error);
    }

    [Fact]
    public void EvaluateMeasuresALanguageModelOnRawText()
    {
        var result = AttendProcess.Run("evaluate", run.Folder, "--text", run.HeldOut, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var answer = JsonDocument.Parse(result.Out);
        var (metrics, definitions) = (answer.RootElement.GetProperty("metrics"), answer.RootElement.GetProperty("definitions"));
        foreach (var name in new[] { "mlm_loss", "mlm_perplexity", "mlm_accuracy", "mlm_bits_per_character", "nsp_accuracy", "nsp_loss", "pseudo_perplexity", "vocabulary_ln" })
        {
            Assert.True(metrics.GetProperty(name).GetDouble() >= 0, name);
            Assert.NotEmpty(definitions.GetProperty(name).GetString()!);
        }
        Assert.Equal(Math.Exp(metrics.GetProperty("mlm_loss").GetDouble()), metrics.GetProperty("mlm_perplexity").GetDouble(), 1e-6);
        Assert.True(File.Exists(Path.Combine(run.Folder, "evaluation", "held-out", "metrics.json")));

        // One document has no pairs.
        File.WriteAllText(run.File("single.txt"), "ice is cold. fire is hot.");
        result = AttendProcess.Run("evaluate", run.Folder, "--text", run.File("single.txt"), "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("one document", result.Out);
        Assert.DoesNotContain("nsp_accuracy", result.Out);
    }

    [Fact]
    public void AClassifierCanStartFromIt()
    {
        File.WriteAllText(run.File("train.tsv"), TrainedRun.Table(60, 3));
        var result = AttendProcess.Run("train", "classify", "--from", run.Folder, "--data", run.File("train.tsv"), "--out", run.File("classifier"), "--epochs", "1", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(1, AttendProcess.Run("evaluate", run.File("classifier"), "--text", run.HeldOut).ExitCode);
        Assert.Equal(2, AttendProcess.Run("evaluate", run.Folder).ExitCode);
    }

    [Fact]
    public void PretrainingGoesOnFromAModelWithItsTokenizer()
    {
        var result = AttendProcess.Run("pretrain", "--text", run.Text, "--from", run.Folder, "--objective", "mlm", "--steps", "2", "--max-input-tokens", "32", "--cache", run.File("cache"), "--out", run.File("further"), "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(File.ReadAllText(Path.Combine(run.Folder, "vocab.txt")), File.ReadAllText(run.File("further/vocab.txt")));
        Assert.Equal(HeadKind.MaskedLanguageModel, ModelFolder.Open(run.File("further")).Head);
        // It begins where the other ended, not at the loss of chance.
        Assert.True(RunFolder.ReadLog(run.File("further"))[0].Figures!["mlm_loss"] < RunFolder.ReadLog(run.Folder)[0].Figures!["mlm_loss"] - 0.5);
    }

    [Fact]
    public void KilledAndResumedIsUninterrupted()
    {
        var output = run.File("killed");
        var command = run.Command(output);
        using (var process = AttendProcess.Start([.. command, "--checkpoint-seconds", "0"]))
        {
            _ = process.StandardError.ReadToEndAsync();
            while (!process.HasExited && !(Directory.Exists(Path.Combine(output, "checkpoint")) && Directory.GetDirectories(Path.Combine(output, "checkpoint"), "step-*").Any(folder => string.CompareOrdinal(Path.GetFileName(folder), "step-00000005") > 0))) Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
        }
        var resumed = AttendProcess.Run([.. command, "--resume", "--json"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        string[] Lines(string folder) => [.. RunFolder.ReadLog(folder).Select(record => JsonSerializer.Serialize(record))];
        Assert.Equal(Lines(run.Folder), Lines(output));
        Assert.Equal(File.ReadAllBytes(Path.Combine(run.Folder, "model.safetensors")), File.ReadAllBytes(Path.Combine(output, "model.safetensors")));
    }
}
