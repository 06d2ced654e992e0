using System.Text.Json;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>
/// Reads the keys beside a file of vectors, in JSON, one a line and vector, in order: a key, or an object of a key and the
/// hash of the text: <c>{"key": 17, "hash": "9f86…"}</c>. The first line may be an object that says what the vectors are.
/// </summary>
internal sealed class KeyFileReader : IDisposable
{
    private readonly StreamReader _reader;
    private readonly string _path;
    private string? _next;
    private long _line;

    private KeyFileReader(StreamReader reader, string path)
    {
        _reader = reader;
        _path = path;
    }

    /// <summary>What the vectors are, where the file says so.</summary>
    public VectorFileInfo? Info { get; private set; }

    /// <exception cref="PgEmbedException">The first line is no JSON.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<KeyFileReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var keys = new KeyFileReader(new StreamReader(path), path);
        try
        {
            await keys.AdvanceAsync(cancellationToken).ConfigureAwait(false);
            if (keys._next is not null && keys.Parse() is { ValueKind: JsonValueKind.Object } first
                && first.TryGetProperty("space_id", out _))
            {
                keys.Info = first.Deserialize<VectorFileInfo>(KeyFileWriter.Json);
                await keys.AdvanceAsync(cancellationToken).ConfigureAwait(false);
            }

            return keys;
        }
        catch (JsonException e)
        {
            keys.Dispose();
            throw new PgEmbedException(
                $"Expected the first line of {path} to say what the vectors are, found another object.", innerException: e);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>The next key and the hash beside it; null at the end.</summary>
    /// <exception cref="PgEmbedException">The line is none of these forms.</exception>
    public async ValueTask<(object[] Key, byte[]? Hash)?> ReadAsync(
        IReadOnlyList<SourceColumn> columns, CancellationToken cancellationToken)
    {
        if (_next is null)
            return null;
        var json = Parse();
        byte[]? hash = null;
        if (json.ValueKind == JsonValueKind.Object)
        {
            if (json.TryGetProperty("hash", out var text))
                hash = Hash(text);
            if (!json.TryGetProperty("key", out json))
                throw Broken("an object without a key");
        }

        object[] key;
        try
        {
            key = KeyJson.Read(json, columns);
        }
        catch (PgEmbedException e)
        {
            throw new PgEmbedException($"Line {_line} of {_path}: {e.Message}", innerException: e);
        }

        await AdvanceAsync(cancellationToken).ConfigureAwait(false);
        return (key, hash);
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask AdvanceAsync(CancellationToken cancellationToken)
    {
        do
        {
            _next = await _reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            _line++;
        }
        while (_next is not null && string.IsNullOrWhiteSpace(_next));
    }

    private JsonElement Parse()
    {
        try
        {
            return JsonElement.Parse(_next!);
        }
        catch (JsonException)
        {
            throw Broken("no JSON: a text stands in quotes");
        }
    }

    private byte[] Hash(JsonElement json)
    {
        try
        {
            return Convert.FromHexString(json.GetString() ?? "") is { Length: 32 } hash ? hash : throw Broken("no SHA-256");
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw Broken("no SHA-256");
        }
    }

    private PgEmbedException Broken(string found) =>
        new($"Expected a key on line {_line} of {_path}, found {found}.");
}
