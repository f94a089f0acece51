using Attend.Checkpoints;
using Attend.Layers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>A model that was loaded to be used: owns its weights, and chooses what they are multiplied in.</summary>
/// <typeparam name="TTask">The task it was taught.</typeparam>
public abstract class TrainedModel<TTask> : IDisposable where TTask : nn.Module
{
    private readonly nn.Module _model;
    private readonly Device _device;
    private IDisposable? _rounded;

    /// <param name="folder">Where it came from.</param>
    /// <param name="model">The encoder, or encoder-decoder; owned.</param>
    /// <param name="task">The task on it; owned.</param>
    /// <param name="device">Where it computes.</param>
    private protected TrainedModel(ModelFolder folder, nn.Module model, TTask task, Device device) => (Folder, _model, Task, _device) = (folder, model, task, device);

    /// <summary>The folder the model came from.</summary>
    public ModelFolder Folder { get; }

    internal TTask Task { get; }

    /// <summary>Chooses what matrix products are computed in: bfloat16 is faster where the device has instructions for it, and changes results in their third digit.</summary>
    /// <param name="precision">Auto takes bfloat16 where it is faster.</param>
    /// <param name="notice">Told where bfloat16 is wanted but not to be had, and float32 used; null = nobody.</param>
    public void UsePrecision(Precision precision, Action<string>? notice = null)
    {
        _rounded?.Dispose();
        _rounded = Task.Settle(precision, _device, notice);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        _rounded?.Dispose();
        Task.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }
}
