namespace PgEmbed.Onnx.Hub;

/// <summary>A file of a model as it was when the model was added.</summary>
/// <param name="Path">Its path in the model's folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">The SHA-256 of its content, in lower-case hexadecimal digits.</param>
public sealed record ModelSourceFile(string Path, long Bytes, string Sha256)
{
    /// <summary>Files of a folder as they are now, ordered by path.</summary>
    internal static IReadOnlyList<ModelSourceFile> Of(string folder, IEnumerable<string> paths) =>
    [
        .. paths.Order(StringComparer.Ordinal).Select(path => (Path: path, Full: HubPath.In(folder, path)))
            .Select(f => new ModelSourceFile(f.Path, new FileInfo(f.Full).Length, ContentHash.OfFile(f.Full))),
    ];
}
