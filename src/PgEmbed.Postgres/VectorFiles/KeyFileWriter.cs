using System.Text.Encodings.Web;
using System.Text.Json;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>Writes the keys beside a file of vectors; <see cref="KeyFileReader"/> says how they stand there.</summary>
internal sealed class KeyFileWriter : IAsyncDisposable
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
    };

    private readonly PartialFile _file;
    private readonly Utf8JsonWriter _writer;

    public KeyFileWriter(string path, VectorFileInfo info)
    {
        _file = new PartialFile(path);
        _writer = new Utf8JsonWriter(_file.Stream, new JsonWriterOptions { Encoder = Json.Encoder });
        JsonSerializer.Serialize(_writer, info, Json);
        EndLine();
    }

    public void Write(ReadOnlySpan<object> key, ReadOnlySpan<byte> hash)
    {
        _writer.WriteStartObject();
        _writer.WritePropertyName("key");
        KeyJson.Write(_writer, key);
        _writer.WriteString("hash", Convert.ToHexStringLower(hash));
        _writer.WriteEndObject();
        EndLine();
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _file.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
    }

    private void EndLine()
    {
        _writer.Flush();
        _file.Stream.WriteByte((byte)'\n');
        _writer.Reset();
    }
}
