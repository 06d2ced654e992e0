using System.Net;
using System.Net.Http.Headers;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Reads a model's list of files from a hub, and fetches files of it, resumed and checked.
/// </summary>
/// <remarks>
/// A file grows as <c>NAME.CHECKSUM.partial</c>; its name says what it will be, so a later run, too, goes on with it. It
/// gets its own name when it has the right size and checksum. Bytes that turn out wrong are thrown away.
/// </remarks>
internal sealed class HubClient : IDisposable
{
    private readonly HubOptions _options;
    private readonly IProgress<PullProgress>? _progress;
    private readonly HubConnection _connection;

    public HubClient(HubOptions options, IProgress<PullProgress>? progress)
    {
        _options = options;
        _progress = progress;
        _connection = new HubConnection(options);
    }

    /// <summary>The commit and files that a model has at a revision.</summary>
    /// <exception cref="PgEmbedException">The hub can't be asked, or has no such model.</exception>
    public Task<HubListing> ListAsync(HubModelId model, CancellationToken cancellationToken)
    {
        var address = _connection.Address(
            $"api/models/{model.Id}/revision/{Uri.EscapeDataString(model.Revision)}?blobs=true");
        return Retry(null).RunAsync(
            async () => HubListing.Parse(
                await _connection.GetAsync(address, model.ToString(), cancellationToken).ConfigureAwait(false), model),
            null,
            cancellationToken);
    }

    /// <summary>A file's size and checksum, asked of the hub where its list doesn't say.</summary>
    /// <exception cref="PgEmbedException">The hub doesn't say there either.</exception>
    public async Task<(long Bytes, FileChecksum Checksum)> DescribeAsync(
        HubModelId model, string commit, HubFile file, CancellationToken cancellationToken)
    {
        var (checksum, bytes) = (file.Checksum, file.Bytes);
        if (checksum is null || bytes is null)
        {
            var found = await Retry(file.Path).RunAsync(
                async () =>
                {
                    using var stall = new StallClock(_options.StallTimeout, cancellationToken);
                    using var response = await _connection
                        .SendAsync(HttpMethod.Head, AddressOf(model, commit, file.Path), file.Path, null, stall)
                        .ConfigureAwait(false);
                    return HubConnection.Describe(response);
                },
                null,
                cancellationToken).ConfigureAwait(false);
            checksum ??= found.Checksum;
            bytes ??= found.Bytes;
        }

        return checksum is not null && bytes >= 0
            ? (bytes.Value, checksum)
            : throw new PgEmbedException(
                $"{file.Path}: the hub gives no size and checksum, so it can't be seen whether the file arrives whole.",
                "Copy the model's folder here by other means, and add it with pgembed model add.");
    }

    /// <summary>Fetches a file, unless it is there already.</summary>
    /// <param name="model">The model.</param>
    /// <param name="commit">The commit that it is taken from.</param>
    /// <param name="path">Its path in the model.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="checksum">Its checksum.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="cancellationToken">Stops it; what has arrived stays.</param>
    /// <exception cref="PgEmbedException">It can't be fetched, or never arrives as the hub says it is.</exception>
    public async Task FetchAsync(
        HubModelId model,
        string commit,
        string path,
        long bytes,
        FileChecksum checksum,
        string target,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (!File.Exists(target)
            || new FileInfo(target).Length != bytes
            || !await checksum.MatchesAsync(target, cancellationToken).ConfigureAwait(false))
        {
            var partial = $"{target}.{checksum.Hex[..12]}.partial";
            var address = AddressOf(model, commit, path);
            EntityTagHeaderValue? tag = null;
            await Retry(path).RunAsync(
                async () =>
                {
                    tag = await ContinueAsync(address, path, partial, bytes, tag, cancellationToken)
                        .ConfigureAwait(false);
                    await CheckAsync(path, partial, checksum, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                () => LengthOf(partial),
                cancellationToken).ConfigureAwait(false);
            File.Move(partial, target, overwrite: true);
        }

        Report(PullStep.Checked, path, bytes, bytes);
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Fetches what is missing of a partial file.</summary>
    /// <returns>The content's tag: the next attempt says what it goes on with.</returns>
    private async Task<EntityTagHeaderValue?> ContinueAsync(
        Uri address,
        string path,
        string partial,
        long bytes,
        EntityTagHeaderValue? tag,
        CancellationToken cancellationToken)
    {
        var have = LengthOf(partial);
        if (have > bytes)
        {
            File.Delete(partial);
            have = 0;
        }

        if (have == bytes && have > 0)
            return tag;
        using var stall = new StallClock(_options.StallTimeout, cancellationToken);
        void AskForRest(HttpRequestHeaders headers)
        {
            if (have == 0)
                return;
            headers.Range = new RangeHeaderValue(have, null);
            if (tag is not null)
                headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        using var response = await _connection.SendAsync(HttpMethod.Get, address, path, AskForRest, stall)
            .ConfigureAwait(false);
        tag = response.Headers.ETag is { IsWeak: false } strong ? strong : null;
        var starts = StartOf(response, have);
        var announced = response.Content.Headers.ContentLength;
        if (starts is null || (announced is not null && starts + announced != bytes))
        {
            File.Delete(partial);
            throw new HubTransientException(
                $"{path}: expected bytes {have} to {bytes}, the hub sends "
                + $"{response.Content.Headers.ContentRange?.ToString() ?? $"{announced} bytes"}.");
        }

        var body = await stall.WaitAsync(response.Content.ReadAsStreamAsync, path).ConfigureAwait(false);
        await using var _ = body.ConfigureAwait(false);
        var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await using var __ = file.ConfigureAwait(false);
        file.SetLength(starts.Value);
        file.Position = starts.Value;
        await CopyAsync(body, file, path, bytes, stall, cancellationToken).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
        return tag;
    }

    /// <summary>Where the body's first byte belongs; null where that can't be used.</summary>
    private static long? StartOf(HttpResponseMessage response, long have) => response.StatusCode switch
    {
        HttpStatusCode.PartialContent => response.Content.Headers.ContentRange?.From == have ? have : null,
        HttpStatusCode.RequestedRangeNotSatisfiable => null,
        _ => 0,
    };

    private async Task CopyAsync(
        Stream body, FileStream file, string path, long bytes, StallClock stall, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        while (true)
        {
            var read = await stall.WaitAsync(token => body.ReadAsync(buffer, token).AsTask(), path).ConfigureAwait(false);
            if (read == 0)
                break;
            if (read > bytes - file.Position)
            {
                file.SetLength(0);
                throw new HubTransientException($"{path}: expected {bytes} bytes, the hub sends more.");
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            Report(PullStep.Fetching, path, file.Position, bytes);
        }

        if (file.Position < bytes)
            throw new HubTransientException(
                $"{path}: expected {bytes} bytes, the hub's answer ended after {file.Position}.");
    }

    private static async Task CheckAsync(
        string path, string partial, FileChecksum checksum, CancellationToken cancellationToken)
    {
        if (await checksum.MatchesAsync(partial, cancellationToken).ConfigureAwait(false))
            return;
        File.Delete(partial);
        throw new HubTransientException($"{path}: what arrived is not what the hub says it is (its checksum differs).");
    }

    private Uri AddressOf(HubModelId model, string commit, string path) => _connection.Address(
        $"{model.Id}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private HubRetry Retry(string? file) =>
        new(_options, message => _progress?.Report(new PullProgress(PullStep.Retrying, file, Message: message)));

    private void Report(PullStep step, string path, long bytes, long total) =>
        _progress?.Report(new PullProgress(step, path, bytes, total));

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
