using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Gives a collection other carried columns, or divides its store otherwise, while it is searched and written. No text is
/// embedded again: a second store is made beside the one that serves, the vectors are copied, its index is built, and the
/// two change places.
/// </summary>
/// <remarks>
/// The copy runs in short transactions and locks nothing, so it may miss what is written meanwhile. The last step makes
/// up for it: it keeps writers, not searches, from the old store, compares the two, and switches in the same transaction.
/// It gives up its lock after half a second and tries again, so that nobody queues behind it. What a killed alteration
/// leaves is a store that doesn't serve; the next alteration drops it. Lock order: as of every definition, then the old
/// store.
/// </remarks>
public sealed class CollectionAlteration
{
    private const int BlocksPerCopy = 4_096;

    private readonly NpgsqlDataSource _dataSource;
    private readonly IProgress<AlterationProgress>? _progress;

    /// <summary>Creates an alteration.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="progress">Told how far it is.</param>
    public CollectionAlteration(NpgsqlDataSource dataSource, IProgress<AlterationProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _progress = progress;
    }

    /// <summary>Alters a collection.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="carriedColumns">All columns that it is to carry.</param>
    /// <param name="partitioning">How its store is to be divided; null for one table.</param>
    /// <param name="index">
    /// How the new store's HNSW index is built, where the old one has one. Null: as the old one was. Partial indexes are built
    /// as they were, but for those over columns that are no longer carried.
    /// </param>
    /// <param name="cancellationToken">Stops it; the collection is then as it was.</param>
    /// <exception cref="PgEmbedException">
    /// There is no such collection; a column doesn't fit; an upgrade is under way; the index doesn't fit in memory.
    /// </exception>
    public async Task<AlterationResult> RunAsync(
        string name,
        IReadOnlyList<string> carriedColumns,
        Partitioning? partitioning,
        HnswOptions? index = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(carriedColumns);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            Say("making the new store");
            var (old, made) = await PrepareAsync(connection, name, carriedColumns, partitioning, cancellationToken)
                .ConfigureAwait(false);
            if (made is null)
                return new AlterationResult(false, old, null);
            try
            {
                await CopyAsync(connection, old, made, cancellationToken).ConfigureAwait(false);
                await IndexAsync(connection, old, made, index, cancellationToken).ConfigureAwait(false);
                Say("switching");
                await new ShortDdl().RunAsync(
                    connection,
                    async token =>
                    {
                        await SwitchAsync(connection, old, made, token).ConfigureAwait(false);
                        return true;
                    },
                    $"switching collection '{name}' from {old.Store.Sql} to {made.Store.Sql}",
                    cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await TryDropAsync(connection, made.Store).ConfigureAwait(false);
                throw;
            }

            var left = await TryDropAsync(connection, old.Store).ConfigureAwait(false) ? null : old.Store.Sql;
            var altered = await CollectionCatalog.FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
            return new AlterationResult(true, altered!, left);
        }
    }

    private void Say(string phase) => _progress?.Report(new AlterationProgress { Phase = phase });

    /// <returns>The collection as it is, and with its new store; null where it is to be just so.</returns>
    private static async Task<(CollectionInfo Old, CollectionInfo? Made)> PrepareAsync(
        NpgsqlConnection connection,
        string name,
        IReadOnlyList<string> carriedColumns,
        Partitioning? partitioning,
        CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await connection.ExecuteAsync(CollectionCatalog.Lock, [], cancellationToken).ConfigureAwait(false);
            var old = await CollectionCatalog.FindAsync(connection, name, cancellationToken).ConfigureAwait(false)
                ?? throw new PgEmbedException($"Expected a collection named '{name}', found none.");
            var definition = new CollectionDefinition
            {
                Name = name,
                Schema = old.Source.Schema,
                Table = old.Source.Name,
                KeyColumns = [.. old.KeyColumns.Select(column => column.Name)],
                TextColumns = [.. old.TextColumns.Select(column => column.Name)],
                CarriedColumns = carriedColumns,
                Partitioning = partitioning,
                Codec = old.Store.Codec,
            };
            definition.Validate();
            var asked = partitioning is { Values.Count: > 0 } or { Bounds.Count: > 0 };
            if (!asked && carriedColumns.SequenceEqual(old.CarriedColumns.Select(column => column.Name))
                && Equals(partitioning?.ToString(), old.Store.Partitioning?.ToString()))
                return (old, null);
            await DropLeftoversAsync(connection, old, cancellationToken).ConfigureAwait(false);
            var (made, _) = await StoreCatalog.AddAsync(
                connection,
                old.Id,
                definition,
                old.Store.Space,
                old.Source,
                old.Extension,
                serving: false,
                cancellationToken).ConfigureAwait(false);
            await CopyGrantsAsync(connection, old.Store, made.Store, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (old, made);
        }
    }

    private static async Task DropLeftoversAsync(
        NpgsqlConnection connection, CollectionInfo collection, CancellationToken cancellationToken)
    {
        var others = await connection.QueryAsync<(int Id, string Table, bool Ours)>(new CommandDefinition(
            """
            SELECT store_id, table_name, space_id = @space AND codec = @codec FROM pgembed.store
            WHERE collection_id = @collection AND NOT serving
            """,
            new { space = collection.Store.Space.Id, codec = collection.Store.Codec.Name, collection = collection.Id },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        foreach (var (id, table, ours) in others)
        {
            if (!ours)
                throw new PgEmbedException(
                    $"Expected collection '{collection.Name}' with the one store that serves it, found "
                    + $"{SqlName.Qualify(StoreInfo.Schema, table)} in another space or codec too.",
                    "Complete the upgrade, or roll it back, first.");
            await StoreCatalog.DropAsync(connection, id, table, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task CopyGrantsAsync(
        NpgsqlConnection connection, StoreInfo from, StoreInfo to, CancellationToken cancellationToken)
    {
        var grants = await connection.QueryAsync<string>(new CommandDefinition(
            """
            SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, @to,
                       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,
                       CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
            WHERE c.oid = @from::regclass AND a.grantee <> c.relowner
            """,
            new { from = from.Sql, to = to.Sql },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        foreach (var grant in grants)
            await connection.ExecuteAsync(grant, [], cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(
        NpgsqlConnection connection, CollectionInfo old, CollectionInfo made, CancellationToken cancellationToken)
    {
        var parts = (await connection.QueryAsync<(string Table, long Blocks)>(new CommandDefinition(
            """
            SELECT format('%I.%I', n.nspname, c.relname), pg_relation_size(c.oid) / current_setting('block_size')::bigint
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT @store::regclass UNION SELECT relid FROM pg_partition_tree(@store::regclass))
              AND c.relkind = 'r'
            """,
            new { store = old.Store.Sql },
            cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();
        var all = Math.Max(1, parts.Sum(part => part.Blocks));
        var done = 0L;
        foreach (var (table, blocks) in parts)
        {
            for (var block = 0L; block < blocks; block += BlocksPerCopy)
            {
                // By place in the table: a row that is updated meanwhile may come twice, or not at all.
                await RunAsync(
                    connection,
                    InsertSql(old, made, table) + string.Create(
                        CultureInfo.InvariantCulture,
                        $" WHERE o.ctid >= '({block},0)' AND o.ctid < '({block + BlocksPerCopy},0)' ON CONFLICT DO NOTHING"),
                    cancellationToken).ConfigureAwait(false);
                done += Math.Min(BlocksPerCopy, blocks - block);
                _progress?.Report(new AlterationProgress { Phase = "copying", Copied = (double)done / all });
            }
        }

        await RunAsync(connection, $"ANALYZE {made.Store.Sql}", cancellationToken).ConfigureAwait(false);
    }

    private async Task IndexAsync(
        NpgsqlConnection connection,
        CollectionInfo old,
        CollectionInfo made,
        HnswOptions? options,
        CancellationToken cancellationToken)
    {
        var there = (await HnswIndexReader.OfTableAsync(connection, old.Store.Sql, cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(index => index is { Filter: null, State: HnswIndexState.Valid, Column: not null });
        var progress = _progress is null ? null : new IndexReport(_progress);
        if (there is not null)
            await BuildAsync(null, options ?? new HnswOptions { M = there.M, EfConstruction = there.EfConstruction })
                .ConfigureAwait(false);
        var partial = await PartialIndexFilters.OverAsync(connection, old, made, cancellationToken).ConfigureAwait(false);
        foreach (var (index, condition) in partial.Where(p => p.Condition is not null))
            await BuildAsync(condition, new HnswOptions { M = index.M, EfConstruction = index.EfConstruction })
                .ConfigureAwait(false);

        Task BuildAsync(string? filter, HnswOptions hnsw) => new IndexManager(_dataSource).BuildAsync(
            IndexTargetReader.OfStore(made, filter), hnsw, progress: progress, cancellationToken: cancellationToken);
    }

    private static async Task SwitchAsync(
        NpgsqlConnection connection, CollectionInfo old, CollectionInfo made, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(CollectionCatalog.Lock, [], cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            $"LOCK TABLE {old.Store.Sql} IN SHARE ROW EXCLUSIVE MODE", [], cancellationToken).ConfigureAwait(false);
        var same = string.Join(" AND ", old.StoreKeys.Append("chunk").Select(column => $"o.{column} = n.{column}"));
        var carriedDiffer = made.CarriedColumns.Count == 0
            ? ""
            : $"AND NOT ({made.CarriedDiffer("n", "s", made.CarriedColumns)})";
        await RunAsync(
            connection,
            $"""
            DELETE FROM {made.Store.Sql} n WHERE NOT EXISTS (
                SELECT FROM {old.Store.Sql} o JOIN {old.Source.Sql} s ON {old.KeyJoin("o", "s")}
                WHERE {same} AND o.content_hash = n.content_hash {carriedDiffer})
            """,
            cancellationToken).ConfigureAwait(false);
        await RunAsync(
            connection,
            InsertSql(old, made, old.Store.Sql)
                + $" WHERE NOT EXISTS (SELECT FROM {made.Store.Sql} n WHERE {same})",
            cancellationToken).ConfigureAwait(false);

        await connection.ExecuteAsync(
            "UPDATE pgembed.store SET serving = false WHERE store_id = $1", [old.Store.Id], cancellationToken)
            .ConfigureAwait(false);
        var switched = await connection.ExecuteAsync(
            """
            UPDATE pgembed.store made
            SET serving = true, tuned_m = old.tuned_m, tuned_ef_construction = old.tuned_ef_construction,
                tuned_ef_search = old.tuned_ef_search, tuned_recall = old.tuned_recall, tuned_k = old.tuned_k,
                tuned_at = old.tuned_at
            FROM pgembed.store old WHERE made.store_id = $1 AND old.store_id = $2
            """,
            [made.Store.Id, old.Store.Id],
            cancellationToken).ConfigureAwait(false);
        if (switched != 1)
            throw new PgEmbedException(
                $"Expected the store {made.Store.Sql} that was made for collection '{old.Name}', but it was dropped.",
                "Another alteration or a drop came between: look at pgembed collection show, then try again.");
        await connection.ExecuteAsync(
            "UPDATE pgembed.collection SET carried_columns = $1 WHERE collection_id = $2",
            [made.CarriedColumns.Select(column => column.Name).ToArray(), made.Id],
            cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync("SELECT pgembed.create_nearest($1)", [old.Name], cancellationToken)
            .ConfigureAwait(false);
    }

    // Also after a failure, when the caller's token may be cancelled. A search that is under way keeps the table a while.
    private static async Task<bool> TryDropAsync(NpgsqlConnection connection, StoreInfo store)
    {
        try
        {
            return await new ShortDdl { GiveUpAfter = TimeSpan.FromSeconds(20) }.RunAsync(
                connection,
                token => StoreCatalog.DropAsync(connection, store.Id, store.TableName, token),
                $"dropping {store.Sql}",
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PgEmbedException or NpgsqlException)
        {
            return false;
        }
    }

    private static string InsertSql(CollectionInfo old, CollectionInfo made, string from)
    {
        string[] columns = [.. old.StoreKeys, .. made.StoreCarried, "chunk", "content_hash", "embedding"];
        string[] values =
        [
            .. old.StoreKeys.Select(key => "o." + key),
            .. made.CarriedColumns.Select(column => "s." + SqlName.Quote(column.Name)),
            "o.chunk",
            "o.content_hash",
            "o.embedding",
        ];
        return $"INSERT INTO {made.Store.Sql} ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} "
            + $"FROM {from} o JOIN {old.Source.Sql} s ON {old.KeyJoin("o", "s")}";
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = connection.Command(sql);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class IndexReport(IProgress<AlterationProgress> progress) : IProgress<IndexBuildProgress>
    {
        public void Report(IndexBuildProgress value) =>
            progress.Report(new AlterationProgress { Phase = "building the index", Copied = 1, Index = value });
    }
}
