using System.CommandLine;
using Attend.Checkpoints;

namespace Attend.App.Commands;

internal static class PullCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var name = new Argument<string>("NAME") { Description = "a published model: owner/name, or owner/name@revision" };
        var revision = new Option<string?>("--revision") { Description = "branch, tag or commit  [default: main]", HelpName = "REVISION" };
        var endpoint = new Option<string?>("--endpoint") { Description = "address of the hub or a mirror, which also gets the token  [default: HF_ENDPOINT, else https://huggingface.co]", HelpName = "URL" };
        var include = new Option<string[]>("--include") { Description = "files to take in place of the usual ones (*, ?, [abc]; onnx/ = all below); may be given several times", HelpName = "PATTERN" };
        var exclude = new Option<string[]>("--exclude") { Description = "files to leave out; may be given several times", HelpName = "PATTERN" };
        var json = CommonOptions.Json();
        var command = new Command("pull", """
            Fetches a published model into the cache that Hugging Face's tools share, and prints its folder.

            Every other command then takes the model by its name, without the network. What is there already is not fetched again; an
            interrupted pull goes on where it stopped.

            Taken are configuration, tokenizer, weights (safetensors; pytorch_model.bin only where there are none), README and licence.
            Access token: HF_TOKEN. Cache: HF_HOME. Proxy: HTTPS_PROXY. Never use the network: HF_HUB_OFFLINE=1.

            Examples:
              attend pull google-bert/bert-base-uncased
              attend pull sentence-transformers/all-MiniLM-L6-v2 --revision v1.0
              attend pull Xenova/bert-base-uncased --include "onnx/*" --include config.json
            """)
        { name, revision, endpoint, include, exclude, json };
        command.SetAction(parsed =>
        {
            var options = HubOptions.FromEnvironment();
            if (parsed.GetValue(endpoint) is { } address) options = options with { Endpoint = HubOptions.ParseEndpoint(address, "--endpoint") };
            var pull = new PullOptions { Revision = parsed.GetValue(revision), Include = parsed.GetValue(include) ?? [], Exclude = parsed.GetValue(exclude) ?? [] };
            var model = PullDisplay.Pull(parsed.GetValue(name)!, pull, options, cancel);
            if (parsed.GetValue(json)) Output.WriteJson(new { Model = model.Name, model.Revision, model.Commit, model.Folder, model.Checked, model.Files });
            else Console.Out.WriteLine(model.Folder);
            return 0;
        });
        return command;
    }
}
