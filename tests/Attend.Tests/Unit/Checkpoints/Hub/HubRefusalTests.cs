using System.Net;
using Attend.Checkpoints;
using Microsoft.AspNetCore.Http;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>A hub that is busy, absent, refuses, or is none at all.</summary>
public sealed class HubRefusalTests : IDisposable
{
    private readonly HubFixture _hub = new();
    private readonly HubServer.Repository _repository;

    public HubRefusalTests() => _repository = _hub.Server.AddModel(HubFixture.Name);

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(503, null, null, 1)]
    [InlineData(500, null, null, 1)]
    [InlineData(429, "Retry-After", "7", 7)]
    [InlineData(503, "Retry-After", "0", 0)]
    [InlineData(429, "RateLimit", "\"api\";r=0;t=55", 56)]
    public async Task ABusyHubIsAskedAgainWhenItWantsToBe(int status, string? header, string? value, double pause)
    {
        var calls = 0;
        _hub.Server.Misbehave = context =>
        {
            if (calls++ > 0) return Task.FromResult(false);
            if (header is not null) context.Response.Headers[header] = value;
            return HubServer.RefuseAsync(context, status);
        };
        await _hub.PullAsync();
        Assert.Equal([pause], _hub.Pauses);
        Assert.StartsWith($"the hub answers {status}", Assert.Single(_hub.Notices));
    }

    [Fact]
    public async Task AHubThatStaysBusyIsGivenUp()
    {
        _hub.Server.Misbehave = context => HubServer.RefuseAsync(context, 503);
        var failure = await _hub.FailAsync();
        Assert.Contains("is out of order, it answers 503", failure.Message);
        Assert.Contains("HF_ENDPOINT", failure.Message);
        Assert.Equal([1, 2, 4, 8, 8], _hub.Pauses);
    }

    [Fact]
    public async Task AHubThatAsksForALongPauseIsNotWaitedFor()
    {
        _hub.Server.Misbehave = context =>
        {
            context.Response.Headers.RetryAfter = "7200";
            return HubServer.RefuseAsync(context, 429);
        };
        var failure = await _hub.FailAsync();
        Assert.Contains("asks for fewer requests, for 7200 s. Wait and try again; with a token (HF_TOKEN) more are allowed", failure.Message);
        Assert.Empty(_hub.Pauses);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(0)] // not there at all
    public async Task WhatIsInTheCacheHelpsWhereTheHubIsOutOfReach(int status)
    {
        var before = await _hub.PullAsync();
        if (status == 0) _hub.Options = _hub.Options with { Endpoint = new Uri("http://127.0.0.1:1") };
        _hub.Server.Misbehave = context => HubServer.RefuseAsync(context, status);
        var model = await _hub.PullAsync();
        Assert.Equal((before.Folder, false), (model.Folder, model.Checked));
        Assert.Contains("taken from the cache, whether the hub has a newer state was not checked", _hub.Notices.Last());
    }

    [Fact]
    public async Task AHubThatIsNotThereIsToldSoon()
    {
        _hub.Options = _hub.Options with { Endpoint = new Uri("http://127.0.0.1:1") };
        var failure = await _hub.FailAsync();
        Assert.StartsWith("http://127.0.0.1:1/api/models/owner/model/revision/main: no connection", failure.Message);
        Assert.Contains("HTTPS_PROXY", failure.Message);
        Assert.Equal([1, 2], _hub.Pauses);
    }

    [Theory]
    [InlineData(false, 401, "RepoNotFound", "Repository not found", "knows no such model, or it is private. Check the spelling (owner/name); for a private one set HF_TOKEN")]
    [InlineData(false, 404, null, null, "knows no such model, or it is private")]
    [InlineData(true, 404, "RepoNotFound", null, "the token must be allowed to read it")]
    [InlineData(false, 401, "GatedRepo", "Access to model owner/model is restricted. You must be authenticated to access it.", "is gated, its authors ask you to agree to their terms. Log in at {hub}/owner/model and agree, make a token that may read at {hub}/settings/tokens, set HF_TOKEN to it")]
    [InlineData(true, 403, "GatedRepo", "Access to model owner/model is restricted and you are not in the authorized list.", "is gated, and the account of your token has no access (yet). Ask for it at {hub}/owner/model")]
    [InlineData(true, 401, null, "Invalid credentials in Authorization header", "does not accept the token. Make a new one at {hub}/settings/tokens")]
    [InlineData(false, 404, "RevisionNotFound", "Invalid rev id: v9", "has no revision \"v9\". Its branches and tags are at {hub}/owner/model/tree/main")]
    [InlineData(false, 403, null, "Access to this resource is disabled.", "was disabled by the hub")]
    [InlineData(true, 403, null, "Not for you", "forbids it: \"Not for you\". The token must be allowed to read this model.")]
    [InlineData(false, 407, null, null, "the proxy asks for a log-in: give it in the proxy's variable, HTTPS_PROXY=http://user:password@host:port")]
    [InlineData(false, 418, null, "I am a teapot\u001b[31m", "answers 418")]
    public async Task ARefusalSaysWhatToDo(bool hasToken, int status, string? code, string? said, string expected)
    {
        if (hasToken) _hub.Options = _hub.Options with { Token = "hf_secret" };
        _hub.Server.Misbehave = context => HubServer.RefuseAsync(context, status, code, said?.Replace("\u001b", ""));
        var failure = await _hub.FailAsync(pull: new() { Revision = "v9" });
        Assert.Contains(expected.Replace("{hub}", _hub.Server.Address.AbsoluteUri.TrimEnd('/')), failure.Message);
        Assert.DoesNotContain("hf_secret", failure.Message);
        Assert.Equal((HttpStatusCode)status, failure.Status);
        Assert.Empty(_hub.Pauses);
        Assert.Empty(_hub.Files());
    }

    [Fact]
    public async Task ARefusedFileIsNamed()
    {
        _hub.Server.Misbehave = context => context.Request.Path.Value!.EndsWith("/vocab.txt", StringComparison.Ordinal) ? HubServer.RefuseAsync(context, 401, "GatedRepo") : Task.FromResult(false);
        Assert.StartsWith("owner/model, file \"vocab.txt\": is gated", (await _hub.FailAsync()).Message);
        _hub.Server.Misbehave = context => _hub.Server.IsStorage(context) ? HubServer.RefuseAsync(context, 403) : Task.FromResult(false);
        Assert.StartsWith("owner/model, file \"model.safetensors\": ", (await _hub.FailAsync()).Message);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"sha\": 5, \"siblings\": []}")]
    [InlineData("{\"sha\": \"../../../../evil\", \"siblings\": []}")]
    [InlineData("{\"sha\": \"0123456789012345678901234567890123456789\", \"siblings\": [{\"rfilename\": null}]}")]
    [InlineData("{\"sha\": \"0123456789012345678901234567890123456789\"")]
    public async Task AListThatMakesNoSenseIsRefused(string json)
    {
        _hub.Server.Misbehave = async context =>
        {
            await context.Response.WriteAsync(json);
            return true;
        };
        Assert.NotEmpty((await _hub.FailAsync()).Message);
        Assert.Empty(_hub.Files());
    }

    [Fact]
    public async Task AnotherCommitThanAskedForIsRefused()
    {
        _hub.Server.Misbehave = context =>
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["X-Repo-Commit"] = new string('0', 40);
                return Task.CompletedTask;
            });
            return Task.FromResult(false);
        };
        Assert.Contains($"expected {_repository.Commit}", (await _hub.FailAsync()).Message);
    }

    [Fact]
    public async Task RedirectsEndSomewhere()
    {
        _hub.Server.Misbehave = context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "/again";
            return Task.FromResult(true);
        };
        Assert.Contains("more than 10 redirects", (await _hub.FailAsync()).Message);
        _hub.Server.Misbehave = context => HubServer.RefuseAsync(context, 302);
        Assert.Contains("a redirect that leads nowhere", (await _hub.FailAsync()).Message);
        _hub.Server.Misbehave = context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "file:///etc/passwd";
            return Task.FromResult(true);
        };
        Assert.Contains("redirects to an address that is not of the web (file:)", (await _hub.FailAsync()).Message);
    }

    [Fact]
    public void ARedirectFromHttpsToHttpIsRefused()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Found);
        response.Headers.Location = new Uri("http://hub.example/x?Signature=secret");
        var failure = Assert.Throws<HubException>(() => HubConnection.RedirectTarget(new Uri("https://hub.example/a?token=secret"), response));
        Assert.Contains("redirects from https to http", failure.Message);
        Assert.DoesNotContain("secret", failure.Message);
        Assert.Equal("http://hub.example/x", HubConnection.RedirectTarget(new Uri("http://hub.example/a"), response)!.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task AnAnswerThatDoesNotBeginIsAskedForAgain()
    {
        _hub.Options = _hub.Options with { AnswerTimeout = TimeSpan.FromMilliseconds(500) };
        var calls = 0;
        _hub.Server.Misbehave = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/api") || calls++ > 0) return false;
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
            return true;
        };
        await _hub.PullAsync();
        Assert.Contains(_hub.Notices, notice => notice.Contains("no answer within", StringComparison.Ordinal));
    }
}
