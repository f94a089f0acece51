using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>A hub on this machine: answers as huggingface.co does, and misbehaves when a test asks for it. Large files lie on another "host" (port).</summary>
internal sealed class HubServer : IDisposable
{
    public sealed record Request(string Method, string Path, int Port, string? Range, string? Authorization);

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Request> _requests = new();

    public HubServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MinResponseDataRate = null;
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0);
        });
        _application = builder.Build();
        _application.Run(AnswerAsync);
        _application.StartAsync().Wait();
        var addresses = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Address, Storage) = (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    /// <summary>The hub's address.</summary>
    public Uri Address { get; }

    /// <summary>Another host, where the large files lie.</summary>
    public Uri Storage { get; }

    public ConcurrentDictionary<string, Repository> Repositories { get; } = new();

    /// <summary>Old names of repositories.</summary>
    public ConcurrentDictionary<string, string> Renamed { get; } = new();

    /// <summary>What the hub's own paths begin with: "", or a path such as "artifacts/api/".</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Sees every request first; true = it has answered.</summary>
    public Func<HttpContext, Task<bool>>? Misbehave { get; set; }

    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <summary>Requests for content, in the form "GET path range".</summary>
    public string[] Downloads => [.. Requests.Where(request => request.Method == "GET" && !request.Path.StartsWith("/api/", StringComparison.Ordinal)).Select(request => $"{request.Path.Split('/')[^1]} {request.Range}".TrimEnd())];

    public void Forget() => _requests.Clear();

    public Repository Add(string name) => Repositories.GetOrAdd(name, _ => new Repository());

    /// <summary>A repository that holds a small, whole model; the weights lie in git-lfs.</summary>
    public Repository AddModel(string name, int weightBytes = 1000)
    {
        var weights = new byte[weightBytes];
        new Random(5).NextBytes(weights);
        return Add(name).With("config.json", "{\"model_type\": \"bert\"}").With("vocab.txt", "[PAD]\n[UNK]\n").WithLarge("model.safetensors", weights);
    }

    public void Dispose()
    {
        _application.Lifetime.StopApplication();
        _application.DisposeAsync().AsTask().Wait();
    }

    /// <summary>Sends content, or the part that is asked for.</summary>
    public static async Task SendAsync(HttpContext context, byte[] content, string etag)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = $"\"{etag}\"";
        response.Headers.AcceptRanges = "bytes";
        var from = RangeStart(context);
        if (from > 0 && from >= content.Length)
        {
            response.StatusCode = 416;
            response.Headers.ContentRange = $"bytes */{content.Length}";
            return;
        }
        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }
        response.ContentLength = content.Length - from;
        response.ContentType = "application/octet-stream";
        if (!HttpMethods.IsHead(request.Method)) await response.Body.WriteAsync(content.AsMemory(from));
    }

    /// <summary>Announces the whole content, sends some bytes of it, and hangs up once they are in the file that receives them.</summary>
    public static async Task DropAsync(HttpContext context, byte[] content, int sent, string receiver)
    {
        var from = RangeStart(context);
        if (from > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }
        context.Response.ContentLength = content.Length - from;
        await context.Response.Body.WriteAsync(content.AsMemory(from, sent));
        await context.Response.Body.FlushAsync();
        while (!context.RequestAborted.IsCancellationRequested && (!File.Exists(receiver) || new FileInfo(receiver).Length < from + sent)) await Task.Delay(2);
        context.Abort();
    }

    public static int RangeStart(HttpContext context) => context.Request.Headers.Range.ToString() is { Length: > 0 } range ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;

    /// <summary>Refuses as the hub does.</summary>
    public static Task<bool> RefuseAsync(HttpContext context, int status, string? code = null, string? message = null)
    {
        context.Response.StatusCode = status;
        if (code is not null) context.Response.Headers["X-Error-Code"] = code;
        if (message is not null) context.Response.Headers["X-Error-Message"] = message;
        return Task.FromResult(true);
    }

    [SuppressMessage("Security", "CA5350", Justification = "git names content by sha1")]
    public static string Sha1(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA1.HashData(content));

    public bool IsStorage(HttpContext context) => context.Connection.LocalPort == Storage.Port;

    private async Task AnswerAsync(HttpContext context)
    {
        var parts = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Replace("http://hub.example", "").Replace("/" + Prefix, "/").Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        _requests.Enqueue(new Request(context.Request.Method, "/" + string.Join('/', parts), context.Connection.LocalPort, Text(context.Request.Headers.Range), Text(context.Request.Headers.Authorization)));
        if (Misbehave is { } misbehave && await misbehave(context)) return;
        if (IsStorage(context)) await SendStoredAsync(context, parts);
        else if (parts is ["api", "models", ..] && Array.IndexOf(parts, "revision") is > 2 and var at) await ListAsync(context, string.Join('/', parts[2..at]), parts[at + 1]);
        else if (Array.IndexOf(parts, "resolve") is > 0 and var resolve) await ResolveAsync(context, string.Join('/', parts[..resolve]), parts[resolve + 1], string.Join('/', parts[(resolve + 2)..]));
        else context.Response.StatusCode = 404;

        static string? Text(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 0 ? null : values.ToString();
    }

    private async Task ListAsync(HttpContext context, string name, string revision)
    {
        if (IsRenamed(context, name) || Find(context, name, revision) is not { } state) return;
        await context.Response.WriteAsJsonAsync(new { id = name, sha = state.Commit, siblings = state.Files.Keys.Select(file => new { rfilename = file }) });
    }

    private async Task ResolveAsync(HttpContext context, string name, string revision, string file)
    {
        if (IsRenamed(context, name) || Find(context, name, revision) is not { } state) return;
        var response = context.Response;
        response.Headers["X-Repo-Commit"] = state.Commit;
        if (!state.Files.TryGetValue(file, out var entry)) await RefuseAsync(context, 404, "EntryNotFound", "Entry not found");
        else if (!entry.IsLarge) await SendAsync(context, entry.Content, entry.ETag);
        else
        {
            response.StatusCode = 302;
            response.Headers.ETag = "\"the tag of the redirect\"";
            response.Headers["X-Linked-Etag"] = $"\"{entry.ETag}\"";
            response.Headers["X-Linked-Size"] = entry.Content.Length.ToString();
            response.Headers.Location = $"{Storage}large/{entry.ETag}?Signature=secret";
        }
    }

    private async Task SendStoredAsync(HttpContext context, string[] parts)
    {
        var entry = Repositories.Values.SelectMany(repository => repository.States.Values).SelectMany(state => state.Files.Values).FirstOrDefault(entry => entry.ETag == parts[^1]);
        if (entry is null) context.Response.StatusCode = 404;
        else await SendAsync(context, entry.Content, "another-tag-of-the-storage");
    }

    private bool IsRenamed(HttpContext context, string name)
    {
        if (!Renamed.TryGetValue(name, out var now)) return false;
        context.Response.StatusCode = 307;
        context.Response.Headers.Location = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Replace(name, now);
        return true;
    }

    private Repository.State? Find(HttpContext context, string name, string revision)
    {
        if (!Repositories.TryGetValue(name, out var repository)) RefuseAsync(context, 401, "RepoNotFound", "Repository not found");
        else if (repository.At(revision) is not { } state) RefuseAsync(context, 404, "RevisionNotFound", $"Invalid rev id: {revision}");
        else return state;
        return null;
    }

    /// <summary>A file of a repository.</summary>
    public sealed record Entry(byte[] Content, string ETag, bool IsLarge);

    /// <summary>A repository: commits, and the branches and tags that name them.</summary>
    public sealed class Repository
    {
        private readonly Dictionary<string, string> _refs = new() { ["main"] = Hash("first") };

        public sealed record State(string Commit, Dictionary<string, Entry> Files);

        public Dictionary<string, State> States { get; } = new() { [Hash("first")] = new State(Hash("first"), []) };

        public string Commit => _refs["main"];

        public State Now => States[Commit];

        public State? At(string revision) => States.GetValueOrDefault(_refs.GetValueOrDefault(revision, revision));

        public Repository With(string name, string content) => With(name, Encoding.UTF8.GetBytes(content));

        public Repository With(string name, byte[] content)
        {
            Now.Files[name] = new Entry(content, Sha1([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]), IsLarge: false);
            return this;
        }

        public Repository WithLarge(string name, byte[] content)
        {
            Now.Files[name] = new Entry(content, Convert.ToHexStringLower(SHA256.HashData(content)), IsLarge: true);
            return this;
        }

        public Repository Tag(string name)
        {
            _refs[name] = Commit;
            return this;
        }

        /// <summary>A new commit on main, with the same files to begin with.</summary>
        public Repository Commits(string message)
        {
            var state = new State(Hash(message), new(Now.Files));
            States[state.Commit] = state;
            _refs["main"] = state.Commit;
            return this;
        }

        private static string Hash(string text) => Sha1(Encoding.UTF8.GetBytes(text));
    }
}
