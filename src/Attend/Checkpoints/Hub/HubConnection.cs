using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>Requests to a hub: redirects (the token goes to the hub alone), attempts with growing pauses, time limits. Proxies are those of the standard variables.</summary>
internal sealed partial class HubConnection : IDisposable
{
    /// <summary>Attempts after the first where the hub is busy or the line is bad.</summary>
    public const int MaxRetries = 5;

    // A hub that has never answered is more often unreachable than busy.
    private const int MaxRetriesOfTheFirst = 2;
    private const int MaxRedirects = 10;
    private const int LargestAnswer = 64 << 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestAskedPause = TimeSpan.FromMinutes(10);

    private readonly HubOptions _options;
    private readonly Action<string> _notice;
    private readonly HttpClient _client;
    private volatile bool _answered;

    public HubConnection(HubOptions options, Action<string> notice)
    {
        (_options, _notice) = (options, notice);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = options.AnswerTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd($"attend/{typeof(HubConnection).Assembly.GetName().Version!.ToString(3)}");
        _client.DefaultRequestHeaders.UserAgent.ParseAdd($"dotnet/{Environment.Version.Major}.{Environment.Version.Minor}");
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue($"({RuntimeInformation.RuntimeIdentifier})"));
    }

    /// <summary>An address of the hub.</summary>
    /// <param name="path">Escaped, without a slash in front.</param>
    public Uri Address(string path) => new(_options.Endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);

    /// <summary>A path escaped for an address, its slashes kept.</summary>
    public static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>An address fit for a message: neither user nor query, which may be a signature.</summary>
    public static string Show(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>A small answer, whole.</summary>
    public Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancel) => SendAsync(HttpMethod.Get, address, from: 0, whole: true, cancel);

    /// <summary>What the hub says of a file, without the file. A redirect to another host is an answer if it bears the hub's headers, and is followed if not.</summary>
    public Task<HttpResponseMessage> HeadAsync(Uri address, CancellationToken cancel) => SendAsync(HttpMethod.Head, address, from: 0, whole: true, cancel);

    /// <summary>The headers of a file, or of its rest from a byte on; the content is the caller's to read.</summary>
    public Task<HttpResponseMessage> DownloadAsync(Uri address, long from, CancellationToken cancel) => SendAsync(HttpMethod.Get, address, from, whole: false, cancel);

    /// <summary>Waits before another attempt.</summary>
    /// <param name="failures">Attempts that failed one after the other.</param>
    /// <param name="why">For the user's eyes.</param>
    /// <param name="asked">The pause the server asks for, if it does.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task PauseAsync(int failures, string why, TimeSpan? asked, CancellationToken cancel)
    {
        var growing = TimeSpan.FromSeconds(Math.Pow(2, failures - 1));
        var pause = asked ?? (growing < LongestPause ? growing : LongestPause);
        _notice(string.Create(CultureInfo.InvariantCulture, $"{why}; trying again in {Math.Ceiling(pause.TotalSeconds):0} s"));
        return _options.Wait(pause, cancel);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Where a redirect leads; null where the answer is none.</summary>
    internal static Uri? RedirectTarget(Uri from, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return null;
        var target = response.Headers.Location is { } location ? new Uri(from, location) : throw new HubException($"{Show(from)}: answers with a redirect that leads nowhere. Check the address of the hub (--endpoint, HF_ENDPOINT).");
        if (target.Scheme is not ("http" or "https")) throw new HubException($"{Show(from)}: redirects to an address that is not of the web ({target.Scheme}:). Check the address of the hub (--endpoint, HF_ENDPOINT).");
        if (from.Scheme == "https" && target.Scheme == "http") throw new HubException($"{Show(from)}: redirects from https to http ({Show(target)}), which is refused. Check the address of the hub (--endpoint, HF_ENDPOINT) and your proxy.");
        return target;
    }

    /// <summary>The pause a busy server asks for: "Retry-After" in seconds or as a date, or the time until a used-up rate limit is renewed.</summary>
    internal static TimeSpan? AskedPause(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.StatusCode == HttpStatusCode.TooManyRequests && response.Headers.TryGetValues("RateLimit", out var limits) && RateLimit().Match(string.Join(',', limits)) is { Success: true } limit)
            return TimeSpan.FromSeconds(int.Parse(limit.Groups[1].Value, CultureInfo.InvariantCulture) + 1);
        return response.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
            _ => null,
        };
    }

    private static bool IsBusy(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static bool IsSameOrigin(Uri one, Uri other) => one.Scheme == other.Scheme && one.Port == other.Port && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, bool whole, CancellationToken cancel)
    {
        if (_options.Offline) throw new HubException("HF_HUB_OFFLINE is set: the network is not used. Unset it.") { IsUnavailable = true };
        for (var failures = 1; ; failures++)
        {
            TimeSpan? asked = null;
            string why;
            try
            {
                var response = await FollowAsync(method, address, from, whole, cancel).ConfigureAwait(false);
                _answered = true;
                if (!IsBusy(response.StatusCode) || failures > MaxRetries) return response;
                asked = AskedPause(response, DateTimeOffset.UtcNow);
                if (asked > LongestAskedPause) return response;
                why = $"the hub answers {(int)response.StatusCode} ({response.StatusCode})";
                response.Dispose();
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException && !cancel.IsCancellationRequested)
            {
                var isFinal = exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError or HttpRequestError.ConfigurationLimitExceeded };
                if (isFinal || failures > (_answered ? MaxRetries : MaxRetriesOfTheFirst)) throw HubFailures.Unreachable(address, exception);
                why = $"{Show(address)}: {HubFailures.Reason(exception)}";
            }
            await PauseAsync(failures, why, asked, cancel).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(HttpMethod method, Uri address, long from, bool whole, CancellationToken cancel)
    {
        var trusted = true;
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            trusted &= IsSameOrigin(address, _options.Endpoint);
            using var request = new HttpRequestMessage(method, address);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity")); // sizes and ranges are those of the file
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            if (trusted && _options.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var response = await AnswerAsync(request, whole, cancel).ConfigureAwait(false);
            try
            {
                if (RedirectTarget(address, response) is not { } target || (method == HttpMethod.Head && !IsSameOrigin(address, target) && HubFileHead.IsTold(response)))
                {
                    var answer = response;
                    response = null;
                    return answer;
                }
                address = target;
            }
            finally
            {
                response?.Dispose();
            }
        }
        throw new HubException($"{Show(address)}: more than {MaxRedirects} redirects, one after the other. Check the address of the hub (--endpoint, HF_ENDPOINT) and your proxy.");
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, bool whole, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.AnswerTimeout);
        HttpResponseMessage? response = null;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            if (whole)
            {
                limit.CancelAfter(_options.AnswerTimeout + _options.StallTimeout);
                await response.Content.LoadIntoBufferAsync(LargestAnswer, limit.Token).ConfigureAwait(false);
            }
            var answer = response;
            response = null;
            return answer;
        }
        catch (OperationCanceledException exception) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {_options.AnswerTimeout.TotalSeconds:0} s", exception);
        }
        finally
        {
            response?.Dispose();
        }
    }

    [GeneratedRegex(@"r\s*=\s*0\s*;\s*t\s*=\s*(\d{1,6})")]
    private static partial Regex RateLimit();
}
