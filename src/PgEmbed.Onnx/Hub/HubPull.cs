namespace PgEmbed.Onnx.Hub;

/// <summary>A model at a hub.</summary>
internal sealed class HubPull : IModelOrigin, IDisposable
{
    private readonly HubModelId _model;
    private readonly HubOptions _options;
    private readonly HubClient _client;
    private HubListing? _listing;
    private long _totalBytes;

    public HubPull(HubModelId model, HubOptions options, IProgress<PullProgress>? progress)
    {
        _model = model;
        _options = options;
        _client = new HubClient(options, progress);
    }

    /// <inheritdoc/>
    public bool CanContinue { get; private set; }

    /// <inheritdoc/>
    public async Task<string> VersionAsync(CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken).ConfigureAwait(false)).Commit;

    /// <inheritdoc/>
    public async Task<bool> IsAsync(ModelSource source, CancellationToken cancellationToken) =>
        source.Kind == ModelSourceKind.Hub
        && source.Model == _model.Id
        && (_options.ModelFile is null || source.ModelFile == _options.ModelFile)
        && (source.Commit == _model.Revision
            || source.Commit == await VersionAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<ModelSource> GatherAsync(string folder, CancellationToken cancellationToken)
    {
        var listing = await ListAsync(cancellationToken).ConfigureAwait(false);
        var (modelFile, files) = await ModelParts.GatherAsync(
            listing.Files.Keys.ToHashSet(StringComparer.Ordinal),
            _options.ModelFile,
            folder,
            (path, target) => FetchAsync(listing, path, target, cancellationToken)).ConfigureAwait(false);
        return new ModelSource
        {
            Kind = ModelSourceKind.Hub,
            Origin = _options.BaseAddress.AbsoluteUri,
            Model = _model.Id,
            Revision = _model.Revision,
            Commit = listing.Commit,
            ModelFile = modelFile,
            AddedAt = DateTimeOffset.UtcNow,
            Files = ModelSourceFile.Of(folder, files),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<HubListing> ListAsync(CancellationToken cancellationToken) =>
        _listing ??= await _client.ListAsync(_model, cancellationToken).ConfigureAwait(false);

    private async Task FetchAsync(HubListing listing, string path, string target, CancellationToken cancellationToken)
    {
        var (bytes, checksum) = await _client.DescribeAsync(
            _model, listing.Commit, listing.Files[path], cancellationToken).ConfigureAwait(false);
        _totalBytes = bytes > long.MaxValue - _totalBytes ? long.MaxValue : _totalBytes + bytes;
        CheckSize(path, bytes, target);

        // Until the file is here, what there is of it is worth keeping.
        CanContinue = true;
        await _client.FetchAsync(_model, listing.Commit, path, bytes, checksum, target, cancellationToken)
            .ConfigureAwait(false);
        CanContinue = false;
    }

    private void CheckSize(string path, long bytes, string target)
    {
        if (bytes > _options.MaxFileBytes)
            throw new PgEmbedException(
                $"{path} has {bytes} bytes, more than the {_options.MaxFileBytes} that a file may have.",
                "Raise the limit (--max-bytes), or take a smaller ONNX file (--file).");
        if (_totalBytes > _options.MaxTotalBytes)
            throw new PgEmbedException(
                $"The model's files have {_totalBytes} bytes and more, up to {path}: more than the "
                + $"{_options.MaxTotalBytes} that a model may have.",
                "Raise the limit (--max-bytes), or take a smaller ONNX file (--file).");
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (bytes > free)
            throw new PgEmbedException(
                $"{path} has {bytes} bytes, and there is room for {free} on the disk of {folder}.", "Make room.");
    }
}
