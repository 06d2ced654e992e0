using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>
/// Reads the keys beside a file of vectors, in JSON, one a line and vector, in order: a key, or an object of a key and the
/// hash of the text: <c>{"key": 17, "hash": "9f86…"}</c>. The first line may be an object that says what the vectors are.
/// </summary>
internal sealed class KeyFileReader : IDisposable
{
    private readonly LineReader _lines;
    private readonly string _path;
    private bool _hasLine;

    private KeyFileReader(LineReader lines, string path)
    {
        _lines = lines;
        _path = path;
    }

    /// <summary>What the vectors are, where the file says so.</summary>
    public VectorFileInfo? Info { get; private set; }

    /// <exception cref="PgEmbedException">The first line is no JSON.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static async Task<KeyFileReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var keys = new KeyFileReader(await LineReader.OpenAsync(path, cancellationToken).ConfigureAwait(false), path);
        try
        {
            await keys.AdvanceAsync(cancellationToken).ConfigureAwait(false);
            if (keys._hasLine && keys.FirstLine() is { ValueKind: JsonValueKind.Object } first
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
        if (!_hasLine)
            return null;
        var next = Parse(columns);
        await AdvanceAsync(cancellationToken).ConfigureAwait(false);
        return next;
    }

    public void Dispose() => _lines.Dispose();

    private async ValueTask AdvanceAsync(CancellationToken cancellationToken) =>
        _hasLine = await _lines.ReadAsync(cancellationToken).ConfigureAwait(false);

    private JsonElement FirstLine()
    {
        try
        {
            return JsonElement.Parse(_lines.Current.Span);
        }
        catch (JsonException)
        {
            throw NoJson();
        }
    }

    private (object[] Key, byte[]? Hash) Parse(IReadOnlyList<SourceColumn> columns)
    {
        var json = new Utf8JsonReader(_lines.Current.Span);
        object[]? key = null;
        byte[]? hash = null;
        try
        {
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
                key = KeyJson.Read(ref json, columns);
            else
                ReadObject(ref json, columns, ref key, ref hash);
            // Whatever follows is refused.
            json.Read();
        }
        catch (JsonException)
        {
            throw NoJson();
        }
        catch (InvalidOperationException)
        {
            throw Broken("a text that is no valid Unicode");
        }
        catch (PgEmbedException e) when (key is null)
        {
            throw new PgEmbedException($"Line {_lines.Number} of {_path}: {e.Message}", innerException: e);
        }

        return (key ?? throw Broken("an object without a key"), hash);
    }

    private void ReadObject(
        ref Utf8JsonReader json, IReadOnlyList<SourceColumn> columns, ref object[]? key, ref byte[]? hash)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = json.ValueTextEquals("key"u8);
            var isHash = json.ValueTextEquals("hash"u8);
            json.Read();
            if (isKey)
                key = KeyJson.Read(ref json, columns);
            else if (isHash)
                hash = Hash(ref json);
            else
                json.Skip();
        }
    }

    private byte[] Hash(ref Utf8JsonReader json)
    {
        var hash = new byte[SHA256.HashSizeInBytes];
        return json.TokenType == JsonTokenType.String
            && json.ValueSpan.Length == 2 * hash.Length
            && Convert.FromHexString(json.ValueSpan, hash, out _, out _) == OperationStatus.Done
            ? hash
            : throw Broken("no SHA-256");
    }

    private PgEmbedException NoJson() => Broken("no JSON: a text stands in quotes");

    private PgEmbedException Broken(string found) =>
        new($"Expected a key on line {_lines.Number} of {_path}, found {found}.");
}
