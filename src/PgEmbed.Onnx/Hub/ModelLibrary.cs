using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// A folder of models, each in a folder of its name. Models are added and removed in one step: one that is listed is
/// whole. Safe to use from several processes at once.
/// </summary>
/// <remarks>
/// A model is gathered in <c>.staging/NAME/VERSION</c> under the lock <c>.locks/NAME</c>, opened, and renamed to its
/// place. What an interrupted pull has fetched stays in staging, and the next pull of that version goes on with it.
/// </remarks>
public sealed class ModelLibrary
{
    private const int MaxNameLength = 100;

    /// <summary>Names a library.</summary>
    /// <param name="folder">Its folder; made when the first model is added.</param>
    public ModelLibrary(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Path.GetFullPath(folder);
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The names of its models, in order.</summary>
    public IReadOnlyList<string> Names() => Directory.Exists(Folder)
        ?
        [
            .. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)!)
                .Where(IsEntry).Order(StringComparer.Ordinal),
        ]
        : [];

    /// <summary>A model's folder; null where there is none of that name.</summary>
    public string? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsEntry(name) && Directory.Exists(PathOf(name)) ? PathOf(name) : null;
    }

    /// <summary>Copies a model's folder, of it what a model needs.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">What to call the model; null: as its folder.</param>
    /// <param name="modelFile">The ONNX file to take, relative to the folder; null: the first usual one.</param>
    /// <param name="cancellationToken">Stops it; nothing stays.</param>
    /// <returns>The model's folder in the library.</returns>
    /// <exception cref="PgEmbedException">
    /// The folder is not a model that can be used, there is one of that name already, or the library can't be written.
    /// </exception>
    public Task<string> AddAsync(
        string folder, string? name = null, string? modelFile = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return InstallAsync(
            name ?? new DirectoryInfo(folder).Name, new ModelCopy(folder, modelFile), null, cancellationToken);
    }

    /// <summary>Fetches a model from a hub, of it what a model needs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Where from, and what.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Stops it; the next pull goes on with what is there.</param>
    /// <returns>The model's folder in the library; where just that version is there already, as it is.</returns>
    /// <exception cref="PgEmbedException">
    /// The hub can't be reached or does not have the model, a file arrives damaged or is too large, the model is of a
    /// kind that is not supported, there is another of that name, or the library can't be written.
    /// </exception>
    public async Task<string> PullAsync(
        HubModelId model,
        HubOptions options,
        IProgress<PullProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var pull = new HubPull(model, options, progress);
        return await InstallAsync(
            options.Name ?? model.Name,
            pull,
            () => progress?.Report(new PullProgress(
                PullStep.Waiting, Message: "Another process installs a model of this name: waiting for its end.")),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a model that was added or pulled, and what an interrupted pull of it left.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Stops waiting for another process that installs it.</param>
    /// <exception cref="PgEmbedException">
    /// There is no such model, it came to the folder in another way, or it can't be removed.
    /// </exception>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        FindRemovable(name);
        try
        {
            using var held = await LibraryLock.TakeAsync(LockOf(name), null, cancellationToken).ConfigureAwait(false);
            if (Directory.Exists(PathOf(name)))
            {
                // Out of sight at once, then away piece by piece. Of a link, the link alone.
                Directory.CreateDirectory(StagingOf(name));
                Directory.Move(PathOf(name), Path.Combine(StagingOf(name), $"removed-{Guid.NewGuid():N}"));
            }

            Clear(StagingOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(e);
        }
    }

    /// <summary>The folder that <see cref="RemoveAsync"/> would remove.</summary>
    /// <param name="name">The model's name.</param>
    /// <exception cref="PgEmbedException">There is no such model, or it came to the folder in another way.</exception>
    public string FindRemovable(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == BuiltInModel.Name)
            throw new PgEmbedException($"'{name}' comes with the program and can't be removed.");
        ValidateName(name);
        if (!Directory.Exists(PathOf(name)))
            return Directory.Exists(StagingOf(name))
                ? StagingOf(name)
                : throw new PgEmbedException(
                    $"There is no model '{name}' in {Folder}.", "pgembed model list shows what there is.");
        // The setting of the library's folder may name a folder of other things.
        return File.Exists(Path.Combine(PathOf(name), ModelSource.FileName))
            ? PathOf(name)
            : throw new PgEmbedException(
                $"{PathOf(name)} was not added or pulled: it has no {ModelSource.FileName}.",
                "It is removed by hand only.");
    }

    /// <summary>Checks that a model can be given a name: it is a file's name on every system, and a word.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="PgEmbedException">It can't, or is the built-in model's.</exception>
    public static void ValidateName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
            throw new PgEmbedException(
                $"Expected a model's name of up to {MaxNameLength} letters, digits, '.', '-', '_' and '+', not beginning or "
                + $"ending with '.', got '{name}'.",
                "Give the model a name (--name).");
        if (name == BuiltInModel.Name)
            throw new PgEmbedException(
                $"The name '{name}' is that of the model that comes with the program.", "Take another name (--name).");
    }

    private async Task<string> InstallAsync(
        string name, IModelOrigin origin, Action? onWait, CancellationToken cancellationToken)
    {
        ValidateName(name);
        try
        {
            using var held = await LibraryLock.TakeAsync(LockOf(name), onWait, cancellationToken).ConfigureAwait(false);
            if (Path.Exists(PathOf(name)))
                return await IsInstalledAsync(name, origin, cancellationToken).ConfigureAwait(false)
                    ? PathOf(name)
                    : throw new PgEmbedException(
                        $"There is another model '{name}' already, in {PathOf(name)}.",
                        "Give this one another name (--name), or remove that one first.");
            var version = await origin.VersionAsync(cancellationToken).ConfigureAwait(false);
            await GatherAsync(name, Path.Combine(StagingOf(name), version), origin, cancellationToken)
                .ConfigureAwait(false);
            return PathOf(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(e);
        }
    }

    private async Task<bool> IsInstalledAsync(string name, IModelOrigin origin, CancellationToken cancellationToken) =>
        ModelSource.Read(PathOf(name)) is { } source
        && await origin.IsAsync(source, cancellationToken).ConfigureAwait(false);

    private async Task GatherAsync(
        string name, string staging, IModelOrigin origin, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(staging);
        foreach (var other in Directory.EnumerateDirectories(StagingOf(name)).Where(path => path != staging))
            Clear(other);
        var whole = false;
        try
        {
            var source = await origin.GatherAsync(staging, cancellationToken).ConfigureAwait(false);
            RemoveOthers(staging, source);
            ModelFolder.Open(staging, new ModelFolderOptions { Name = name });
            source.Write(staging);
            Directory.Move(staging, PathOf(name));
            whole = true;
        }
        finally
        {
            if (whole || !origin.CanContinue)
                Clear(StagingOf(name));
        }
    }

    /// <summary>Removes what an interrupted pull of another ONNX file left.</summary>
    private static void RemoveOthers(string staging, ModelSource source)
    {
        var files = source.Files.Select(file => HubPath.In(staging, file.Path)).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories))
        {
            if (!files.Contains(path))
                File.Delete(path);
        }
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(Folder, name);

    private string StagingOf(string name) => Path.Combine(Folder, ".staging", name);

    private string LockOf(string name) => Path.Combine(Folder, ".locks", name);

    private PgEmbedException NotWritable(Exception cause) => new(
        $"The models folder {Folder} can't be changed: {cause.Message}",
        "Make room in it and allow writing to it, or keep models elsewhere (PGEMBED_MODELS).",
        cause);

    /// <summary>Whether a name is of something in the folder itself, and not the library's own.</summary>
    private static bool IsEntry(string name) =>
        name.Length > 0 && name[0] != '.' && !name.AsSpan().ContainsAny("/\\\0");

    /// <summary>Whether a model can be given a name: it is a file's name on every system, and a word.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && name[0] != '.' && name[^1] != '.'
        && name.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '+')
        && name.IsNormalized();
}
