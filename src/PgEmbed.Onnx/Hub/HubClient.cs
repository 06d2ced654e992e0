namespace PgEmbed.Onnx.Hub;

/// <summary>What is asked of a hub: a model's list of files, a file's size and checksum, a file.</summary>
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
            var address = AddressOf(model, commit, path);
            var download = new HubDownload(
                _connection, _options.StallTimeout, address, path, bytes, checksum, target, _progress);
            await Retry(path).RunAsync(
                () => download.ContinueAsync(cancellationToken), () => download.BytesHere, cancellationToken)
                .ConfigureAwait(false);
        }

        _progress?.Report(new PullProgress(PullStep.Checked, path, bytes, bytes));
    }

    public void Dispose() => _connection.Dispose();

    private Uri AddressOf(HubModelId model, string commit, string path) => _connection.Address(
        $"{model.Id}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private HubRetry Retry(string? file) =>
        new(_options, message => _progress?.Report(new PullProgress(PullStep.Retrying, file, Message: message)));
}
