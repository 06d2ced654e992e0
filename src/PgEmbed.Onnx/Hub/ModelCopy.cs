using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// A model in a folder. Links are followed where <see cref="ModelPath"/> lets them.
/// </summary>
internal sealed class ModelCopy : IModelOrigin
{
    // A model has a few dozen files; a folder with more than this is another kind of folder.
    private const int MaxFiles = 10_000;

    private readonly string _folder;
    private readonly string? _modelFile;

    public ModelCopy(string folder, string? modelFile)
    {
        _folder = RealPath.Of(Path.GetFullPath(folder));
        _modelFile = modelFile;
        if (!Directory.Exists(_folder))
            throw new PgEmbedException(
                $"There is no model folder {Path.GetFullPath(folder)}.",
                "Give a folder laid out as on the Hugging Face hub, with an ONNX file.");
    }

    /// <inheritdoc/>
    public bool CanContinue => false;

    /// <inheritdoc/>
    public Task<string> VersionAsync(CancellationToken cancellationToken) => Task.FromResult("copy");

    /// <inheritdoc/>
    public Task<bool> IsAsync(ModelSource source, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public async Task<ModelSource> GatherAsync(string folder, CancellationToken cancellationToken)
    {
        var available = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Take(MaxFiles)
            .Select(path => Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .ToHashSet(StringComparer.Ordinal);
        if (available.Count == MaxFiles)
            throw new PgEmbedException($"{_folder} has {MaxFiles} files and more.", "Give the folder of one model.");
        var (modelFile, files) = await ModelParts.GatherAsync(
            available, _modelFile, folder, (path, target) => CopyAsync(path, target, cancellationToken))
            .ConfigureAwait(false);
        return new ModelSource
        {
            Kind = ModelSourceKind.Folder,
            Origin = _folder,
            ModelFile = modelFile,
            AddedAt = DateTimeOffset.UtcNow,
            Files = ModelSourceFile.Of(folder, files),
        };
    }

    private async Task CopyAsync(string path, string target, CancellationToken cancellationToken)
    {
        var from = File.OpenRead(ModelPath.In(_folder, path));
        await using var _ = from.ConfigureAwait(false);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var to = File.Create(target);
        await using var __ = to.ConfigureAwait(false);
        await from.CopyToAsync(to, cancellationToken).ConfigureAwait(false);
        to.Flush(flushToDisk: true);
    }
}
