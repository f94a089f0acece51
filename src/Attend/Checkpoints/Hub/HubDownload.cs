using System.Net;

namespace Attend.Checkpoints;

/// <summary>Fetches the content of one file, going on where an earlier attempt, or another process, stopped; takes it only if size and hash are right.</summary>
/// <param name="connection">The hub.</param>
/// <param name="options">Its settings.</param>
/// <param name="name">The model.</param>
/// <param name="notice">Told of what goes wrong and is tried again.</param>
internal sealed class HubDownload(HubConnection connection, HubOptions options, ModelName name, Action<string> notice)
{
    private const int BufferSize = 1 << 17;

    /// <summary>Fetches a file to the place its blob has.</summary>
    /// <param name="address">The file.</param>
    /// <param name="head">What the hub said of it.</param>
    /// <param name="blob">The place; BLOB.incomplete beside it is what has arrived.</param>
    /// <param name="advance">Told of bytes arrived; fewer than none where they are thrown away.</param>
    /// <param name="cancel">Stops; what has arrived is kept.</param>
    /// <returns>False where the hub now has other content under this address, so that it must be asked about the file again.</returns>
    /// <exception cref="HubException">Refused, unreachable, or not the content the hub spoke of.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async Task<bool> FetchAsync(Uri address, HubFileHead head, string blob, Action<long> advance, CancellationToken cancel)
    {
        var partial = blob + ".incomplete";
        for (var resumed = true; ;)
        {
            if (await ReceiveAsync(address, head, partial, advance, cancel).ConfigureAwait(false) is not { } start)
            {
                File.Delete(partial);
                return false;
            }
            var problem = await HubContent.ProblemAsync(partial, head, cancel).ConfigureAwait(false);
            if (problem is null) break;
            advance(-new FileInfo(partial).Length);
            File.Delete(partial);
            // What an earlier attempt left may have been damaged since (a crash, a bad disk): once more, from nothing.
            if (start == 0 || !resumed) throw new HubException($"{name.Repository}, file {CheckpointException.Quote(head.Name)}: {problem}");
            resumed = false;
            notice($"{head.Name}: what was kept of an earlier attempt is damaged; starting anew");
        }
        Durable.FlushFile(partial);
        File.Move(partial, blob, overwrite: true);
        Durable.FlushFolder(Path.GetDirectoryName(blob)!);
        return true;
    }

    // Gives the length of what was there before; null where the content has changed.
    private async Task<long?> ReceiveAsync(Uri address, HubFileHead head, string partial, Action<long> advance, CancellationToken cancel)
    {
        using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        if (file.Length > head.Size) file.SetLength(0);
        var start = file.Seek(0, SeekOrigin.End);
        advance(start);
        var furthest = start;
        for (var failures = 0; head.Size is null || file.Position < head.Size;)
        {
            var before = file.Position;
            using var response = await connection.DownloadAsync(address, before, cancel).ConfigureAwait(false);
            if (IsOther(response, address, head))
            {
                StartAnew(file, advance);
                return null;
            }
            if (!await PlaceAsync(response, head, file, advance).ConfigureAwait(false)) continue;
            var broken = await CopyAsync(response, head, file, advance, cancel).ConfigureAwait(false);
            if (broken is null) break;
            failures = file.Position > furthest ? 1 : failures + 1;
            furthest = Math.Max(furthest, file.Position);
            if (failures > HubConnection.MaxRetries) throw HubFailures.Unreachable(address, broken);
            await connection.PauseAsync(failures, $"{head.Name}: {HubFailures.Reason(broken)} after {file.Position} bytes", asked: null, cancel).ConfigureAwait(false);
        }
        return Math.Min(start, file.Length);
    }

    // Makes file and answer agree on where to go on; false where the same must be asked for again, from nothing.
    private async Task<bool> PlaceAsync(HttpResponseMessage response, HubFileHead head, FileStream file, Action<long> advance)
    {
        var from = file.Position;
        var range = response.Content.Headers.ContentRange;
        if (from > 0 && (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (response.StatusCode == HttpStatusCode.PartialContent && range?.From != from)))
        {
            StartAnew(file, advance);
            return false;
        }
        HubFailures.ThrowIfRefused(response, name, options, head.Name);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent)) throw Strange($"answers {(int)response.StatusCode} ({response.StatusCode}) instead of a file");
        if (from > 0 && response.StatusCode == HttpStatusCode.OK) StartAnew(file, advance);
        var told = response.StatusCode == HttpStatusCode.PartialContent ? range?.Length : response.Content.Headers.ContentLength;
        if (head.Size is { } size && told is { } length && length != size)
            throw Strange(HubContent.Describe(await FirstBytesAsync(response).ConfigureAwait(false), head.Name) ?? $"sends a file of {length} bytes, and the hub spoke of {size}");
        return true;

        HubException Strange(string problem) => new($"{name.Repository}, file {CheckpointException.Quote(head.Name)}: {HubConnection.Show(response.RequestMessage!.RequestUri!)} {problem}. Try again later, or take another hub (--endpoint, HF_ENDPOINT).");
    }

    // Gives the failure where the line broke before the end.
    private async Task<Exception?> CopyAsync(HttpResponseMessage response, HubFileHead head, FileStream file, Action<long> advance, CancellationToken cancel)
    {
        var buffer = new byte[BufferSize];
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        while (true)
        {
            int count;
            try
            {
                stall.CancelAfter(options.StallTimeout);
                count = await stream.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancel.IsCancellationRequested)
            {
                return new TimeoutException($"nothing arrived for {options.StallTimeout.TotalSeconds:0} s", exception);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException && !cancel.IsCancellationRequested)
            {
                return exception;
            }
            if (count == 0)
            {
                if (head.Size is not { } size || file.Position == size) return null;
                RequireKind(file, head);
                return new EndOfStreamException($"the file ended, {size} bytes were expected");
            }
            if (file.Position + count > head.Size)
                throw new HubException($"{name.Repository}, file {CheckpointException.Quote(head.Name)}: is longer than the {head.Size} bytes the hub spoke of. Try again later, or take another hub (--endpoint, HF_ENDPOINT).");
            await WriteAsync(file, buffer.AsMemory(0, count)).ConfigureAwait(false);
            advance(count);
        }
    }

    // Another host names content in its own way; only the hub's own word counts.
    private static bool IsOther(HttpResponseMessage response, Uri address, HubFileHead head) =>
        response.IsSuccessStatusCode && response.RequestMessage!.RequestUri!.Authority == address.Authority && HubFileHead.Tag(response) is { } etag && etag != head.ETag;

    // An answer that came to its end and is too short may be something else altogether.
    private void RequireKind(FileStream file, HubFileHead head)
    {
        Span<byte> prefix = stackalloc byte[HubContent.PrefixLength];
        if (HubContent.Describe(prefix[..RandomAccess.Read(file.SafeFileHandle, prefix, 0)], head.Name) is not { } kind) return;
        file.SetLength(0);
        throw new HubException($"{name.Repository}, file {CheckpointException.Quote(head.Name)}: {kind}. Nothing of it was kept. Check the address of the hub (--endpoint, HF_ENDPOINT), and whether a proxy or a log-in page stands between.");
    }

    private static void StartAnew(FileStream file, Action<long> advance)
    {
        advance(-file.Position);
        file.SetLength(0);
    }

    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await file.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException exception) when (Durable.IsDiskFull(exception))
        {
            throw new IOException($"{file.Name}: the disk (or the quota) is full; what has arrived is kept. Free space there and try again, or name a cache on another disk by HF_HOME.", exception);
        }
    }

    private async Task<byte[]> FirstBytesAsync(HttpResponseMessage response)
    {
        using var limit = new CancellationTokenSource(options.StallTimeout);
        var bytes = new byte[HubContent.PrefixLength];
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            return bytes[..await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, limit.Token).ConfigureAwait(false)];
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            return [];
        }
    }
}
