using System.CommandLine;
using Attend.Runtime;

namespace Attend.App.Commands;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("doctor", """
            Says what will run here: engine, libstdc++, threads, precision, GPU; each fault with its remedy.

            Example:
              attend doctor
            """)
        { json };
        command.SetAction(parsed =>
        {
            var findings = Doctor.Examine();
            var healthy = findings.All(finding => finding.Ok);
            if (parsed.GetValue(json)) Output.WriteJson(new { Healthy = healthy, Findings = findings });
            else
            {
                Output.WriteColumns(Console.Out, findings.Select(finding => new[] { finding.Ok ? "ok" : "FAULT", finding.Name, finding.Found }));
                foreach (var finding in findings.Where(finding => !finding.Ok)) Console.Out.WriteLine($"\n{finding.Name}: {finding.Remedy}");
            }
            return healthy ? 0 : 1;
        });
        return command;
    }
}
