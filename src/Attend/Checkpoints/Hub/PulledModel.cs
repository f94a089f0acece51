namespace Attend.Checkpoints;

/// <summary>What to pull of a model.</summary>
public sealed record PullOptions
{
    /// <summary>Branch, tag or commit; null = as the name says, else "main".</summary>
    public string? Revision { get; init; }

    /// <summary>Files to take in place of the usual ones, as patterns: *, ?, [abc]; "onnx/" is all below that folder.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Files to leave out, as patterns.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}

/// <summary>How far a pull is.</summary>
/// <param name="File">The file that moved last.</param>
/// <param name="DoneBytes">Bytes that are here.</param>
/// <param name="TotalBytes">Bytes to be here at the end, as far as the hub says.</param>
/// <param name="DoneFiles">Files that are whole.</param>
/// <param name="FileCount">Files to be whole at the end, as far as is known.</param>
public sealed record PullProgress(string File, long DoneBytes, long TotalBytes, int DoneFiles, int FileCount);

/// <summary>A file of a pulled model.</summary>
/// <param name="Name">Its path in the repository and below the folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Downloaded">Whether it was fetched now; false = it was in the cache.</param>
public sealed record PulledFile(string Name, long Bytes, bool Downloaded);

/// <summary>A model in the cache.</summary>
/// <param name="Name">"owner/name".</param>
/// <param name="Revision">Branch, tag or commit, as asked for.</param>
/// <param name="Commit">The commit it stands for.</param>
/// <param name="Folder">Where the model is: a folder that loads like any other.</param>
/// <param name="Files">What was asked for and is there.</param>
/// <param name="Checked">Whether the hub was asked; false = it is the cache's last known state.</param>
public sealed record PulledModel(string Name, string Revision, string Commit, string Folder, IReadOnlyList<PulledFile> Files, bool Checked);
