using Attend.Runtime;
using TorchSharp;

namespace Attend.Tests.Unit;

public sealed class RuntimeEngineTests
{
    static RuntimeEngineTests() => EngineFixture.Start();

    [Fact]
    public void StartsAndReports()
    {
        var report = Engine.Report;
        Assert.True(Engine.IsStarted);
        Assert.Empty(report.Notes);
        Assert.InRange(report.MatmulError, 1e-9, PrecisionCheck.Tolerance);
        Assert.True(File.Exists(report.BindingPath), report.BindingPath);
        Assert.Equal(OperatingSystem.IsLinux(), report.AllocatorKeepsMemory);
        using var ones = torch.ones(2, 3);
        Assert.Equal(6f, ones.sum().item<float>());
    }

    [Fact]
    public void LaterStartsChangeNothing()
    {
        var report = Engine.Report;
        Parallel.For(0, 64, _ => Engine.Start());
        Assert.Same(report, Engine.Report);
    }

    [Theory]
    [InlineData(3, "5", "7", 3)]
    [InlineData(null, "5", "7", 5)]
    [InlineData(null, null, "7", 7)]
    [InlineData(null, null, "4,2", 4)]
    [InlineData(null, "", "7", 7)]
    public void ThreadsAreThoseAskedForFirst(int? asked, string? own, string? openMp, int expected) =>
        Assert.Equal(expected, ThreadCount.Choose(asked, name => name == "ATTEND_THREADS" ? own : openMp));

    [Fact]
    public void UnaskedThreadsStayWithinTheProcessorsGranted()
    {
        Assert.InRange(ThreadCount.Choose(null, _ => null), 1, Environment.ProcessorCount);
        Assert.InRange(ThreadCount.Choose(null, name => name == "OMP_NUM_THREADS" ? "many" : null), 1, Environment.ProcessorCount);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("two")]
    [InlineData("1025")]
    [InlineData("99999999999999999999")]
    public void WrongThreadCountInTheEnvironmentIsNamed(string text)
    {
        var error = Assert.Throws<EngineException>(() => ThreadCount.Choose(null, _ => text));
        Assert.Contains($"ATTEND_THREADS is '{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSelfCheckSeesHalfPrecision()
    {
        using var scope = torch.NewDisposeScope();
        double[] exact = [1, -2, 4];
        Assert.Equal(0, PrecisionCheck.RelativeError(torch.tensor(new[] { 1f, -2f, 4f }), exact));
        Assert.Equal(0.25, PrecisionCheck.RelativeError(torch.tensor(new[] { 1f, -3f, 4f }), exact));
        Assert.True(double.IsNaN(PrecisionCheck.RelativeError(torch.tensor(new[] { 1f, float.NaN, 4f }), exact)));
        var rounded = PrecisionCheck.MeasureError(tensor => tensor.to(torch.ScalarType.BFloat16).to(torch.ScalarType.Float32));
        Assert.InRange(rounded, 100 * PrecisionCheck.Tolerance, 1e-2);
        Assert.InRange(PrecisionCheck.MeasureError(), 0, PrecisionCheck.Tolerance / 10);
    }

    [Fact]
    public void DoctorFindsNoFaultWhereTheEngineRuns()
    {
        var findings = Doctor.Examine();
        Assert.All(findings, finding => Assert.True(finding.Ok, finding.ToString()));
        Assert.All(findings, finding => Assert.Null(finding.Remedy));
        Assert.Equal(findings.Count, findings.Select(finding => finding.Name).Distinct().Count());
        Assert.Contains(findings, finding => finding.Name == "libtorch" && finding.Found.Contains("torch_cpu", StringComparison.Ordinal));
        if (!OperatingSystem.IsLinux()) return;
        Assert.Contains(findings, finding => finding.Name == "libtorch" && finding.Found.StartsWith("2.10.0 at ", StringComparison.Ordinal));
        Assert.Matches(@"GLIBCXX_3\.4\.\d\d", findings.Single(finding => finding.Name == "C++ runtime").Found);
    }

    [Fact]
    public void NewestCxxVersionIsTheGreatestNumber()
    {
        Assert.Equal(30, Doctor.NewestCxxVersion("x\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_3.4.29\0GLIBCXX_3.4.31bad\0GLIBCXX_3.4.99"u8));
        Assert.Equal(-1, Doctor.NewestCxxVersion("GLIBCXX_3.4"u8));
    }

    [Theory]
    [InlineData("cpu", DeviceType.CPU)]
    [InlineData(" CPU ", DeviceType.CPU)]
    public void DeviceNamesAreRead(string text, DeviceType expected) => Assert.Equal(expected, DeviceChoice.Parse(text).type);

    [Fact]
    public void AutoTakesTheBestDevice() =>
        Assert.Equal(torch.cuda.is_available() ? DeviceType.CUDA : torch.mps_is_available() ? DeviceType.MPS : DeviceType.CPU, DeviceChoice.Parse("auto").type);

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    [InlineData("cpu:0")]
    public void UnknownDevicesAreRefused(string text)
    {
        var error = Assert.Throws<ArgumentException>(() => DeviceChoice.Parse(text));
        Assert.Contains($"no device '{text}'. Expected auto, cpu, cuda", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AbsentDevicesAreRefusedWithARemedy()
    {
        Assert.SkipWhen(torch.cuda.is_available(), "this machine has a CUDA device");
        var error = Assert.Throws<EngineException>(() => DeviceChoice.Parse("cuda:0"));
        Assert.Equal("Device cuda is not available.", error.Cause);
        Assert.EndsWith("Or choose cpu.", error.Remedy, StringComparison.Ordinal);
        if (!torch.mps_is_available()) Assert.Contains("Apple", Assert.Throws<EngineException>(() => DeviceChoice.Parse("mps")).Remedy, StringComparison.Ordinal);
    }
}
