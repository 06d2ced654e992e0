using Dapper;
using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Reads and writes the collections of a database.</summary>
/// <remarks>
/// Lock order of every definition and drop: the advisory lock below, then catalog rows, then the source table (shared),
/// then the store. Searches and writes take none of the first.
/// </remarks>
public sealed class CollectionCatalog
{
    /// <summary>
    /// Held until the transaction ends, by whoever changes what collections there are. The number only has to be ours.
    /// </summary>
    internal const string Lock = "SELECT pg_catalog.pg_advisory_xact_lock(7305, 1)";

    private const string SelectCollections =
        """
        SELECT c.collection_id AS "CollectionId", c.name AS "Name", c.source_schema AS "SourceSchema",
               c.source_table AS "SourceTable", c.key_columns AS "KeyColumns", c.text_columns AS "TextColumns",
               c.carried_columns AS "CarriedColumns", s.partition_strategy AS "PartitionStrategy",
               s.partition_column AS "PartitionColumn", s.partition_count AS "PartitionCount",
               s.partition_step AS "PartitionStep", s.store_id AS "StoreId", s.table_name AS "TableName", s.codec AS "Codec",
               s.recipe AS "Recipe", s.candidates AS "Candidates", i.parameters AS "IndexCodec", r.parameters AS "RankingCodec",
               p.name AS "SpaceName", p.fingerprint AS "Fingerprint", p.dimensions AS "Dimensions", p.metric AS "Metric"
        FROM pgembed.collection c
        JOIN pgembed.store s ON s.collection_id = c.collection_id AND coalesce(s.store_id = @storeId, s.serving)
        JOIN pgembed.space p ON p.space_id = s.space_id
        LEFT JOIN pgembed.codec i ON i.name = s.index_codec
        LEFT JOIN pgembed.codec r ON r.name = s.codec
        """;

    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Creates the catalog over a database.</summary>
    public CollectionCatalog(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
    }

    /// <summary>Finds a collection.</summary>
    /// <exception cref="PgEmbedException">There is none, its table is gone, or the schema is not installed.</exception>
    public async Task<CollectionInfo> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var found = await FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
            if (found is not null)
                return found;
            var names = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT name FROM pgembed.collection ORDER BY name LIMIT 20",
                cancellationToken: cancellationToken)).ConfigureAwait(false);
            var list = string.Join(", ", names);
            throw new PgEmbedException(
                $"Expected a collection named '{name}', found {(list.Length == 0 ? "no collection at all" : list)}.");
        }
    }

    /// <summary>Says how collections stand: of each store its sizes, indexes and partitions.</summary>
    /// <param name="name">One collection; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The stores by collection, the one that serves first; a collection without a store comes once.</returns>
    /// <exception cref="PgEmbedException">There is no such collection, or the schema is not installed.</exception>
    public async Task<IReadOnlyList<CollectionStatus>> StatusAsync(
        string? name = null, CancellationToken cancellationToken = default)
    {
        if (name is not null)
            await GetAsync(name, cancellationToken).ConfigureAwait(false);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await CollectionStatusReader.ReadAsync(connection, name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Adds partitions to the store that serves a collection: those that are named, or else those that its rows ask for by
    /// now, more steps or more frequent values. Rows move there from the default partition; writers wait meanwhile.
    /// </summary>
    /// <param name="name">The collection.</param>
    /// <param name="values">Under list, values that get a partition each, null for rows without one.</param>
    /// <param name="range">Under range, a lower bound that belongs to it and an upper one that doesn't; null for no end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The partitions that were made: not those that were there.</returns>
    /// <exception cref="PgEmbedException">
    /// The store is not divided so, a value is none of the column's, or bounds run into those of another partition.
    /// </exception>
    public async Task<IReadOnlyList<string>> AddPartitionsAsync(
        string name,
        IReadOnlyList<string?>? values = null,
        (string? Lower, string? Upper)? range = null,
        CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await connection.ExecuteAsync(Lock, [], cancellationToken).ConfigureAwait(false);
                var collection = await FindAsync(connection, name, cancellationToken).ConfigureAwait(false)
                    ?? await GetAsync(name, cancellationToken).ConfigureAwait(false);
                var made = await StorePartitions.AddAsync(connection, collection, values, range, cancellationToken)
                    .ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return [.. made.Select(partition => partition.Name)];
            }
        }
    }

    /// <summary>Lists the names of all collections, in order.</summary>
    /// <exception cref="PgEmbedException">The schema is not installed.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await SchemaMissing.GuardAsync(async () => (await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT name FROM pgembed.collection ORDER BY name",
                cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList()).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the tables that a mapping's references lead to.</summary>
    /// <exception cref="PgEmbedException">
    /// There is no such table, or a reference to one row leads by columns that are not unique.
    /// </exception>
    public async Task<IReadOnlyList<SourceTable>> RelatedTablesAsync<T>(
        CollectionMapping<T> mapping, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        if (mapping.Relations.Count == 0)
            return [];
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var tables = new List<SourceTable>();
            foreach (var relation in mapping.Relations)
            {
                var table = await SourceTableReader.ReadAsync(
                    connection, relation.Schema, relation.Table, cancellationToken).ConfigureAwait(false);
                var key = table.Column(relation.OtherKeyColumn);
                if (!relation.Many && !await SourceTableReader.IsUniqueAsync(
                    connection, table, [key.Name], cancellationToken).ConfigureAwait(false))
                    throw new PgEmbedException(
                        $"Expected {SqlName.Quote(key.Name)} of {table.Sql} to be unique and NOT NULL, since "
                        + $"{relation.Property} leads to one row by it.",
                        "Map the rows of the other table by ReferencedBy, or add a unique index.");
                tables.Add(table);
            }

            return tables;
        }
    }

    /// <summary>
    /// Defines a collection over a table and makes its store; nothing is embedded yet. A collection that is already
    /// there just so is returned as it is.
    /// </summary>
    /// <exception cref="PgEmbedException">
    /// The definition doesn't fit the table, or a collection of that name is there with another definition or space.
    /// </exception>
    public async Task<CollectionInfo> DefineAsync(
        CollectionDefinition definition, VectorSpace space, CancellationToken cancellationToken = default)
    {
        var (collection, _) = await DefineAsync(definition, space, commit: true, cancellationToken).ConfigureAwait(false);
        return collection;
    }

    /// <summary>Checks a definition against the database and says what would be run; changes nothing.</summary>
    /// <returns>The statements that would make the store; none where the collection is there already.</returns>
    /// <exception cref="PgEmbedException">
    /// As <see cref="DefineAsync(CollectionDefinition, VectorSpace, CancellationToken)"/>.
    /// </exception>
    public async Task<IReadOnlyList<string>> PlanAsync(
        CollectionDefinition definition, VectorSpace space, CancellationToken cancellationToken = default)
    {
        var (_, statements) = await DefineAsync(definition, space, commit: false, cancellationToken)
            .ConfigureAwait(false);
        return statements;
    }

    private async Task<(CollectionInfo Collection, IReadOnlyList<string> Statements)> DefineAsync(
        CollectionDefinition definition, VectorSpace space, bool commit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(space);
        definition.Validate();
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await connection.ExecuteAsync(Lock, [], cancellationToken).ConfigureAwait(false);
                var existing = await FindAsync(connection, definition.Name, cancellationToken).ConfigureAwait(false);
                if (existing is not null)
                {
                    MustEqual(definition, space, existing);
                    return (existing, []);
                }

                var extension = await VectorExtension.FindAsync(connection, cancellationToken).ConfigureAwait(false);
                var source = await SourceTableReader.ReadAsync(
                    connection, definition.Schema, definition.Table, cancellationToken).ConfigureAwait(false);
                await SourceTableReader.CheckAsync(connection, source, definition, cancellationToken)
                    .ConfigureAwait(false);
                await SpaceCatalog.RegisterAsync(connection, space, cancellationToken).ConfigureAwait(false);
                var statements = await InsertAsync(
                    connection, definition, space, source, extension, cancellationToken).ConfigureAwait(false);
                var defined = await FindAsync(connection, definition.Name, cancellationToken).ConfigureAwait(false);
                if (commit)
                    await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return (defined!, statements);
            }
        }
    }

    /// <summary>Removes a collection and its stores; the user's table stays as it is.</summary>
    /// <returns>False where there was none.</returns>
    public async Task<bool> DropAsync(string name, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await connection.ExecuteAsync(Lock, [], cancellationToken).ConfigureAwait(false);
                var stores = await SchemaMissing.GuardAsync(async () => (await connection.QueryAsync<(string? Table, string?[] Codecs)>(
                    new CommandDefinition(
                        """
                        SELECT s.table_name, ARRAY[s.codec, s.index_codec] FROM pgembed.collection c
                        LEFT JOIN pgembed.store s ON s.collection_id = c.collection_id WHERE c.name = @name
                        """,
                        new { name },
                        cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList()).ConfigureAwait(false);
                if (stores.Count == 0)
                    return false;
                await connection.ExecuteAsync(
                    "SELECT pgembed.drop_nearest($1), pgembed.drop_text_index($1)", [name], cancellationToken)
                    .ConfigureAwait(false);
                foreach (var table in stores.Select(store => store.Table).OfType<string>())
                    await StoreCatalog.DropTableAsync(connection, table, cancellationToken).ConfigureAwait(false);

                await connection.ExecuteAsync(
                    "DELETE FROM pgembed.collection WHERE name = $1", [name], cancellationToken).ConfigureAwait(false);
                await StoreCatalog.ForgetCodecsAsync(
                    connection, [.. stores.SelectMany(store => store.Codecs)], cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
    }

    private static async Task<IReadOnlyList<string>> InsertAsync(
        NpgsqlConnection connection,
        CollectionDefinition definition,
        VectorSpace space,
        SourceTable source,
        VectorExtension extension,
        CancellationToken cancellationToken)
    {
        var collectionId = await connection.QuerySingleAsync<int>(new CommandDefinition(
            """
            INSERT INTO pgembed.collection
                (name, source_schema, source_table, key_columns, text_columns, carried_columns)
            VALUES (@Name, @Schema, @Table, @keys, @texts, @carried) RETURNING collection_id
            """,
            new
            {
                definition.Name,
                definition.Schema,
                definition.Table,
                keys = definition.KeyColumns.ToArray(),
                texts = definition.TextColumns.ToArray(),
                carried = definition.CarriedColumns.ToArray(),
            },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        var (_, statements) = await StoreCatalog.AddAsync(
            connection, collectionId, definition, space, source, extension, serving: true, cancellationToken)
            .ConfigureAwait(false);
        await connection.ExecuteAsync("SELECT pgembed.create_nearest($1)", [definition.Name], cancellationToken)
            .ConfigureAwait(false);
        return statements;
    }

    /// <summary>Finds a collection with the store that serves it, or with another; null for none.</summary>
    internal static async Task<CollectionInfo?> FindAsync(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken, int? storeId = null)
    {
        var row = await SchemaMissing.GuardAsync(() => connection.QuerySingleOrDefaultAsync<CollectionRow>(
            new CommandDefinition(
                $"{SelectCollections} WHERE c.name = @name", new { name, storeId }, cancellationToken: cancellationToken)))
            .ConfigureAwait(false);
        if (row is null)
            return null;
        var extension = await VectorExtension.FindAsync(connection, cancellationToken).ConfigureAwait(false);
        var source = await SourceTableReader.ReadAsync(
            connection, row.SourceSchema, row.SourceTable, cancellationToken).ConfigureAwait(false);
        var space = new VectorSpace(
            row.SpaceName, row.Fingerprint, row.Dimensions, DistanceMetricExtensions.Parse(row.Metric));
        return new CollectionInfo(
            row.CollectionId,
            row.Name,
            source,
            [.. row.KeyColumns.Select(source.Column)],
            [.. row.TextColumns.Select(source.Column)],
            new StoreInfo(
                row.StoreId, row.TableName, space, StoreCodec.Read(row.Codec, row.Recipe, row.IndexCodec, row.RankingCodec))
            {
                Candidates = row.Candidates,
                Partitioning = Partitioning.FromCatalog(
                    row.PartitionStrategy, row.PartitionColumn, row.PartitionCount, row.PartitionStep),
            },
            extension)
        {
            CarriedColumns = [.. row.CarriedColumns.Select(source.Column)],
        };
    }

    private static void MustEqual(CollectionDefinition definition, VectorSpace space, CollectionInfo existing)
    {
        if (!existing.Store.Space.Equals(space))
            throw new SpaceMismatchException(existing.Store.Space.ToString(), space.ToString());
        var wanted = Describe(
            definition.Schema,
            definition.Table,
            definition.KeyColumns,
            definition.TextColumns,
            definition.CarriedColumns,
            definition.Partitioning,
            definition.Codec);
        var there = Describe(
            existing.Source.Schema,
            existing.Source.Name,
            existing.KeyColumns.Select(c => c.Name),
            existing.TextColumns.Select(c => c.Name),
            existing.CarriedColumns.Select(c => c.Name).ToList(),
            existing.Store.Partitioning,
            existing.Store.Codec);
        if (wanted != there)
            throw new PgEmbedException(
                $"Expected collection '{definition.Name}' as {wanted}, found it as {there}.",
                "Drop it first, or define one of another name.");
    }

    // Without the partitions that there are: they come and go.
    private static string Describe(
        string schema,
        string table,
        IEnumerable<string> keys,
        IEnumerable<string> texts,
        IReadOnlyList<string> carried,
        Partitioning? partitioning,
        Codec codec) =>
        $"{SqlName.Qualify(schema, table)} by ({SqlName.List(keys)}) with text ({SqlName.List(texts)})"
        + (carried.Count == 0 ? "" : $", carrying ({SqlName.List(carried)})")
        + (partitioning is null ? "" : $", partitioned by {partitioning}")
        + $" in {codec}";

    private sealed record CollectionRow(
        int CollectionId,
        string Name,
        string SourceSchema,
        string SourceTable,
        string[] KeyColumns,
        string[] TextColumns,
        string[] CarriedColumns,
        string? PartitionStrategy,
        string? PartitionColumn,
        int? PartitionCount,
        string? PartitionStep,
        int StoreId,
        string TableName,
        string Codec,
        string? Recipe,
        int? Candidates,
        byte[]? IndexCodec,
        byte[]? RankingCodec,
        string SpaceName,
        string Fingerprint,
        int Dimensions,
        string Metric)
    {
        // Dapper fills columns by name through this; an array column has no constructor it would match.
        public CollectionRow()
            : this(0, "", "", "", [], [], [], null, null, null, null, 0, "", "", null, null, null, null, "", "", 0, "")
        {
        }
    }
}
