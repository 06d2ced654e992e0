using System.Runtime.CompilerServices;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>
/// Vectors in files: the vectors row by row in NumPy's <c>.npy</c> format (float32 or float16, little-endian), their keys
/// beside them in JSON lines, <c>vectors.keys.jsonl</c>. The first line of the keys names the space; each further line is
/// the key of the vector at that place, alone or as <c>{"key": …, "hash": …}</c> with the SHA-256 of its text.
/// </summary>
public static class VectorFile
{
    /// <summary>Writes a collection's vectors to a file; both files have their names only when they are complete.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="path">The file of the vectors.</param>
    /// <param name="options">How they are written.</param>
    /// <param name="progress">Told the count now and then.</param>
    /// <param name="cancellationToken">Stops it; nothing is left then.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="PgEmbedException">A key or a vector has no form in the files.</exception>
    /// <exception cref="IOException">A file can't be written.</exception>
    public static async Task<long> ExportAsync(
        VectorCollection collection,
        string path,
        VectorFileOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new VectorFileOptions();
        KeyJson.CheckColumns(collection.Info.KeyColumns);
        var space = collection.Info.Store.Space;
        var info = new VectorFileInfo(
            space.Id, space.Name, space.Dimensions, space.Metric.ToName(), collection.Info.Name,
            [.. collection.Info.KeyColumns.Select(column => column.Name)]);
        var count = 0L;
        var vectors = new NpyWriter(path, space.Dimensions, options.Element);
        await using (vectors.ConfigureAwait(false))
        {
            var keys = new KeyFileWriter(options.KeysPathFor(path), info);
            await using (keys.ConfigureAwait(false))
            {
                await foreach (var vector in collection.ExportVectorsAsync<object[]>(cancellationToken).ConfigureAwait(false))
                {
                    await WriteAsync(vectors, vector, cancellationToken).ConfigureAwait(false);
                    keys.Write(vector.Key, vector.Hash.Span);
                    if (++count % 10_000 == 0)
                        progress?.Report(count);
                }

                await keys.CompleteAsync(cancellationToken).ConfigureAwait(false);
                await vectors.CompleteAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return count;
    }

    /// <summary>Takes a file's vectors into a collection: all of them, or none.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="path">The file of the vectors.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops it; nothing is written then.</param>
    /// <exception cref="SpaceMismatchException">They are of another space than the collection is served from.</exception>
    /// <exception cref="PgEmbedException">
    /// A file is not of its format, they don't have the same count, or a vector can't be taken in; its place is named.
    /// </exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static async Task<VectorImportResult> ImportAsync(
        VectorCollection collection,
        string path,
        VectorFileOptions? options = null,
        IProgress<VectorImportResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new VectorFileOptions();
        KeyJson.CheckColumns(collection.Info.KeyColumns);
        var vectors = await NpyReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using (vectors.ConfigureAwait(false))
        {
            var space = collection.Info.Store.Space;
            if (vectors.Header.Dimensions != space.Dimensions)
                throw new InvalidVectorException(
                    $"Expected vectors of {space.Dimensions} dimensions (space {space.Name}), "
                    + $"found {vectors.Header.Dimensions} in {path}.");
            using var keys = await KeyFileReader.OpenAsync(options.KeysPathFor(path), cancellationToken).ConfigureAwait(false);
            CheckSpace(space, keys.Info, options.SpaceId, path);
            return await collection.ImportVectorsAsync(
                space,
                ReadAsync(vectors, keys, collection.Info.KeyColumns, path, cancellationToken),
                new VectorImportOptions { SkipUnknown = options.SkipUnknown },
                progress,
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask WriteAsync(
        NpyWriter vectors, KeyedVector<object[]> vector, CancellationToken cancellationToken)
    {
        try
        {
            await vectors.WriteAsync(vector.Values, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidVectorException e)
        {
            throw new PgEmbedException(
                $"The vector with key {string.Join(", ", vector.Key)} can't be written. {e.Message}", innerException: e);
        }
    }

    private static void CheckSpace(VectorSpace space, VectorFileInfo? info, Guid? given, string path)
    {
        if (info is null && given is null)
            throw new PgEmbedException(
                $"Expected to be told which space the vectors of {path} are of: the file of keys does not say.",
                $"If model {space.Name} made them, name its space: {space.Id}");
        if (info is not null && info.SpaceId != space.Id)
            throw new SpaceMismatchException(space.ToString(), $"{info.Space} ({info.SpaceId})");
        if (given is not null && given != space.Id)
            throw new SpaceMismatchException($"{space} ({space.Id})", $"{given}");
    }

    private static async IAsyncEnumerable<KeyedVector<object[]>> ReadAsync(
        NpyReader vectors,
        KeyFileReader keys,
        IReadOnlyList<SourceColumn> columns,
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var values in vectors.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (key, hash) = await keys.ReadAsync(columns, cancellationToken).ConfigureAwait(false)
                ?? throw new PgEmbedException(
                    $"Expected a key for each of the {vectors.Header.Count} vectors of {path}, found {count}.");
            count++;
            yield return new KeyedVector<object[]>(key, values) { Hash = hash };
        }

        if (await keys.ReadAsync(columns, cancellationToken).ConfigureAwait(false) is not null)
            throw new PgEmbedException(
                $"Expected a vector for each key, but {path} has {count} vectors, and there are more keys.");
    }
}
