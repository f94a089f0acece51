using Attend.Checkpoints;
using Attend.Models;
using Attend.Tasks;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>A training run of a task that stands on an encoder: a pre-trained one, or a new one whose vocabulary is trained from the data.</summary>
public abstract record EncoderTraining<TExample, TBatch, TAnswer> : ModelTraining<TExample, TBatch, TAnswer> where TBatch : Batch
{
    /// <summary>Size of a new model.</summary>
    public EncoderSize Size { get; init; } = EncoderSize.Named["tiny"];

    /// <summary>Architecture of a new model, see <see cref="Architectures.All"/>.</summary>
    public string Architecture { get; init; } = "bert";

    /// <summary>Vocabulary of a new model.</summary>
    public WordPieceTrainerOptions Vocabulary { get; init; } = new();

    /// <summary>The head that the task puts on the encoder; null = none.</summary>
    protected abstract HeadKind? Head { get; }

    /// <summary>The texts of an example; a new model's vocabulary is trained from them.</summary>
    protected abstract IEnumerable<string> TextsOf(TExample example);

    /// <summary>The encoder's configuration with what the task adds to it, such as labels.</summary>
    /// <param name="config">As the folder has it, or a new one.</param>
    /// <param name="isNew">Whether the model is a new one.</param>
    /// <param name="data">The examples.</param>
    protected abstract ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<TExample> data);

    /// <summary>Puts the task on an encoder.</summary>
    /// <param name="encoder">Built from what <see cref="Configure"/> gave.</param>
    /// <param name="tokenizer">Fits the encoder's vocabulary.</param>
    /// <param name="data">The examples.</param>
    /// <param name="device">Where the model computes.</param>
    /// <returns>The task, and the module that is its head, if it has one.</returns>
    protected abstract (LearningTask<TExample, TBatch, TAnswer> Task, nn.Module? Head) CreateTask(EncoderModel encoder, ITokenizer tokenizer, TrainingSet<TExample> data, Device device);

    /// <inheritdoc/>
    protected override TaskModel<TExample, TBatch, TAnswer> Build(ModelFolder? folder, TrainingSet<TExample> data, Device device, Action<string> notice, CancellationToken cancel)
    {
        var tokenizer = folder?.LoadTokenizer() ?? WordPieceTrainer.Train(data.Train.SelectMany(TextsOf), Vocabulary, cancellationToken: cancel);
        var config = folder?.Config
            ?? Architectures.Find(Architecture).CreateConfig(Size with { MaxPositionEmbeddings = Math.Max(Size.MaxPositionEmbeddings, InputLimit) }, tokenizer.VocabSize);
        if (Resume && !config.Labels.SequenceEqual(data.Labels))
            throw new CheckpointException(Out, "cannot be resumed with other labels", string.Join(", ", config.Labels), string.Join(", ", data.Labels), "Resume with the data it was started with.");
        if (!Resume) config = Configure(config, folder is null, data);

        var architecture = Architectures.Find(config.ModelType);
        var encoder = architecture.Create(config);
        var (task, head) = CreateTask(encoder, tokenizer, data, device);
        CheckpointPart[] parts = [new(encoder, architecture.Keys), .. head is null ? [] : new[] { new CheckpointPart(head, architecture.Heads[Head!.Value].Keys, Required: false) }];
        // When resuming, the weights come from the run's checkpoint.
        if (folder is not null && !Resume)
        {
            // A head is taken over only if it says the same things; otherwise it is drawn anew.
            var sameHead = folder.Head == Head && folder.Config.Labels.SequenceEqual(data.Labels);
            if (head is not null && !sameHead && folder.Config.Labels.Count > 0) notice($"{folder.Path} was trained on other labels: its head is replaced by a new one");
            folder.LoadWeights(sameHead ? parts : [parts[0]]);
        }
        return new(task, config, Head, tokenizer, parts);
    }
}
