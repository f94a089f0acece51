using System.CommandLine;
using Attend.Checkpoints;
using Attend.Runtime;
using TorchSharp;

namespace Attend.App.Commands;

internal static class ConvertCommand
{
    private static readonly Dictionary<string, torch.ScalarType> Types = new()
    {
        ["f32"] = torch.ScalarType.Float32,
        ["f16"] = torch.ScalarType.Float16,
        ["bf16"] = torch.ScalarType.BFloat16,
    };

    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "a model folder, the name of a pulled model, or a file of weights (pytorch_model.bin, .pt, .safetensors, an index of shards)" };
        var target = new Option<string>("--out") { Description = "folder of the result; it must not exist", Required = true, HelpName = "FOLDER" };
        var dtype = new Option<string?>("--dtype") { Description = "element type of the floating tensors  [default: each keeps its own]", HelpName = "f32|f16|bf16" };
        dtype.AcceptOnlyFromAmong([.. Types.Keys]);
        var json = CommonOptions.Json();
        var command = new Command("convert", """
            Writes a model's weights as one model.safetensors, with its configuration and tokenizer files.

            A pytorch_model.bin is read without executing anything in it; one that asks for more than weights need is refused.

            Example:
              attend convert downloads/bert --out models/bert
            """)
        { source, target, dtype, json };
        command.SetAction(parsed =>
        {
            Engine.Start();
            var folder = parsed.GetValue(target)!;
            var result = WeightsConversion.Run(parsed.GetValue(source)!, folder, parsed.GetValue(dtype) is { } type ? Types[type] : null);
            if (parsed.GetValue(json))
            {
                Output.WriteJson(new { Folder = folder, result.Source, result.TensorCount, result.CopiedFiles, result.OtherKeys });
                return 0;
            }
            Output.WriteColumns(Console.Out,
            [
                ["from", result.Source],
                ["to", Path.Combine(folder, ModelFolder.WeightsFile)],
                ["tensors", $"{result.TensorCount}"],
                ["copied", result.CopiedFiles.Count == 0 ? "nothing" : string.Join(", ", result.CopiedFiles)],
                .. result.OtherKeys.Count == 0 ? Array.Empty<string[]>() : [["left out", $"{string.Join(", ", result.OtherKeys)} (no tensors)"]],
            ]);
            return 0;
        });
        return command;
    }
}
