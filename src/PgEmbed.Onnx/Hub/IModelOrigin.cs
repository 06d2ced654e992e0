namespace PgEmbed.Onnx.Hub;

/// <summary>Where the library gets a model from.</summary>
internal interface IModelOrigin
{
    /// <summary>Whether what <see cref="GatherAsync"/> left when it failed is of use to the next attempt.</summary>
    bool CanContinue { get; }

    /// <summary>A name for just this version of the model, so that parts of two versions never meet.</summary>
    Task<string> VersionAsync(CancellationToken cancellationToken);

    /// <summary>Whether a model of the library is the one that would be gathered.</summary>
    Task<bool> IsAsync(ModelSource source, CancellationToken cancellationToken);

    /// <summary>Brings the model's files to a folder, where some may be already.</summary>
    Task<ModelSource> GatherAsync(string folder, CancellationToken cancellationToken);
}
