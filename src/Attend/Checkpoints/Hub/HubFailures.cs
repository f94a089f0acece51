using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace Attend.Checkpoints;

/// <summary>What a hub's refusals and a broken line mean, and what to do.</summary>
internal static class HubFailures
{
    /// <summary>Throws where an answer is a refusal.</summary>
    /// <param name="response">Its content, if any, is in memory or is left unread.</param>
    /// <param name="name">The model.</param>
    /// <param name="options">The hub, and whether a token was sent.</param>
    /// <param name="file">The file asked for; null = the model.</param>
    public static void ThrowIfRefused(HttpResponseMessage response, ModelName name, HubOptions options, string? file = null)
    {
        var status = response.StatusCode;
        if ((int)status < 400) return;
        var hub = HubConnection.Show(options.Endpoint).TrimEnd('/');
        var code = Header(response, "X-Error-Code");
        var said = Header(response, "X-Error-Message") ?? "";
        var what = file is null ? name.Repository : $"{name.Repository}, file {CheckpointException.Quote(file)}";
        var message = code switch
        {
            _ when said.StartsWith("Invalid credentials", StringComparison.Ordinal) => $"{what}: {hub} does not accept the token. Make a new one at {hub}/settings/tokens and set HF_TOKEN, or remove the token where the model is public.",
            "GatedRepo" when options.Token is null => $"{what}: is gated, its authors ask you to agree to their terms. Log in at {hub}/{name.Repository} and agree, make a token that may read at {hub}/settings/tokens, set HF_TOKEN to it, and try again.",
            "GatedRepo" => $"{what}: is gated, and the account of your token has no access (yet). Ask for it at {hub}/{name.Repository}, logged in with the same account; if it was granted, the token must be allowed to read gated repositories ({hub}/settings/tokens).",
            "RevisionNotFound" => $"{name.Repository}: has no revision {CheckpointException.Quote(name.Revision)}. Its branches and tags are at {hub}/{name.Repository}/tree/main; 'main' is the usual one.",
            "EntryNotFound" => $"{what}: is not in revision {name.Revision}.",
            _ when said == "Access to this resource is disabled." => $"{what}: was disabled by the hub. Choose another model.",
            "RepoNotFound" => Unknown(),
            _ when status is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound => Unknown(),
            _ when status == HttpStatusCode.Forbidden => $"{what}: {hub} forbids it{Said()}. {(options.Token is null ? "If the model is private, set HF_TOKEN to a token that may read it." : "The token must be allowed to read this model.")} Make one at {hub}/settings/tokens.",
            _ when status == HttpStatusCode.ProxyAuthenticationRequired => "the proxy asks for a log-in: give it in the proxy's variable, HTTPS_PROXY=http://user:password@host:port.",
            _ when status == HttpStatusCode.TooManyRequests => $"{what}: {hub} asks for fewer requests{Pause()}. Wait and try again{(options.Token is null ? "; with a token (HF_TOKEN) more are allowed" : "")}. What has arrived is kept.",
            _ when (int)status >= 500 => $"{what}: {hub} is out of order, it answers {(int)status} ({response.StatusCode}){Said()}. Try again later, or take a mirror (--endpoint, HF_ENDPOINT). What has arrived is kept.",
            _ => $"{what}: {HubConnection.Show(response.RequestMessage!.RequestUri!)} answers {(int)status} ({response.StatusCode}){Said()}. Check the address of the hub (--endpoint, HF_ENDPOINT).",
        };
        throw new HubException(message, status) { IsUnavailable = (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout };

        string Unknown() => $"{what}: {hub} knows no such {(file is null ? "model" : "file")}, or it is private. Check the spelling (owner/name); for a private one {(options.Token is null ? "set HF_TOKEN to a token that may read it" : "the token must be allowed to read it")} ({hub}/settings/tokens).";
        string Said() => (said.Length > 0 ? said : BodyError(response)) is { Length: > 0 } text ? $": {CheckpointException.Quote(text)}" : "";
        string Pause() => HubConnection.AskedPause(response, DateTimeOffset.UtcNow) is { } pause ? $", for {Math.Ceiling(pause.TotalSeconds):0} s" : "";
    }

    /// <summary>A hub that gave no answer.</summary>
    public static HubException Unreachable(Uri address, Exception cause)
    {
        var advice = cause switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "Its certificate is not trusted here or has run out: check the clock; where a proxy looks into the traffic, name its certificate by SSL_CERT_FILE.",
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => "Check the proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).",
            _ => "Check the network; a proxy is set by HTTPS_PROXY, a mirror by --endpoint or HF_ENDPOINT. What has arrived is kept: the same command goes on from there.",
        };
        return new HubException($"{HubConnection.Show(address)}: {Reason(cause)}. {advice}", inner: cause) { IsUnavailable = true };
    }

    /// <summary>Why the line failed, in a few words.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the host's name is not known",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "no connection" + (exception.InnerException is SocketException socket ? $" ({socket.Message})" : ""),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "no secure connection" + (exception.InnerException is AuthenticationException tls ? $" ({tls.Message})" : ""),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => "the proxy lets nothing through",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection broke",
        IOException { InnerException: SocketException } => "the connection broke",
        HttpRequestException { InnerException: IOException inner } => Reason(inner),
        _ => exception.Message.TrimEnd('.'),
    };

    /// <summary>Whether an answer is a page for eyes.</summary>
    public static bool IsWebPage(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml";

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    // {"error": "..."}, of answers that were read whole.
    private static string? BodyError(HttpResponseMessage response)
    {
        if (response.Content.Headers is not { ContentType.MediaType: "application/json", ContentLength: < 1 << 16 }) return null;
        try
        {
            using var document = JsonDocument.Parse(response.Content.ReadAsStream());
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or HttpRequestException)
        {
            return null;
        }
    }
}
