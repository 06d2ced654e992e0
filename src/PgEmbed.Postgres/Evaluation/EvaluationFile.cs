using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>
/// Reads the lines of a text file, packed by gzip or not, one at a time. .NET notices a gzip file that was cut short only
/// under its setting System.IO.Compression.UseStrictValidation; the command-line tool sets it.
/// </summary>
internal static class EvaluationFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The lines that are not blank.</summary>
    /// <exception cref="PgEmbedException">There is no such file, or it is not UTF-8.</exception>
    public static async IAsyncEnumerable<EvaluationLine> LinesAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = Open(path);
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Strict);
            for (var number = 1; ; number++)
            {
                var line = await ReadAsync(reader, path, number, cancellationToken).ConfigureAwait(false);
                if (line is null)
                    yield break;
                if (!string.IsNullOrWhiteSpace(line))
                    yield return new EvaluationLine(path, number, line);
            }
        }
    }

    /// <summary>The first of the properties that an object has, as text; null where it has none or it is null.</summary>
    public static string? Property(JsonElement line, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (line.TryGetProperty(name, out var value))
                return Plain(value);
        }

        return null;
    }

    /// <summary>A JSON value as text: a string itself, anything else as JSON writes it; null for null.</summary>
    public static string? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static Stream Open(string path)
    {
        if (!File.Exists(path))
            throw new PgEmbedException($"Expected a file at {path}, found none.");
        var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 2 && magic is [0x1F, 0x8B] ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static async Task<string?> ReadAsync(
        StreamReader reader, string path, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DecoderFallbackException e)
        {
            throw new PgEmbedException(
                $"Expected UTF-8 in {path}, got other bytes in or after line {number}.",
                "Convert it, for example with iconv.",
                e);
        }
        catch (InvalidDataException e)
        {
            throw new PgEmbedException($"Expected {path} to unpack, but it is broken after line {number}.", innerException: e);
        }
    }
}
