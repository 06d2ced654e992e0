namespace PgEmbed.Postgres.VectorFiles;

/// <summary>A file that gets its name when it is complete, and goes when it is left before.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private bool _complete;

    public PartialFile(string path)
    {
        _path = path;
        _partial = $"{path}.{Guid.NewGuid():N}.partial";
        Stream = new FileStream(_partial, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 1 << 16,
        });
    }

    public FileStream Stream { get; }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        Stream.Flush(flushToDisk: true);
        await Stream.DisposeAsync().ConfigureAwait(false);
        File.Move(_partial, _path, overwrite: true);
        _complete = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        if (!_complete)
            File.Delete(_partial);
    }
}
