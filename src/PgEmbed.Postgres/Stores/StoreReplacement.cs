using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>The steps by which a new store comes in place of the one that serves a collection.</summary>
internal sealed class StoreReplacement(NpgsqlDataSource dataSource, IProgress<AlterationProgress>? progress)
{
    /// <summary>The condition that a row of the old store (o) and one of the new (n) are of the same chunk.</summary>
    public static string SameRow(CollectionInfo old) =>
        string.Join(" AND ", old.StoreKeys.Append("chunk").Select(column => $"o.{column} = n.{column}"));

    /// <summary>The tables that hold a store's rows, and how many blocks each has.</summary>
    public static async Task<IReadOnlyList<(string Table, long Blocks)>> PartsAsync(
        NpgsqlConnection connection, StoreInfo store, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(string Table, long Blocks)>(new CommandDefinition(
            """
            SELECT format('%I.%I', n.nspname, c.relname), pg_relation_size(c.oid) / current_setting('block_size')::bigint
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT @store::regclass UNION SELECT relid FROM pg_partition_tree(@store::regclass))
              AND c.relkind = 'r'
            """,
            new { store = store.Sql },
            cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();

    /// <summary>Gives the new store's table the grants of the old one's.</summary>
    public static async Task CopyGrantsAsync(
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

    /// <summary>Builds the indexes that the old store has on the new one.</summary>
    public async Task IndexAsync(
        NpgsqlConnection connection,
        CollectionInfo old,
        CollectionInfo made,
        HnswOptions? options,
        CancellationToken cancellationToken)
    {
        var there = (await HnswIndexReader.OfTableAsync(connection, old.Store.Sql, cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(index => index is { Filter: null, State: HnswIndexState.Valid, Column: not null });
        var report = progress is null ? null : new IndexReport(progress);
        if (there is not null)
            await BuildAsync(null, options ?? new HnswOptions { M = there.M, EfConstruction = there.EfConstruction })
                .ConfigureAwait(false);
        var partial = await PartialIndexFilters.OverAsync(connection, old, made, cancellationToken).ConfigureAwait(false);
        foreach (var (index, condition) in partial.Where(p => p.Condition is not null))
            await BuildAsync(condition, new HnswOptions { M = index.M, EfConstruction = index.EfConstruction })
                .ConfigureAwait(false);

        Task BuildAsync(string? filter, HnswOptions hnsw) => new IndexManager(dataSource).BuildAsync(
            IndexTargetReader.OfStore(made, filter), hnsw, progress: report, cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Makes the new store just what the old one is, keeping writers from that meanwhile, and puts it in its place.
    /// </summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="old">The collection with the store that serves.</param>
    /// <param name="made">The collection with the store that is to.</param>
    /// <param name="addMissing">Adds the vectors that the new store does not have.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task SwitchAsync(
        NpgsqlConnection connection,
        CollectionInfo old,
        CollectionInfo made,
        Func<CancellationToken, Task> addMissing,
        CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(CollectionCatalog.Lock, [], cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync(
            $"LOCK TABLE {old.Store.Sql} IN SHARE ROW EXCLUSIVE MODE", [], cancellationToken).ConfigureAwait(false);
        var carriedDiffer = made.CarriedColumns.Count == 0
            ? ""
            : $"AND NOT ({made.CarriedDiffer("n", "s", made.CarriedColumns)})";
        await RunAsync(
            connection,
            $"""
            DELETE FROM {made.Store.Sql} n WHERE NOT EXISTS (
                SELECT FROM {old.Store.Sql} o JOIN {old.Source.Sql} s ON {old.KeyJoin("o", "s")}
                WHERE {SameRow(old)} AND o.content_hash = n.content_hash {carriedDiffer})
            """,
            cancellationToken).ConfigureAwait(false);
        await addMissing(cancellationToken).ConfigureAwait(false);

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

    /// <summary>
    /// Drops a store, unless others hold it: a search that is under way keeps the table a while. Also after a failure, when the
    /// caller's token may be cancelled.
    /// </summary>
    public static async Task<bool> TryDropAsync(NpgsqlConnection connection, StoreInfo store)
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

    /// <summary>Runs a statement however long it takes.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
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
