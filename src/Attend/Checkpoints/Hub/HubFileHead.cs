using System.Globalization;
using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>What a hub says of a file before it is fetched.</summary>
/// <param name="Name">Its path in the repository.</param>
/// <param name="ETag">Names the content: its sha256 where it is stored by git-lfs, else its git hash.</param>
/// <param name="Size">In bytes; null where the hub does not say.</param>
internal sealed partial record HubFileHead(string Name, string ETag, long? Size)
{
    private const string CommitHeader = "X-Repo-Commit";
    private const string LinkedTagHeader = "X-Linked-Etag";

    /// <summary>Whether an answer bears what is needed, so that a redirect need not be followed.</summary>
    public static bool IsTold(HttpResponseMessage response) => Header(response, CommitHeader) is not null && Tag(response) is not null;

    /// <summary>Reads the headers of a hub's answer.</summary>
    /// <exception cref="HubException">They are not those of a hub, or of another commit.</exception>
    public static HubFileHead Read(string name, string commit, HttpResponseMessage response)
    {
        var address = HubConnection.Show(response.RequestMessage!.RequestUri!);
        if (Header(response, CommitHeader) is not { } told || Tag(response) is not { Length: > 0 } etag)
            throw new HubException(HubFailures.IsWebPage(response)
                ? $"{address}: answers with a web page, not with a file of a hub. Check the address of the hub (--endpoint, HF_ENDPOINT), and whether a proxy or a log-in page stands between."
                : $"{address}: answers without {CommitHeader} and ETag, so it is no hub. Check its address (--endpoint, HF_ENDPOINT).");
        if (told != commit) throw new HubException($"{address}: answers with commit {CheckpointException.Quote(told)}, expected {commit}. The hub or a cache before it is out of order: try again later, or another hub (--endpoint, HF_ENDPOINT).");
        var size = Header(response, "X-Linked-Size") is { } linked ? ParseSize(linked) : (int)response.StatusCode is >= 300 and < 400 ? null : response.Content.Headers.ContentLength;
        return new HubFileHead(name, etag, size);
    }

    /// <summary>The ETag of an answer, without its quotes and its mark of weakness.</summary>
    public static string? Tag(HttpResponseMessage response) => (Header(response, LinkedTagHeader) ?? Header(response, "ETag")) is { } text ? Quoted().Replace(text.Trim(), "$1") : null;

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static long? ParseSize(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    [GeneratedRegex("\\A(?:W/)?\"(.*)\"\\z")]
    private static partial Regex Quoted();
}
