using Dapper;
using Npgsql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Reads how collections stand: what <c>pgembed.collection_status</c> says, and the partitions.</summary>
internal static class CollectionStatusReader
{
    public static async Task<IReadOnlyList<CollectionStatus>> ReadAsync(
        NpgsqlConnection connection, string? name, CancellationToken cancellationToken)
    {
        var rows = await SchemaMissing.GuardAsync(() => connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT t.collection AS "Collection", t.source AS "Source", t.key_columns AS "KeyColumns",
                   t.text_columns AS "TextColumns", c.carried_columns AS "CarriedColumns", t.space AS "Space",
                   t.space_id AS "SpaceId", t.dimensions AS "Dimensions", t.metric AS "Metric",
                   coalesce(s.recipe, t.codec) AS "Codec",
                   t.store AS "Store", t.serving AS "Serving", t.vectors AS "Vectors", t.source_rows AS "SourceRows",
                   t.indexes AS "Indexes", t.indexes_valid AS "IndexesValid", t.store_bytes AS "StoreBytes",
                   t.index_bytes AS "IndexBytes", s.partition_strategy AS "PartitionStrategy",
                   s.partition_column AS "PartitionColumn", s.partition_count AS "PartitionCount",
                   s.partition_step AS "PartitionStep"
            FROM pgembed.collection_status(@name) WITH ORDINALITY t
            JOIN pgembed.collection c ON c.name = t.collection
            LEFT JOIN pgembed.store s ON t.store = 'pgembed_store.' || quote_ident(s.table_name)
            ORDER BY t.ordinality
            """,
            new { name },
            commandTimeout: 0,
            cancellationToken: cancellationToken))).ConfigureAwait(false);
        var statuses = new List<CollectionStatus>();
        foreach (var row in rows)
        {
            var partitioning = Partitioning.FromCatalog(
                row.PartitionStrategy, row.PartitionColumn, row.PartitionCount, row.PartitionStep);
            statuses.Add(new CollectionStatus
            {
                Collection = row.Collection,
                Source = row.Source,
                KeyColumns = row.KeyColumns,
                TextColumns = row.TextColumns,
                CarriedColumns = row.CarriedColumns,
                Space = row.Space,
                SpaceId = row.SpaceId,
                Dimensions = row.Dimensions,
                Metric = row.Metric,
                Codec = row.Codec,
                Store = row.Store,
                Serving = row.Serving,
                Vectors = row.Vectors,
                SourceRows = row.SourceRows,
                Indexes = row.Indexes ?? [],
                IndexesValid = row.IndexesValid,
                StoreBytes = row.StoreBytes,
                IndexBytes = row.IndexBytes,
                PartitionedBy = partitioning?.ToString(),
                Partitions = partitioning is null
                    ? []
                    : await PartitionsAsync(connection, row.Store!, cancellationToken).ConfigureAwait(false),
            });
        }

        return statuses;
    }

    private static async Task<IReadOnlyList<StorePartition>> PartitionsAsync(
        NpgsqlConnection connection, string store, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<StorePartition>(new CommandDefinition(
            """
            SELECT c.relname::text AS "Name", pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS "Bound",
                   c.reltuples::double precision AS "Vectors", pg_catalog.pg_total_relation_size(c.oid) AS "Bytes"
            FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = pg_catalog.to_regclass(@store)
            ORDER BY pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', length(c.relname), c.relname
            """,
            new { store },
            cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList();

    private sealed class Row
    {
        public string Collection { get; init; } = "";

        public string Source { get; init; } = "";

        public string[] KeyColumns { get; init; } = [];

        public string[] TextColumns { get; init; } = [];

        public string[] CarriedColumns { get; init; } = [];

        public string? Space { get; init; }

        public Guid? SpaceId { get; init; }

        public int? Dimensions { get; init; }

        public string? Metric { get; init; }

        public string? Codec { get; init; }

        public string? Store { get; init; }

        public bool? Serving { get; init; }

        public long? Vectors { get; init; }

        public long? SourceRows { get; init; }

        public string[]? Indexes { get; init; }

        public bool? IndexesValid { get; init; }

        public long? StoreBytes { get; init; }

        public long? IndexBytes { get; init; }

        public string? PartitionStrategy { get; init; }

        public string? PartitionColumn { get; init; }

        public int? PartitionCount { get; init; }

        public string? PartitionStep { get; init; }
    }
}
