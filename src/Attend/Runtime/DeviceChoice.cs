using System.Globalization;
using TorchSharp;

namespace Attend.Runtime;

/// <summary>Turns a device's name into a device that is there.</summary>
public static class DeviceChoice
{
    private const string Names = "auto, cpu, cuda, cuda:0 (or another number) or mps";

    /// <summary>
    /// The device named; starts the engine. <c>auto</c> is the first CUDA device, else Apple's GPU, else the processor; <c>cuda</c> is
    /// the first CUDA device. Case does not matter.
    /// </summary>
    /// <exception cref="ArgumentException">No such kind of device.</exception>
    /// <exception cref="EngineException">The device is not available on this machine or in this build, or the engine does not start.</exception>
    public static torch.Device Parse(string text)
    {
        string name = text.Trim().ToLowerInvariant();
        int index = 0;
        bool isCuda = name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index));
        if (!isCuda && name is not ("auto" or "cpu" or "mps")) throw new ArgumentException($"There is no device '{text}'. Expected {Names}.", nameof(text));
        Engine.Start();
        if (isCuda) return Cuda(index);
        return name switch
        {
            "mps" => torch.mps_is_available() ? new torch.Device(DeviceType.MPS) : throw Unavailable("mps", "It needs an Apple processor and macOS."),
            "auto" when torch.cuda.is_available() => new torch.Device(DeviceType.CUDA, 0),
            "auto" when torch.mps_is_available() => new torch.Device(DeviceType.MPS),
            _ => new torch.Device(DeviceType.CPU),
        };
    }

    private static torch.Device Cuda(int index)
    {
        if (!torch.cuda.is_available())
        {
            throw Unavailable("cuda", NativeFolders.IsCudaBuild()
                ? "This is a CUDA build, so the driver or the GPU is missing: see what nvidia-smi says."
                : "This build brings libtorch for the processor only: build with -p:Torch=cuda.");
        }
        int count = torch.cuda.device_count();
        if (index >= count) throw Unavailable($"cuda:{index}", $"There {(count == 1 ? "is 1 CUDA device" : $"are {count} CUDA devices")}, counted from cuda:0.");
        return new torch.Device(DeviceType.CUDA, index);
    }

    private static EngineException Unavailable(string device, string why) => new($"Device {device} is not available.", $"{why} Or choose cpu.");
}
