namespace PgEmbed.Onnx.Hub;

/// <summary>Where a model in the library came from.</summary>
public enum ModelSourceKind
{
    /// <summary>Copied from a folder.</summary>
    Folder,

    /// <summary>Pulled from a hub.</summary>
    Hub,
}
