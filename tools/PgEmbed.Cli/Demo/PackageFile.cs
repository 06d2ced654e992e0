using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PgEmbed.Cli.Demo;

/// <summary>Reads packages from compressed JSON lines.</summary>
public static class PackageFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The sample that comes with the program.</summary>
    public static string Sample { get; } = Path.Combine(AppContext.BaseDirectory, "samples", "packages.jsonl.gz");

    /// <summary>Reads a file, one package at a time.</summary>
    /// <exception cref="PgEmbedException">The file is missing, or a line of it is not a package.</exception>
    public static async IAsyncEnumerable<Package> ReadAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!File.Exists(path))
            throw new PgEmbedException($"Expected sample texts at {path}, found no file.", "Install the program again.");
        await using var file = File.OpenRead(path);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
            yield return Parse(line, path, number);
    }

    private static Package Parse(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<Package>(line, Json)
                ?? throw new PgEmbedException($"Expected a package in line {number} of {path}, got null.");
        }
        catch (JsonException e)
        {
            throw new PgEmbedException(
                $"Expected a package in line {number} of {path}: {e.Message}", innerException: e);
        }
    }
}
