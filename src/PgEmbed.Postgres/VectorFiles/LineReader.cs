namespace PgEmbed.Postgres.VectorFiles;

/// <summary>
/// Reads a file of UTF-8 line by line, as bytes: a key file has as many lines as there are vectors, and making a string of
/// each would cost more than the vector does.
/// </summary>
internal sealed class LineReader : IDisposable
{
    private const int FirstBufferBytes = 1 << 16;

    private readonly FileStream _file;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _end;

    private LineReader(FileStream file) => _file = file;

    /// <summary>The line, without its end; valid until the next is read.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>The line's number, from 1.</summary>
    public long Number { get; private set; }

    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<LineReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var lines = new LineReader(new FileStream(path, new FileStreamOptions
        {
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        }));
        try
        {
            await lines.FillAsync(cancellationToken).ConfigureAwait(false);
            // A byte order mark is no part of the first line.
            if (lines._buffer.AsSpan(0, lines._end).StartsWith("\uFEFF"u8))
                lines._start = "\uFEFF"u8.Length;
            return lines;
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next line that is not blank; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0)
            {
                if (await FillAsync(cancellationToken).ConfigureAwait(false))
                    continue;
                length = _end - _start;
                if (length == 0)
                    return false;
            }

            Current = _buffer.AsMemory(_start, length);
            Number++;
            _start = Math.Min(_start + length + 1, _end);
            if (Current.Span.ContainsAnyExcept(" \t\r"u8))
                return true;
        }
    }

    public void Dispose() => _file.Dispose();

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        var rest = _buffer.AsMemory(_start, _end - _start);
        if (rest.Length == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        else
            rest.CopyTo(_buffer);
        _start = 0;
        _end = rest.Length;
        var read = await _file.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
