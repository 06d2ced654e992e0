namespace PgEmbed.Postgres.VectorFiles;

/// <summary>How vectors are written to, or read from, a file.</summary>
public sealed record VectorFileOptions
{
    /// <summary>The file of keys; null: beside the vectors, <c>vectors.npy</c> with <c>vectors.keys.jsonl</c>.</summary>
    public string? KeysPath { get; init; }

    /// <summary>How an export keeps values.</summary>
    public NpyElement Element { get; init; }

    /// <summary>
    /// The id of the space that the vectors of an import are of, where the file of keys does not say; must agree where it
    /// does.
    /// </summary>
    public Guid? SpaceId { get; init; }

    /// <summary>Whether an import leaves vectors out whose row is not there, or has no text, instead of refusing all.</summary>
    public bool SkipUnknown { get; init; }

    internal string KeysPathFor(string path) => KeysPath ?? Path.ChangeExtension(path, ".keys.jsonl");
}
