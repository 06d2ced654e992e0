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
    private readonly StoreReplacement _replacement;

    /// <summary>Creates an alteration.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="progress">Told how far it is.</param>
    public CollectionAlteration(NpgsqlDataSource dataSource, IProgress<AlterationProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _progress = progress;
        _replacement = new StoreReplacement(dataSource, progress);
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
                await _replacement.IndexAsync(connection, old, made, index, cancellationToken).ConfigureAwait(false);
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
                await StoreReplacement.TryDropAsync(connection, made.Store).ConfigureAwait(false);
                throw;
            }

            var left = await StoreReplacement.TryDropAsync(connection, old.Store).ConfigureAwait(false) ? null : old.Store.Sql;
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
                cancellationToken,
                old.Store.Candidates).ConfigureAwait(false);
            await StoreReplacement.CopyGrantsAsync(connection, old.Store, made.Store, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (old, made);
        }
    }

    /// <summary>Drops what an alteration, or a change of codec, that was cut off has left.</summary>
    /// <exception cref="PgEmbedException">There is a store in another space.</exception>
    internal static async Task DropLeftoversAsync(
        NpgsqlConnection connection, CollectionInfo collection, CancellationToken cancellationToken)
    {
        var others = await connection.QueryAsync<(int Id, string Table, bool Ours)>(new CommandDefinition(
            """
            SELECT store_id, table_name, space_id = @space FROM pgembed.store
            WHERE collection_id = @collection AND NOT serving
            """,
            new { space = collection.Store.Space.Id, collection = collection.Id },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        foreach (var (id, table, ours) in others)
        {
            if (!ours)
                throw new PgEmbedException(
                    $"Expected collection '{collection.Name}' with the one store that serves it, found "
                    + $"{SqlName.Qualify(StoreInfo.Schema, table)} in another space too.",
                    "Complete the upgrade, or roll it back, first.");
            await StoreCatalog.DropAsync(connection, id, table, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(
        NpgsqlConnection connection, CollectionInfo old, CollectionInfo made, CancellationToken cancellationToken)
    {
        var parts = await StoreReplacement.PartsAsync(connection, old.Store, cancellationToken).ConfigureAwait(false);
        var all = Math.Max(1, parts.Sum(part => part.Blocks));
        var done = 0L;
        foreach (var (table, blocks) in parts)
        {
            for (var block = 0L; block < blocks; block += BlocksPerCopy)
            {
                // By place in the table: a row that is updated meanwhile may come twice, or not at all.
                await StoreReplacement.RunAsync(
                    connection,
                    InsertSql(old, made, table) + string.Create(
                        CultureInfo.InvariantCulture,
                        $" WHERE o.ctid >= '({block},0)' AND o.ctid < '({block + BlocksPerCopy},0)' ON CONFLICT DO NOTHING"),
                    cancellationToken).ConfigureAwait(false);
                done += Math.Min(BlocksPerCopy, blocks - block);
                _progress?.Report(new AlterationProgress { Phase = "copying", Copied = (double)done / all });
            }
        }

        await StoreReplacement.RunAsync(connection, $"ANALYZE {made.Store.Sql}", cancellationToken).ConfigureAwait(false);
    }

    private static Task SwitchAsync(
        NpgsqlConnection connection, CollectionInfo old, CollectionInfo made, CancellationToken cancellationToken) =>
        StoreReplacement.SwitchAsync(
            connection,
            old,
            made,
            token => StoreReplacement.RunAsync(
                connection,
                InsertSql(old, made, old.Store.Sql)
                    + $" WHERE NOT EXISTS (SELECT FROM {made.Store.Sql} n WHERE {StoreReplacement.SameRow(old)})",
                token),
            cancellationToken);

    private static string InsertSql(CollectionInfo old, CollectionInfo made, string from)
    {
        string[] forms = [.. made.Store.Forms(made.Extension).Select(form => form.Name)];
        string[] columns = [.. old.StoreKeys, .. made.StoreCarried, "chunk", "content_hash", .. forms];
        string[] values =
        [
            .. old.StoreKeys.Select(key => "o." + key),
            .. made.CarriedColumns.Select(column => "s." + SqlName.Quote(column.Name)),
            "o.chunk",
            "o.content_hash",
            .. forms.Select(form => "o." + form),
        ];
        return $"INSERT INTO {made.Store.Sql} ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} "
            + $"FROM {from} o JOIN {old.Source.Sql} s ON {old.KeyJoin("o", "s")}";
    }
}
