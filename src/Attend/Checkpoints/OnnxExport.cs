using Attend.Models;
using Attend.Onnx;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>What an ONNX export wrote.</summary>
/// <param name="Opset">Version of the operators in use.</param>
/// <param name="Inputs">Names of the inputs, each int64 [batch_size, sequence_length].</param>
/// <param name="Outputs">Names of the outputs, float32.</param>
/// <param name="Head">What stands on the encoder; null = nothing.</param>
/// <param name="Files">Everything written, relative to the folder.</param>
public sealed record OnnxModel(int Opset, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, HeadKind? Head, IReadOnlyList<string> Files);

/// <summary>Writes a model as ONNX, in the layout that Transformers.js and its kin look for: onnx/model.onnx beside config.json and the tokenizer's files.</summary>
/// <remarks>
/// Any batch size and any length up to the model's. Inputs: input_ids, attention_mask (1 = a real token), and token_type_ids where the model tells segments apart.
/// Outputs: logits; start_logits and end_logits of question answering; last_hidden_state without a head, and sentence_embedding where modules.json says how to pool.
/// </remarks>
public static class OnnxExport
{
    private const string Folder = "onnx", ModelFile = "model.onnx", DataFile = "model.onnx_data";

    /// <summary>Exports the encoder of a folder, with the head that its config.json names.</summary>
    /// <param name="source">A model folder or the name of a pulled model.</param>
    /// <param name="target">A new folder; it appears whole or not at all.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="CheckpointException">The source is no encoder, or its weights are unsound.</exception>
    /// <exception cref="IOException">The target exists, or cannot be written.</exception>
    public static OnnxModel Run(string source, string target) => Run(source, target, null);

    /// <param name="source">A model folder.</param>
    /// <param name="target">A new folder.</param>
    /// <param name="largestMessage">Weights of more bytes go into a file of their own; null = what the format allows.</param>
    internal static OnnxModel Run(string source, string target, long? largestMessage)
    {
        var folder = ModelFolder.Open(source);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var encoder = folder.Architecture.Create(folder.Config);
        var heads = folder.Build(() => CreateHeads(folder, encoder));
        try
        {
            folder.LoadWeights([new CheckpointPart(encoder, folder.Architecture.Keys), .. heads.Select(head => new CheckpointPart(head, folder.Architecture.Heads[folder.Head!.Value].Keys))]);
            var graph = new OnnxGraph();
            var outputs = Build(graph, folder, encoder, heads);
            var files = new List<string>();
            AtomicFolder.Write(target, path =>
            {
                WeightsConversion.CopyCompanions(folder.Path, path, files);
                if (TokenizerFolder.AddJson(path)) files.Add("tokenizer.json");
                Directory.CreateDirectory(Path.Combine(path, Folder));
                using var model = File.Create(Path.Combine(path, Folder, ModelFile));
                files.Add($"{Folder}/{ModelFile}");
                OnnxFile.Write(graph, model, () =>
                {
                    files.Add($"{Folder}/{DataFile}");
                    return File.Create(Path.Combine(path, Folder, DataFile));
                }, DataFile, largestMessage);
            });
            return new OnnxModel(OnnxGraph.Opset, Inputs(encoder), outputs, folder.Head, files);
        }
        finally
        {
            foreach (var head in heads) head.Dispose();
        }
    }

    private static string[] Inputs(EncoderModel encoder) => encoder.ReadsSegments ? ["input_ids", "attention_mask", "token_type_ids"] : ["input_ids", "attention_mask"];

    private static nn.Module[] CreateHeads(ModelFolder folder, EncoderModel encoder) => folder.Head switch
    {
        null => [],
        HeadKind.MaskedLanguageModel => [encoder.CreateMaskedLanguageHead()],
        HeadKind.PreTraining => [encoder.CreateMaskedLanguageHead(), new NextSentenceHead(encoder)],
        HeadKind.QuestionAnswering => [encoder.CreateHead(HeadKind.QuestionAnswering, 2)],
        HeadKind.ReplacedTokenDetection => [encoder.CreateHead(HeadKind.ReplacedTokenDetection, 1)],
        { } kind => [encoder.CreateHead(kind, folder.Config.Labels.Count)],
    };

    private static List<string> Build(OnnxGraph graph, ModelFolder folder, EncoderModel encoder, nn.Module[] heads)
    {
        var values = Inputs(encoder).Select(graph.Input).ToArray();
        var mask = values[1];
        var encoded = encoder.Export(graph, new OnnxTokens(values[0], mask, values.Length > 2 ? values[2] : null));
        var outputs = new List<string>();
        void Output(string name, OnnxValue value, params string[] shape)
        {
            graph.Output(name, value, shape);
            outputs.Add(name);
        }
        var (batch, seq) = (OnnxGraph.TokenShape[0], OnnxGraph.TokenShape[1]);
        var scores = heads.FirstOrDefault() as ClassificationHead;
        switch (folder.Head)
        {
            case HeadKind.SequenceClassification:
                Output("logits", scores!.Export(graph, encoder.ExportSummary(graph, encoded, mask)), batch, $"{folder.Config.Labels.Count}");
                break;
            case HeadKind.TokenClassification:
                Output("logits", scores!.Export(graph, encoded.Hidden), batch, seq, $"{folder.Config.Labels.Count}");
                break;
            case HeadKind.ReplacedTokenDetection:
                Output("logits", graph.Squeeze(scores!.Export(graph, encoded.Hidden), 2), batch, seq);
                break;
            case HeadKind.QuestionAnswering:
                var places = graph.Split(scores!.Export(graph, encoded.Hidden), -1, 2);
                Output("start_logits", graph.Squeeze(places[0], 2), batch, seq);
                Output("end_logits", graph.Squeeze(places[1], 2), batch, seq);
                break;
            case HeadKind.MaskedLanguageModel:
            case HeadKind.PreTraining:
                var words = ((MaskedLanguageHead)heads[0]).Export(graph, encoded.Hidden, encoder.WordEmbeddings);
                Output(folder.Head == HeadKind.PreTraining ? "prediction_logits" : "logits", words, batch, seq, $"{folder.Config.VocabSize}");
                if (heads is [_, NextSentenceHead next]) Output("seq_relationship_logits", next.Export(graph, encoded.Pooled!.Value), batch, "2");
                break;
            default:
                Output("last_hidden_state", encoded.Hidden, batch, seq, $"{encoder.HiddenSize}");
                if (SentencePooling.Read(folder.Path) is { } pooling) Output("sentence_embedding", pooling.Export(graph, encoded.Hidden, mask), batch, $"{encoder.HiddenSize}");
                break;
        }
        return outputs;
    }
}
