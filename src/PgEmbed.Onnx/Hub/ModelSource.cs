using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Where a model in the library came from and what its files were then; kept in its folder as
/// <c>pgembed-source.json</c>, which has no part in the fingerprint.
/// </summary>
public sealed record ModelSource
{
    /// <summary>The name of its file.</summary>
    public const string FileName = "pgembed-source.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>A folder or a hub.</summary>
    public required ModelSourceKind Kind { get; init; }

    /// <summary>The folder's path or the hub's address.</summary>
    public required string Origin { get; init; }

    /// <summary><c>ORG/NAME</c> at the hub; null for a folder.</summary>
    public string? Model { get; init; }

    /// <summary>The revision that was asked for; null for a folder.</summary>
    public string? Revision { get; init; }

    /// <summary>The commit that this was then; null for a folder.</summary>
    public string? Commit { get; init; }

    /// <summary>The ONNX file that was taken, as the source names it.</summary>
    public required string ModelFile { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>The model's files, ordered by path.</summary>
    public required IReadOnlyList<ModelSourceFile> Files { get; init; }

    /// <summary>Reads what a model's folder says of its source; null where it says nothing.</summary>
    /// <exception cref="PgEmbedException">The file is damaged.</exception>
    public static ModelSource? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = File.OpenRead(path);
            var source = JsonSerializer.Deserialize<ModelSource>(file, Json);
            return source?.Files.All(f => f is not null) == true ? source : throw new JsonException("a part is null");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PgEmbedException(
                $"{path} can't be read: {e.Message}", "Remove the model, and add or pull it again.", e);
        }
    }

    /// <summary>Compares a folder's files with what they were when the model was added.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ModelCheck> CheckFilesAsync(string folder, CancellationToken cancellationToken = default)
    {
        var wrong = new List<string>();
        foreach (var file in Files)
        {
            var path = HubPath.In(Path.GetFullPath(folder), file.Path);
            if (!File.Exists(path))
                wrong.Add($"{file.Path} is missing");
            else if (!await new FileChecksum(file.Sha256).MatchesAsync(path, cancellationToken).ConfigureAwait(false))
                wrong.Add($"{file.Path} has changed");
        }

        return new ModelCheck(
            "files",
            wrong.Count == 0,
            wrong.Count == 0 ? $"{Files.Count}, as they were when the model was added" : string.Join(", ", wrong));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Kind == ModelSourceKind.Hub ? $"{Model}@{string.Concat((Commit ?? "").Take(7))} ({Origin})" : Origin;

    internal void Write(string folder) =>
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");
}
