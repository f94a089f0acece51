namespace Attend.Tests;

/// <summary>Starts the engine for tests that make tensors: call it from a static constructor.</summary>
internal static class EngineFixture
{
    public static void Start() => Runtime.Engine.Start();
}
