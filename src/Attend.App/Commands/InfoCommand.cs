using System.CommandLine;
using System.Globalization;
using Attend.Checkpoints;

namespace Attend.App.Commands;

internal static class InfoCommand
{
    public static Command Create()
    {
        var model = CommonOptions.Model();
        var tensors = new Option<bool>("--weights") { Description = "list every tensor: name, type, shape, norm; MODEL may also be a file of weights" };
        var json = CommonOptions.Json();
        var command = new Command("info", """
            Says what a model folder holds: architecture, parameter count, labels, how it was trained.

            Examples:
              attend info runs/tickets
              attend info runs/tickets --weights
            """)
        { model, tensors, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(tensors)) return ShowWeights(parsed.GetValue(model)!, parsed.GetValue(json));
            var folder = ModelFolder.Open(parsed.GetValue(model)!);
            var path = folder.Path;
            long? parameterCount = null;
            if (folder.HasWeights)
            {
                using var file = WeightsSource.Open(path);
                parameterCount = file.Entries.Values.Sum(entry => entry.ElementCount);
            }
            var card = RunCard.Read(path);
            if (parsed.GetValue(json))
            {
                Output.WriteJson(new { Folder = path, Published = ModelSource.NameOf(path), folder.Config.ModelType, Config = (object)folder.Config, ParameterCount = parameterCount, folder.Config.Labels, Training = card });
                return 0;
            }
            var labels = folder.Config.Labels;
            Output.WriteColumns(Console.Out, Rows(folder, parameterCount, card).Append(["labels", labels.Count == 0 ? "none" : $"{labels.Count}: {string.Join(", ", labels)}"]));
            return 0;
        });
        return command;
    }

    // Needs no config.json: weights of any architecture can be looked at.
    private static int ShowWeights(string path, bool json)
    {
        using var weights = WeightsSource.Open(path);
        var rows = WeightsTable.Read(weights);
        FileHash[] files = [.. weights.Files.Select(FileHash.Of)];
        if (json) Output.WriteJson(new { Path = path, Files = files, weights.Metadata, weights.OtherKeys, Tensors = rows });
        else WeightsTable.Show(weights, rows, files);
        return files.Any(file => file.IsWrong) ? 1 : 0;
    }

    private static IEnumerable<string[]> Rows(ModelFolder folder, long? parameterCount, RunCard? card)
    {
        if (ModelSource.NameOf(folder.Path) is { } published) yield return ["published as", published];
        yield return ["architecture", $"{folder.Config.ModelType} ({string.Join(", ", folder.Config.Architectures ?? [])})"];
        yield return ["parameters", parameterCount is { } count ? count.ToString("N0", CultureInfo.InvariantCulture) : "no weights yet"];
        yield return ["vocabulary", folder.Config.VocabSize.ToString("N0", CultureInfo.InvariantCulture)];
        yield return ["head", folder.Config.ProblemType is { } problem ? $"{problem}, pooling {folder.Config.ClassifierPooling ?? "cls"}" : "none"];
        if (card is null) yield break;
        yield return ["status", card.Status];
        yield return ["trained on", $"{card.Train.Path} ({card.Train.ExampleCount} examples, sha256 {card.Train.Sha256[..12]}...)"];
        yield return ["judged by", card.Dev is { } dev ? $"{dev.Path} ({dev.ExampleCount} examples, sha256 {dev.Sha256[..12]}...)" : $"{card.DevShare:0.##} of the training data"];
        yield return ["started from", card.From ?? "nothing (new weights)"];
        yield return ["options", $"{card.Options.Epochs} epochs, learning rate {card.Options.LearningRate.ToString(CultureInfo.InvariantCulture)} {card.Options.Schedule}, batch {card.Options.BatchSize}, seed {card.Options.Seed}, input up to {card.MaxInputTokens} tokens"];
        if (card.History.FirstOrDefault(epoch => epoch.Epoch == card.BestEpoch) is { } best)
            yield return ["best epoch", string.Create(CultureInfo.InvariantCulture, $"{best.Epoch} of {card.History.Count}, dev {card.PrimaryMetric} {best.DevMetrics.GetValueOrDefault(card.PrimaryMetric!, double.NaN):0.0000}, {card.Seconds:0} s")];
        if (card.Tokenizer is { } tokenizer) yield return ["tokenizer", string.Join(", ", tokenizer.Files.Select(file => $"{file.Name} sha256 {file.Sha256[..12]}..."))];
        if (card.Machine is { } machine) yield return ["machine", $"{machine.Processor}, {machine.LogicalProcessors} processors, computed on {machine.Device}"];
        yield return ["energy", card.EnergyJoules is { } joules ? string.Create(CultureInfo.InvariantCulture, $"{joules / 3.6e6:0.0000} kWh (processor packages of the whole machine)") : "not measured"];
        yield return ["versions", string.Join(", ", card.Versions.Select(version => $"{version.Key} {version.Value}"))];
    }
}
