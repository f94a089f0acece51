using System.CommandLine;
using Attend.Checkpoints;
using Attend.Runtime;
using TorchSharp;

namespace Attend.App.Commands;

internal static class ExportCommand
{
    public static Command Create()
    {
        var model = CommonOptions.Model();
        var format = new Option<string>("--format") { Description = "onnx: for ONNX Runtime, Transformers.js and their kin; safetensors: for Hugging Face's tools, in float32 or bfloat16", DefaultValueFactory = _ => "onnx" };
        format.AcceptOnlyFromAmong("onnx", "safetensors", "safetensors-bf16");
        var target = new Option<string>("--out") { Description = "folder of the result; it must not exist", Required = true, HelpName = "FOLDER" };
        var json = CommonOptions.Json();
        var command = new Command("export", """
            Gives a model back to other programs: as ONNX, or as safetensors in Hugging Face's layout.

            An ONNX export takes any batch size and length. It reads input_ids, attention_mask and, where the model tells
            segments apart, token_type_ids, and gives logits, or last_hidden_state where there is no head.

            Examples:
              attend export runs/tickets --format onnx --out model
              attend export runs/tickets --format safetensors-bf16 --out model
            """)
        { model, format, target, json };
        command.SetAction(parsed =>
        {
            Engine.Start();
            var (source, folder) = (parsed.GetValue(model)!, parsed.GetValue(target)!);
            if (parsed.GetValue(format) == "onnx")
            {
                var written = OnnxExport.Run(source, folder);
                if (parsed.GetValue(json)) Output.WriteJson(new { Folder = folder, Format = "onnx", written.Opset, written.Inputs, written.Outputs, Head = written.Head?.ToString(), written.Files });
                else
                    Output.WriteColumns(Console.Out,
                    [
                        ["to", Path.Combine(folder, "onnx", "model.onnx")],
                        ["opset", $"{written.Opset}"],
                        ["inputs", $"{string.Join(", ", written.Inputs)} (int64, batch_size x sequence_length)"],
                        ["outputs", $"{string.Join(", ", written.Outputs)} (float32)"],
                        ["head", written.Head?.ToString() ?? "none"],
                        ["files", string.Join(", ", written.Files)],
                    ]);
                return 0;
            }
            var opened = ModelFolder.Open(source);
            var result = WeightsConversion.Run(opened.Path, folder, parsed.GetValue(format) == "safetensors" ? torch.ScalarType.Float32 : torch.ScalarType.BFloat16);
            if (parsed.GetValue(json)) Output.WriteJson(new { Folder = folder, Format = parsed.GetValue(format), result.TensorCount, Files = result.CopiedFiles.Append(ModelFolder.WeightsFile) });
            else Output.WriteColumns(Console.Out, [["to", Path.Combine(folder, ModelFolder.WeightsFile)], ["tensors", $"{result.TensorCount}"], ["copied", string.Join(", ", result.CopiedFiles)]]);
            return 0;
        });
        return command;
    }
}
