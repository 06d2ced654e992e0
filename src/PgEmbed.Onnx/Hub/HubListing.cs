using System.Text.Json;

namespace PgEmbed.Onnx.Hub;

/// <summary>What a hub says of a model: the commit that a revision stands for, and its files.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Files">The files by path.</param>
internal sealed record HubListing(string Commit, IReadOnlyDictionary<string, HubFile> Files)
{
    /// <summary>Reads the answer to <c>/api/models/ORG/NAME/revision/REV?blobs=true</c>.</summary>
    /// <exception cref="PgEmbedException">It is not such an answer.</exception>
    public static HubListing Parse(ReadOnlyMemory<byte> json, HubModelId model)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var files = new Dictionary<string, HubFile>(StringComparer.Ordinal);
            foreach (var sibling in document.RootElement.GetProperty("siblings").EnumerateArray())
            {
                // No file that is needed has a name that could lead elsewhere: one that has is as good as not there.
                var file = ParseFile(sibling);
                if (HubPath.IsSafe(file.Path))
                    files[file.Path] = file;
            }

            // All files are fetched from this commit, so that a push meanwhile doesn't mix two versions.
            var commit = document.RootElement.GetProperty("sha").GetString();
            return FileChecksum.Parse(commit) is { Hex: var hex }
                ? new HubListing(hex, files)
                : throw NotAList(model, $"'sha' is '{commit}'");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException)
        {
            throw NotAList(model, e.Message, e);
        }
    }

    private static HubFile ParseFile(JsonElement sibling)
    {
        var path = sibling.GetProperty("rfilename").GetString() ?? "";
        // Of a large file, git holds a pointer only: its own id is not the content's.
        var isLarge = sibling.TryGetProperty("lfs", out var large) && large.ValueKind == JsonValueKind.Object;
        var size = Find(sibling, "size") ?? (isLarge ? Find(large, "size") : null);
        var checksum = isLarge ? Find(large, "sha256") : Find(sibling, "blobId");
        return new HubFile(
            path,
            size is { ValueKind: JsonValueKind.Number } ? size.Value.GetInt64() : null,
            FileChecksum.Parse(checksum?.GetString()));
    }

    private static JsonElement? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static PgEmbedException NotAList(HubModelId model, string detail, Exception? cause = null) => new(
        $"Expected the hub's list of the files of {model}, got something else: {detail}.",
        "Check that the address is a hub's.",
        cause);
}
