using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>Where published models come from and where they are kept: the settings Hugging Face's own tools read, so that all share one cache.</summary>
public sealed partial record HubOptions
{
    /// <summary>Address of the hub or of a mirror (HF_ENDPOINT).</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>The cache's folder (HF_HUB_CACHE, else hub/ in HF_HOME, else ~/.cache/huggingface/hub).</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Access token, sent to <see cref="Endpoint"/> alone (HF_TOKEN, else the token file); null = none.</summary>
    public string? Token { get; init; }

    /// <summary>Never use the network (HF_HUB_OFFLINE).</summary>
    public bool Offline { get; init; }

    /// <summary>Snapshots link to their content; where links are impossible or unwanted (HF_HUB_DISABLE_SYMLINKS) they hold it themselves.</summary>
    public bool SymbolicLinks { get; init; } = true;

    /// <summary>How long an answer may take to begin (HF_HUB_ETAG_TIMEOUT, in seconds).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a download may stand still (HF_HUB_DOWNLOAD_TIMEOUT, in seconds).</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    // How the time between two attempts passes; tests do not wait.
    internal Func<TimeSpan, CancellationToken, Task> Wait { get; init; } = Task.Delay;

    /// <summary>The settings of this process: environment variables, token file, defaults.</summary>
    /// <exception cref="ArgumentException">A variable cannot be understood; the message names it.</exception>
    public static HubOptions FromEnvironment() => Read(Environment.GetEnvironmentVariable, UserFolder);

    /// <summary>The cache's folder of this process, where nothing else matters.</summary>
    internal static string DefaultCacheFolder() => ReadFolders(Environment.GetEnvironmentVariable, UserFolder).Cache;

    /// <summary>An address given by a user.</summary>
    /// <param name="address">Absolute, http or https; a path is kept.</param>
    /// <param name="source">What to call it in a message.</param>
    /// <exception cref="ArgumentException">Not such an address.</exception>
    public static Uri ParseEndpoint(string address, string source) =>
        Uri.TryCreate(address.Trim(), UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && parsed.Query.Length == 0
            ? parsed
            : throw new ArgumentException($"{source} is '{address}'; expected the address of a hub, such as https://huggingface.co");

    /// <summary>Every setting but the token, which belongs in no message.</summary>
    public override string ToString() => $"{nameof(HubOptions)} {{ Endpoint = {Endpoint}, CacheFolder = {CacheFolder}, Token = {(Token is null ? "none" : "***")}, Offline = {Offline} }}";

    internal static HubOptions Read(Func<string, string?> variable, string home)
    {
        string? Given(string name) => variable(name) is { Length: > 0 } value ? value : null;
        TimeSpan Seconds(string name) =>
            Given(name) is not { } text ? TimeSpan.FromSeconds(10)
            : int.TryParse(text, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds)
            : throw new ArgumentException($"{name} is '{text}'; expected a number of seconds");

        var (cache, tokenFile) = ReadFolders(variable, home);
        return new HubOptions
        {
            Endpoint = Given("HF_ENDPOINT") is { } address ? ParseEndpoint(address, "HF_ENDPOINT") : new Uri("https://huggingface.co"),
            CacheFolder = cache,
            Token = IsTrue(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN")) ? null : CleanToken(Given("HF_TOKEN") ?? Given("HUGGING_FACE_HUB_TOKEN") ?? ReadToken(tokenFile)),
            Offline = IsTrue(Given("HF_HUB_OFFLINE") ?? Given("TRANSFORMERS_OFFLINE")),
            SymbolicLinks = !IsTrue(variable("HF_HUB_DISABLE_SYMLINKS")),
            AnswerTimeout = Seconds("HF_HUB_ETAG_TIMEOUT"),
            StallTimeout = Seconds("HF_HUB_DOWNLOAD_TIMEOUT"),
        };
    }

    private static string UserFolder => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    private static (string Cache, string TokenFile) ReadFolders(Func<string, string?> variable, string home)
    {
        string? Given(string name) => variable(name) is { Length: > 0 } value ? value : null;
        string Folder(string path)
        {
            var expanded = Variable().Replace(path, match => variable(match.Groups[1].Value + match.Groups[2].Value) ?? match.Value);
            return Path.GetFullPath(expanded == "~" || expanded.StartsWith("~/", StringComparison.Ordinal) || expanded.StartsWith("~\\", StringComparison.Ordinal) ? home + expanded[1..] : expanded);
        }
        var hubHome = Folder(Given("HF_HOME") ?? Path.Combine(Given("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "huggingface"));
        return (Folder(Given("HF_HUB_CACHE") ?? Given("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(hubHome, "hub")), Folder(Given("HF_TOKEN_PATH") ?? Path.Combine(hubHome, "token")));
    }

    private static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private static string? ReadToken(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private static string? CleanToken(string? text)
    {
        var token = text?.Replace("\r", "").Replace("\n", "").Trim();
        if (string.IsNullOrEmpty(token)) return null;
        return token.All(character => character is > ' ' and <= '~') ? token : throw new ArgumentException("the token (HF_TOKEN or the token file) holds characters that no token has; copy it again");
    }

    [GeneratedRegex(@"\$(?:\{(\w+)\}|(\w+))")]
    private static partial Regex Variable();
}
