using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Gives a collection another codec while it is searched and written: the codec is fitted on a sample of its vectors, a
/// second store is filled beside the one that serves, its index is built, and the two change places in one transaction.
/// </summary>
/// <remarks>
/// What a killed change leaves is a store that does not serve, with the codec that was fitted for it: the next change to
/// the same recipe goes on with it, any other drops it. Vectors are read where they are whole; where the store that serves
/// has only lossy codes, the texts are embedded again. Lock order: the collection's change (an advisory lock of the session,
/// so that there is one at a time), then as of every definition, then the old store.
/// </remarks>
public sealed class CodecChange
{
    private const string OneAtATime = "SELECT pg_catalog.pg_try_advisory_lock(7306, @id)";
    private const int BlocksPerCopy = 1_024;
    private const int CatchUps = 5;

    private readonly NpgsqlDataSource _dataSource;
    private readonly ITextEmbedder? _embedder;
    private readonly IProgress<AlterationProgress>? _progress;
    private readonly StoreReplacement _replacement;

    /// <summary>Creates a change.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">Embeds texts whose vectors are not whole any more; null: such a store is refused.</param>
    /// <param name="progress">Told how far it is.</param>
    public CodecChange(
        NpgsqlDataSource dataSource, ITextEmbedder? embedder = null, IProgress<AlterationProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _embedder = embedder;
        _progress = progress;
        _replacement = new StoreReplacement(dataSource, progress);
    }

    /// <summary>Changes a collection's codec.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="recipe">What the codec is to be.</param>
    /// <param name="options">How it is fitted and its store made.</param>
    /// <param name="cancellationToken">Stops it; the collection is then as it was, and the next change goes on.</param>
    /// <exception cref="PgEmbedException">
    /// There is no such collection, or it has no vectors to fit on; pgvector has no type or index for the indexed form; another
    /// change or an upgrade is under way; the vectors are not whole and there is no embedder; the index doesn't fit in memory.
    /// </exception>
    public async Task<AlterationResult> RunAsync(
        string name, StoreRecipe recipe, CodecChangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(recipe);
        options ??= new CodecChangeOptions();
        options.Validate();
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var old = await CollectionCatalog.FindAsync(connection, name, cancellationToken).ConfigureAwait(false)
                ?? throw new PgEmbedException($"Expected a collection named '{name}', found none.");
            if (old.Store.Codec.Name == recipe.ToString())
                return new AlterationResult(false, old, null);
            if (!await connection.QuerySingleAsync<bool>(new CommandDefinition(
                OneAtATime, new { id = old.Id }, cancellationToken: cancellationToken)).ConfigureAwait(false))
                throw new PgEmbedException(
                    $"Expected one change of codec of collection '{name}' at a time, found another under way.",
                    "Wait until it is done, or stop it.");
            var copy = new CodecCopy(old, _embedder);
            var made = await UnfinishedAsync(connection, old, recipe, cancellationToken).ConfigureAwait(false)
                ?? await MakeAsync(connection, old, recipe, options, cancellationToken).ConfigureAwait(false);
            await CopyAsync(connection, copy, old, made, cancellationToken).ConfigureAwait(false);
            await _replacement.IndexAsync(connection, old, made, options.Index, cancellationToken).ConfigureAwait(false);
            // What was written while the index was built, so that little is left for when writers wait.
            for (var i = 0; i < CatchUps; i++)
            {
                if (await copy.RunAsync(_dataSource, made, old.Store.Sql, "", cancellationToken).ConfigureAwait(false) < 1_000)
                    break;
            }

            _progress?.Report(new AlterationProgress { Phase = "switching" });
            await new ShortDdl().RunAsync(
                connection,
                async token =>
                {
                    await StoreReplacement.SwitchAsync(
                        connection, old, made, inner => copy.RunWithinAsync(connection, made, inner), token).ConfigureAwait(false);
                    return true;
                },
                $"switching collection '{name}' from {old.Store.Sql} to {made.Store.Sql}",
                cancellationToken).ConfigureAwait(false);
            var left = await StoreReplacement.TryDropAsync(connection, old.Store).ConfigureAwait(false) ? null : old.Store.Sql;
            var changed = await CollectionCatalog.FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
            return new AlterationResult(true, changed!, left);
        }
    }

    /// <summary>The store that a change to this recipe has begun; null for none.</summary>
    private static async Task<CollectionInfo?> UnfinishedAsync(
        NpgsqlConnection connection, CollectionInfo old, StoreRecipe recipe, CancellationToken cancellationToken)
    {
        var begun = await connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
            """
            SELECT max(store_id) FROM pgembed.store
            WHERE collection_id = @collection AND NOT serving AND space_id = @space AND coalesce(recipe, codec) = @recipe
              AND partition_column IS NOT DISTINCT FROM @partitioned
            """,
            new
            {
                collection = old.Id,
                space = old.Store.Space.Id,
                recipe = recipe.ToString(),
                partitioned = old.Store.Partitioning?.Column,
            },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        return begun is null
            ? null
            : await CollectionCatalog.FindAsync(connection, old.Name, cancellationToken, begun).ConfigureAwait(false);
    }

    private async Task<CollectionInfo> MakeAsync(
        NpgsqlConnection connection,
        CollectionInfo old,
        StoreRecipe recipe,
        CodecChangeOptions options,
        CancellationToken cancellationToken)
    {
        _progress?.Report(new AlterationProgress { Phase = "fitting the codec" });
        var (codec, candidates) = await FitAsync(connection, old, recipe, options, cancellationToken).ConfigureAwait(false);
        _progress?.Report(new AlterationProgress { Phase = "making the new store" });
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ExecuteAsync(CollectionCatalog.Lock, [], cancellationToken).ConfigureAwait(false);
            var now = await CollectionCatalog.FindAsync(connection, old.Name, cancellationToken).ConfigureAwait(false);
            if (now?.Store.Id != old.Store.Id)
                throw new PgEmbedException(
                    $"Expected collection '{old.Name}' to stay as it was while its codec was fitted, but it was altered.",
                    "Try again.");
            await CollectionAlteration.DropLeftoversAsync(connection, old, cancellationToken).ConfigureAwait(false);
            var definition = new CollectionDefinition
            {
                Name = old.Name,
                Schema = old.Source.Schema,
                Table = old.Source.Name,
                KeyColumns = [.. old.KeyColumns.Select(column => column.Name)],
                TextColumns = [.. old.TextColumns.Select(column => column.Name)],
                CarriedColumns = [.. old.CarriedColumns.Select(column => column.Name)],
                Partitioning = old.Store.Partitioning,
                Codec = codec,
            };
            var (made, _) = await StoreCatalog.AddAsync(
                connection,
                old.Id,
                definition,
                old.Store.Space,
                old.Source,
                old.Extension,
                serving: false,
                cancellationToken,
                candidates).ConfigureAwait(false);
            await StoreReplacement.CopyGrantsAsync(connection, old.Store, made.Store, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return made;
        }
    }

    private static async Task<(Codec Codec, int? Candidates)> FitAsync(
        NpgsqlConnection connection,
        CollectionInfo old,
        StoreRecipe recipe,
        CodecChangeOptions options,
        CancellationToken cancellationToken)
    {
        var store = old.Store;
        if (recipe.Indexed is null)
            return (recipe.Fit(new VectorBlock(0, store.Space.Dimensions), store.Space.Metric), null);
        var sample = await CodecCopy.SampleAsync(
            connection, old, Math.Max(options.FittedOn, options.Candidates is null ? options.MeasuredOn : 0), cancellationToken)
            .ConfigureAwait(false);
        if (sample.Count == 0)
            throw new PgEmbedException(
                $"Expected vectors in collection '{old.Name}' to fit a codec on, found none.", "Embed its rows first.");
        var fitted = new VectorBlock(Math.Min(sample.Count, options.FittedOn), sample.Dimensions);
        for (var i = 0; i < fitted.Count; i++)
            sample[i].Span.CopyTo(fitted.Row(i));
        var codec = recipe.Fit(fitted, store.Space.Metric, (ulong)options.Seed);
        Indexes.HnswLimits.MustFit(
            Indexes.IndexedTypeExtensions.Of(codec), codec.Indexed!.Dimensions, $"codec '{codec}'");
        var rows = await connection.QuerySingleAsync<long>(new CommandDefinition(
            $"SELECT count(*) FROM {store.Sql}", cancellationToken: cancellationToken, commandTimeout: 0)).ConfigureAwait(false);
        return (codec, options.Candidates ?? CandidateCount.Of(codec.Indexed, sample, rows));
    }

    private async Task CopyAsync(
        NpgsqlConnection connection,
        CodecCopy copy,
        CollectionInfo old,
        CollectionInfo made,
        CancellationToken cancellationToken)
    {
        var parts = await StoreReplacement.PartsAsync(connection, old.Store, cancellationToken).ConfigureAwait(false);
        var all = Math.Max(1, parts.Sum(part => part.Blocks));
        var done = 0L;
        foreach (var (table, blocks) in parts)
        {
            for (var block = 0L; block < blocks; block += BlocksPerCopy)
            {
                await copy.RunAsync(
                    _dataSource,
                    made,
                    table,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"o.ctid >= '({block},0)' AND o.ctid < '({block + BlocksPerCopy},0)' AND"),
                    cancellationToken).ConfigureAwait(false);
                done += Math.Min(BlocksPerCopy, blocks - block);
                _progress?.Report(new AlterationProgress { Phase = "copying", Copied = (double)done / all });
            }
        }

        await StoreReplacement.RunAsync(connection, $"ANALYZE {made.Store.Sql}", cancellationToken).ConfigureAwait(false);
    }
}
