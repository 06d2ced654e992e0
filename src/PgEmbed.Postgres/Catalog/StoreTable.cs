using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Makes a store's table, its partitions and the indexes of its carried columns.</summary>
internal static class StoreTable
{
    /// <summary>Makes the table, empty, with the partitions that its <see cref="Partitioning"/> asks for.</summary>
    /// <returns>The statements that were run.</returns>
    /// <exception cref="PgEmbedException">A carried column's type can't be compared.</exception>
    public static async Task<IReadOnlyList<string>> CreateAsync(
        NpgsqlConnection connection, CollectionInfo collection, CancellationToken cancellationToken)
    {
        var store = collection.Store;
        var partitioning = store.Partitioning;
        var run = new List<string>();
        // A primary key takes no NULL, and of a partitioned table it has the partition column. So where that may be NULL,
        // a unique constraint for which NULL equals NULL.
        var nullable = partitioning is not null
            && collection.CarriedColumns.Any(column => column.Name == partitioning.Column && column.Nullable);
        var columns = collection.KeyColumns
            .Select((column, i) => Column(StoreInfo.KeyColumn(i), column) + " NOT NULL")
            .Concat(collection.CarriedColumns.Select((column, i) => Column(StoreInfo.CarriedColumn(i), column)))
            .Append("chunk integer NOT NULL")
            .Append("content_hash bytea NOT NULL")
            .Concat(store.Forms(collection.Extension).Select(form => $"{form.Name} {form.Type} NOT NULL"))
            .Append($"{(nullable ? "UNIQUE NULLS NOT DISTINCT" : "PRIMARY KEY")} "
                + $"({string.Join(", ", collection.StoreIdentity)})");
        var partitionBy = partitioning is null
            ? ""
            : $" PARTITION BY {partitioning.StrategyName} ({collection.StoreColumn(partitioning.Column)})";
        await ComparableAsync(
            partitioning is null ? null : collection.Source.Column(partitioning.Column),
            $"CREATE TABLE {store.Sql} ({string.Join(", ", columns)}){partitionBy}").ConfigureAwait(false);

        // Codes don't compress, and should not be tried; before its partitions, so that they have it too.
        if (store.Codec.Rescoring is not null)
            await RunAsync($"ALTER TABLE {store.Sql} ALTER COLUMN rescoring SET STORAGE EXTERNAL").ConfigureAwait(false);
        for (var i = 0; i < collection.CarriedColumns.Count; i++)
        {
            var name = StoreInfo.CarriedColumn(i);
            await ComparableAsync(
                collection.CarriedColumns[i],
                $"CREATE INDEX {SqlName.Quote(store.NameWith("_" + name))} ON {store.Sql} ({name})")
                .ConfigureAwait(false);
        }

        await connection.ExecuteAsync(
            "SELECT pgembed.follow_store($1, $2::regclass)", [collection.Id, store.Sql], cancellationToken)
            .ConfigureAwait(false);
        if (partitioning is null)
            return run;
        foreach (var (ending, bound) in FirstPartitions(partitioning))
        {
            var partition = SqlName.Qualify(StoreInfo.Schema, store.NameWith(ending));
            await RunAsync($"CREATE TABLE {partition} PARTITION OF {store.Sql} {bound}").ConfigureAwait(false);
            // Without a primary key there is no replica identity, and a publication of all tables would refuse deletes.
            if (nullable)
                await RunAsync($"ALTER TABLE {partition} REPLICA IDENTITY FULL").ConfigureAwait(false);
        }

        var added = await StorePartitions.AddAsync(connection, collection, partitioning, cancellationToken)
            .ConfigureAwait(false);
        return [.. run, .. added.Select(partition => partition.Statement)];

        Task<int> RunAsync(string statement)
        {
            run.Add(statement);
            return connection.ExecuteAsync(statement, [], cancellationToken);
        }

        async Task ComparableAsync(SourceColumn? column, string statement)
        {
            try
            {
                await RunAsync(statement).ConfigureAwait(false);
            }
            catch (PostgresException e) when (column is not null && e.SqlState == PostgresErrorCodes.UndefinedObject)
            {
                throw new PgEmbedException(
                    $"Expected column {SqlName.Quote(column.Name)} of a type that can be compared and sorted, "
                    + $"found {column.Type}.",
                    "Carry or partition by another column.",
                    e);
            }
        }
    }

    private static string Column(string name, SourceColumn source) =>
        $"{name} {source.Type}" + (source.Collation is null ? "" : $" COLLATE {source.Collation}");

    private static IEnumerable<(string Ending, string Bound)> FirstPartitions(Partitioning partitioning) =>
        partitioning.Strategy == PartitionStrategy.Hash
            ? Enumerable.Range(0, partitioning.Count!.Value).Select(i => (
                string.Create(CultureInfo.InvariantCulture, $"_p{i + 1}"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"FOR VALUES WITH (MODULUS {partitioning.Count}, REMAINDER {i})")))
            : [("_default", "DEFAULT")];
}
