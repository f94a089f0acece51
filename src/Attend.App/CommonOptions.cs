using System.CommandLine;
using Attend.Layers;

namespace Attend.App;

/// <summary>Options that several verbs have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "write one JSON object to standard output" };

    public static Option<string> Device() => new("--device") { Description = "where to compute", DefaultValueFactory = _ => "auto", HelpName = "auto|cpu|cuda|cuda:N" };

    public static Option<Precision> Precision(Precision ordinary) => new("--precision") { Description = "what matrix products are computed in; bfloat16 is two to three times as fast where the processor has instructions for it, auto takes it there", DefaultValueFactory = _ => ordinary, HelpName = "float32|bfloat16|auto" };

    public static Option<string?> From(string without) => new("--from") { Description = $"model to start from: a folder, attend-mini (which comes with Attend), or the name of a published one (owner/name), which is fetched unless it was before; {without}", HelpName = "FOLDER|NAME" };

    public static Argument<string> Model() => new("MODEL") { Description = "a run's folder, any model folder, attend-mini, or the name of a pulled model (owner/name, owner/name@revision)" };
}
