using Attend.Checkpoints;
using Attend.Models;

namespace Attend;

/// <summary>A model folder that is to be used for a task: says clearly why it cannot be.</summary>
internal static class TaskFolder
{
    /// <summary>Opens a folder with a head.</summary>
    /// <param name="path">The folder, or the name of a pulled model.</param>
    /// <param name="head">The head.</param>
    /// <param name="what">What a model with that head is: "a tagger".</param>
    /// <param name="verb">The verb of `attend train` that makes one.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no such head, or no weights yet.</exception>
    public static (ModelFolder Folder, RunCard? Card) Open(string path, HeadKind head, string what, string verb)
    {
        var (folder, card) = Open(path);
        if (folder.Head != head)
            throw new CheckpointException(path, $"is not {what}: config.json names {string.Join(", ", folder.Config.Architectures ?? ["no head"])}", advice: $"Make one of it: attend train {verb} --from {path} --data FILE --out FOLDER");
        return (folder, card);
    }

    /// <summary>Opens a folder, whatever stands on its encoder.</summary>
    /// <param name="path">The folder, or the name of a pulled model.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no weights yet.</exception>
    public static (ModelFolder Folder, RunCard? Card) Open(string path)
    {
        var folder = ModelFolder.Open(path);
        var card = RunCard.Read(folder.Path);
        if (!folder.HasWeights && card is not null)
            throw new CheckpointException(path, "has no weights yet: its training has not finished its first epoch", advice: "Let it run, or go on with it by --resume.");
        return (folder, card);
    }
}
