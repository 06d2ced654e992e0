using System.Net;
using System.Net.Http.Headers;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// A file on its way here. It grows as <c>NAME.CHECKSUM.partial</c>, a name that says what it will be, so that a later
/// run, too, goes on with it, and gets its own name when its size and checksum are right. Bytes that turn out wrong are
/// thrown away.
/// </summary>
internal sealed class HubDownload
{
    private readonly HubConnection _connection;
    private readonly TimeSpan _stallTimeout;
    private readonly Uri _address;
    private readonly string _path;
    private readonly long _bytes;
    private readonly FileChecksum _checksum;
    private readonly string _target;
    private readonly string _partial;
    private readonly IProgress<PullProgress>? _progress;

    // What the bytes that are here are a part of, as the hub said in this run.
    private EntityTagHeaderValue? _tag;

    // The checksum of what arrived whole and was wrong.
    private string? _wrong;

    public HubDownload(
        HubConnection connection,
        TimeSpan stallTimeout,
        Uri address,
        string path,
        long bytes,
        FileChecksum checksum,
        string target,
        IProgress<PullProgress>? progress)
    {
        _connection = connection;
        _stallTimeout = stallTimeout;
        _address = address;
        _path = path;
        _bytes = bytes;
        _checksum = checksum;
        _target = target;
        _partial = $"{target}.{checksum.Hex[..12]}.partial";
        _progress = progress;
    }

    /// <summary>How much of the file is here.</summary>
    public long BytesHere => new FileInfo(_partial) is { Exists: true } file ? file.Length : 0;

    /// <summary>Makes one attempt at what is missing.</summary>
    /// <returns>True: the file is here and right.</returns>
    /// <exception cref="HubTransientException">It broke off, or the bytes are wrong.</exception>
    /// <exception cref="PgEmbedException">The hub refuses.</exception>
    public async Task<bool> ContinueAsync(CancellationToken cancellationToken)
    {
        var have = BytesHere;
        if (have > _bytes)
        {
            File.Delete(_partial);
            have = 0;
        }

        // An empty file, too, is made by fetching it.
        if (have < _bytes || have == 0)
            await FetchRestAsync(have, cancellationToken).ConfigureAwait(false);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        File.Move(_partial, _target, overwrite: true);
        return true;
    }

    /// <summary>
    /// Compares what arrived with what the hub says of it. Damage on the way is another each time; the same bytes twice
    /// are what the hub has.
    /// </summary>
    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var checksum = await _checksum.OfFileAsync(_partial, cancellationToken).ConfigureAwait(false);
        if (checksum == _checksum.Hex)
            return;
        File.Delete(_partial);
        if (checksum == _wrong)
            throw new PgEmbedException(
                $"{_path}: expected the checksum {_checksum.Hex}, which the hub's list says, got {checksum} twice.",
                "The hub's file is damaged or was replaced: tell who runs the hub, or take another revision.");
        _wrong = checksum;
        throw new HubTransientException(
            $"{_path}: what arrived is not what the hub says it is (its checksum differs).");
    }

    /// <summary>Fetches what is missing.</summary>
    private async Task FetchRestAsync(long have, CancellationToken cancellationToken)
    {
        using var stall = new StallClock(_stallTimeout, cancellationToken);
        void AskForRest(HttpRequestHeaders headers)
        {
            if (have == 0)
                return;
            headers.Range = new RangeHeaderValue(have, null);
            if (_tag is not null)
                headers.IfRange = new RangeConditionHeaderValue(_tag);
        }

        using var response = await _connection.SendAsync(HttpMethod.Get, _address, _path, AskForRest, stall)
            .ConfigureAwait(false);
        _tag = response.Headers.ETag is { IsWeak: false } strong ? strong : null;
        var starts = StartOf(response, have);
        var announced = response.Content.Headers.ContentLength;
        if (starts is null || (announced is not null && starts + announced != _bytes))
        {
            File.Delete(_partial);
            throw new HubTransientException(
                $"{_path}: expected bytes {have} to {_bytes}, the hub sends "
                + $"{response.Content.Headers.ContentRange?.ToString() ?? $"{announced} bytes"}.");
        }

        var body = await stall.WaitAsync(response.Content.ReadAsStreamAsync, _path).ConfigureAwait(false);
        await using var _ = body.ConfigureAwait(false);
        var file = new FileStream(_partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await using var __ = file.ConfigureAwait(false);
        file.SetLength(starts.Value);
        file.Position = starts.Value;
        await CopyAsync(body, file, stall, cancellationToken).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Where the body's first byte belongs; null where that can't be used.</summary>
    private static long? StartOf(HttpResponseMessage response, long have) => response.StatusCode switch
    {
        HttpStatusCode.PartialContent => response.Content.Headers.ContentRange?.From == have ? have : null,
        HttpStatusCode.RequestedRangeNotSatisfiable => null,
        _ => 0,
    };

    private async Task CopyAsync(
        Stream body, FileStream file, StallClock stall, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 17];
        while (true)
        {
            var read = await stall.WaitAsync(token => body.ReadAsync(buffer, token).AsTask(), _path)
                .ConfigureAwait(false);
            if (read == 0)
                break;
            if (read > _bytes - file.Position)
            {
                file.SetLength(0);
                throw new HubTransientException($"{_path}: expected {_bytes} bytes, the hub sends more.");
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            _progress?.Report(new PullProgress(PullStep.Fetching, _path, file.Position, _bytes));
        }

        if (file.Position < _bytes)
            throw new HubTransientException(
                $"{_path}: expected {_bytes} bytes, the hub's answer ended after {file.Position}.");
    }
}
