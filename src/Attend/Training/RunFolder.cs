using System.Text.Json;
using Attend.Checkpoints;
using static TorchSharp.torch;

namespace Attend.Training;

/// <summary>The folder of a training run: its log, its checkpoints, and the lock that keeps a second process out.</summary>
/// <remarks>
/// checkpoint/step-N appears under its name only when it is complete and on disk, and its predecessor goes only then:
/// a process killed at any moment leaves at least one whole checkpoint.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    /// <summary>Name of the run card's file.</summary>
    internal const string CardFile = "run.json";

    private const string LockFile = "run.lock";
    private const string CheckpointFolder = "checkpoint";
    private const string KeptFolder = "average";
    private readonly FileStream _lock;
    private readonly List<UpdateRecord> _unwritten = [];

    /// <summary>Opens the folder for writing, making it where it is missing.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">Another process is writing to the run, or the folder cannot be written.</exception>
    public RunFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
        var lockPath = File(LockFile);
        try
        {
            _lock = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (System.IO.File.Exists(lockPath))
        {
            throw new IOException($"{path}: another process is writing to this run ({exception.Message})", exception);
        }
    }

    /// <summary>Before anything is read or computed: would the folder be refused at the end?</summary>
    /// <param name="path">Where the run is to be.</param>
    /// <param name="resume">Go on with the run that is there.</param>
    /// <param name="overwrite">Replace the run that is there.</param>
    /// <exception cref="CheckpointException">It would; nothing was changed.</exception>
    /// <exception cref="ArgumentException">Both switches are given.</exception>
    public static void CheckTarget(string path, bool resume, bool overwrite)
    {
        if (System.IO.File.Exists(path)) throw new CheckpointException(path, "is a file", advice: "Name a folder for the run.");
        var exists = Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any();
        var isRun = System.IO.File.Exists(System.IO.Path.Combine(path, CardFile));
        if (resume && overwrite) throw new ArgumentException("--resume and --overwrite exclude each other");
        if (resume && !isRun) throw new CheckpointException(path, exists ? "holds no run to resume (no run.json)" : "no such run to resume", advice: "Start it without --resume.");
        if (exists && !isRun) throw new CheckpointException(path, "is not empty and holds no run", advice: "Choose another folder; nothing was changed.");
        if (exists && !resume && !overwrite) throw new CheckpointException(path, "holds another run", advice: "Go on with it by --resume, replace it by --overwrite, or choose another folder; nothing was changed.");
    }

    /// <summary>Empties the folder of an earlier run.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">A process is writing to that run; nothing was changed.</exception>
    internal static void Clear(string path)
    {
        using var run = new RunFolder(path);
        foreach (var folder in Directory.GetDirectories(path)) Directory.Delete(folder, recursive: true);
        foreach (var file in Directory.GetFiles(path).Where(file => file != run.File(LockFile))) System.IO.File.Delete(file);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether there is a checkpoint to go on from.</summary>
    public bool HasCheckpoint => LatestCheckpoint() is not null;

    /// <summary>A file of the run.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The updates logged so far, in order.</summary>
    public static IReadOnlyList<UpdateRecord> ReadLog(string path)
    {
        var file = System.IO.Path.Combine(path, "log.jsonl");
        return System.IO.File.Exists(file) ? [.. System.IO.File.ReadLines(file).Select(Parse).OfType<UpdateRecord>()] : [];
    }

    /// <summary>Lets go of the folder.</summary>
    public void Dispose() => _lock.Dispose();

    internal void Log(UpdateRecord record)
    {
        _unwritten.Add(record);
        if (_unwritten.Count >= 20) WriteLog();
    }

    internal void Save(nn.Module module, AdamW optimizer, TrainState state)
    {
        WriteLog();
        var target = File(System.IO.Path.Combine(CheckpointFolder, $"step-{state.Update:D8}-{state.History.Count:D4}"));
        if (Directory.Exists(target)) return;
        Directory.CreateDirectory(File(CheckpointFolder));
        AtomicFolder.Write(target, folder =>
        {
            Safetensors.Write(System.IO.Path.Combine(folder, "weights.safetensors"), Weights(module));
            Safetensors.Write(System.IO.Path.Combine(folder, "optimizer.safetensors"), optimizer.State());
            System.IO.File.WriteAllText(System.IO.Path.Combine(folder, "state.json"), JsonSerializer.Serialize(state, RunJson.Indented));
        });
        foreach (var old in Checkpoints().Where(folder => folder != target)) Directory.Delete(old, recursive: true);
    }

    internal TrainState? Restore(nn.Module module, AdamW optimizer)
    {
        if (LatestCheckpoint() is not { } folder)
        {
            // Killed before its first checkpoint: the run begins anew, and so does its log.
            System.IO.File.Delete(File("log.jsonl"));
            return null;
        }
        var state = JsonSerializer.Deserialize<TrainState>(System.IO.File.ReadAllText(System.IO.Path.Combine(folder, "state.json")), RunJson.Indented)!;
        using var noGradient = no_grad();
        using (var weights = SafetensorsFile.Open(System.IO.Path.Combine(folder, "weights.safetensors")))
            foreach (var (name, tensor) in Weights(module)) weights.ReadInto(name, tensor);
        using (var moments = SafetensorsFile.Open(System.IO.Path.Combine(folder, "optimizer.safetensors")))
            foreach (var (name, tensor) in optimizer.State()) moments.ReadInto(name, tensor);
        optimizer.Restore(state.Update);

        // What was logged after the checkpoint will be done, and logged, again.
        var kept = ReadLog(Path).Where(record => record.Update <= state.Update).ToArray();
        AtomicFile.Write(File("log.jsonl"), stream =>
        {
            foreach (var record in kept) Append(stream, record);
        });
        return state;
    }

    /// <summary>Keeps the weights of an evaluation for a later average, and only those of the last ones.</summary>
    internal void KeepWeights(nn.Module module, int evaluation, int count)
    {
        Directory.CreateDirectory(File(KeptFolder));
        Safetensors.Write(File(System.IO.Path.Combine(KeptFolder, $"weights-{evaluation:D4}.safetensors")), Weights(module));
        foreach (var old in Kept().SkipLast(count)) System.IO.File.Delete(old);
    }

    /// <summary>Puts the mean of the kept weights in the place of a module's own, until the result is disposed of; null where fewer than two are kept.</summary>
    internal IDisposable? SwapForAverage(nn.Module module)
    {
        var files = Kept();
        if (files.Length < 2) return null;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var own = new Restoration(Weights(module).Select(entry => (entry.Value, entry.Value.detach().clone().DetachFromDisposeScope())).ToArray());
        foreach (var (_, tensor) in Weights(module)) tensor.zero_();
        foreach (var file in files)
        {
            using var weights = SafetensorsFile.Open(file);
            foreach (var (name, tensor) in Weights(module)) tensor.add_(weights.Read(name).to(tensor.dtype).to(tensor.device), 1.0 / files.Length);
        }
        return own;
    }

    private string[] Kept() => Directory.Exists(File(KeptFolder)) ? [.. Directory.EnumerateFiles(File(KeptFolder), "weights-????.safetensors").Order(StringComparer.Ordinal)] : [];

    private sealed class Restoration((Tensor Target, Tensor Value)[] weights) : IDisposable
    {
        public void Dispose()
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            foreach (var (target, value) in weights)
            {
                target.copy_(value);
                value.Dispose();
            }
        }
    }

    private static IEnumerable<(string Name, Tensor Value)> Weights(nn.Module module) =>
        module.named_parameters().Select(entry => (entry.name, (Tensor)entry.parameter)).Concat(module.named_buffers().Select(entry => (entry.name, entry.buffer)));

    private static UpdateRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<UpdateRecord>(line, RunJson.Line);
        }
        catch (JsonException)
        {
            return null; // the last line of a process that was killed while writing it
        }
    }

    private static void Append(Stream stream, UpdateRecord record)
    {
        JsonSerializer.Serialize(stream, record, RunJson.Line);
        stream.WriteByte((byte)'\n');
    }

    private void WriteLog()
    {
        if (_unwritten.Count == 0) return;
        using var stream = new FileStream(File("log.jsonl"), FileMode.Append);
        foreach (var record in _unwritten) Append(stream, record);
        _unwritten.Clear();
    }

    private IEnumerable<string> Checkpoints() => Directory.Exists(File(CheckpointFolder))
        ? Directory.EnumerateDirectories(File(CheckpointFolder), "step-????????-????")
        : [];

    private string? LatestCheckpoint() => Checkpoints().Order(StringComparer.Ordinal).LastOrDefault();
}
