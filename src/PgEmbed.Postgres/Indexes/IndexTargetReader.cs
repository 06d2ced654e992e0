using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>Makes targets of stores and of tables' columns, checked against what can be indexed.</summary>
internal static class IndexTargetReader
{
    /// <summary>The store that serves a collection.</summary>
    /// <exception cref="PgEmbedException">It has more dimensions than an index takes.</exception>
    public static IndexTarget OfStore(CollectionInfo collection, string? filter)
    {
        var store = collection.Store;
        var type = IndexedTypeExtensions.Of(store.Codec);
        HnswLimits.MustFit(type, store.IndexedDimensions, $"codec {store.Codec}");
        return new IndexTarget
        {
            Schema = StoreInfo.Schema,
            Table = store.TableName,
            Column = "embedding",
            ColumnType = type,
            Expression = SqlName.Quote("embedding"),
            OperatorClass = HnswOperatorClass.For(type, store.Space.Metric),
            Dimensions = store.IndexedDimensions,
            Filter = Checked(filter),
            Info = collection,
            Extension = collection.Extension,
        };
    }

    /// <summary>A column of any table.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="table">The table as SQL writes it, with schema where the search path doesn't find it.</param>
    /// <param name="column">The column, unquoted.</param>
    /// <param name="metric">What to measure by.</param>
    /// <param name="indexedAs">
    /// The type to index it as, by a cast; <see cref="IndexedType.Bit"/>: the signs of its values. Null: as it is.
    /// </param>
    /// <param name="filter">The condition of a partial index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">No such table or column, or one that can't be indexed so.</exception>
    public static async Task<IndexTarget> OfColumnAsync(
        NpgsqlConnection connection,
        string table,
        string column,
        IndexMetric? metric,
        IndexedType? indexedAs,
        string? filter,
        CancellationToken cancellationToken)
    {
        var extension = await VectorExtension.FindAsync(connection, cancellationToken).ConfigureAwait(false);
        var source = await FindTableAsync(connection, table, cancellationToken).ConfigureAwait(false);
        var found = source.Column(column);
        var name = found.TypeName[(found.TypeName.LastIndexOf('.') + 1)..];
        var type = IndexedTypeExtensions.TryParse(name) ?? throw new PgEmbedException(
            $"Expected column {SqlName.Quote(column)} of {source.Sql} of type vector, halfvec, bit or sparsevec, "
            + $"found {found.Type}.");
        var dimensions = Dimensions(found.Type);
        var quoted = SqlName.Quote(column);
        var to = indexedAs ?? type;
        HnswLimits.MustFit(to, dimensions, $"{source.Sql} ({quoted})");
        return new IndexTarget
        {
            Schema = source.Schema,
            Table = source.Name,
            Column = column,
            ColumnType = type,
            Expression = IndexTarget.Over(quoted, type, to, extension, dimensions),
            OperatorClass = HnswOperatorClass.For(
                to, metric ?? (to == IndexedType.Bit ? IndexMetric.Hamming : IndexMetric.Cosine)),
            Dimensions = dimensions,
            Filter = Checked(filter),
            Extension = extension,
        };
    }

    private static string? Checked(string? filter) => filter is null || !string.IsNullOrWhiteSpace(filter)
        ? filter
        : throw new PgEmbedException("Expected a filter, got an empty one.", "Leave it out to index all rows.");

    private static async Task<SourceTable> FindTableAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        // The server reads the name, so that quotes and the search path mean what they mean in SQL.
        (string Schema, string Name, string Kind)? found = null;
        try
        {
            found = await connection.QuerySingleOrDefaultAsync<(string, string, string)?>(new CommandDefinition(
                """
                SELECT n.nspname, c.relname, c.relkind::text FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid = pg_catalog.to_regclass(@table)
                """,
                new { table },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidName)
        {
            // No table has such a name.
        }

        return found switch
        {
            (var schema, var name, "r" or "p") =>
                await SourceTableReader.ReadAsync(connection, schema, name, cancellationToken).ConfigureAwait(false),
            (_, _, "m") => throw new PgEmbedException(
                $"Expected a table, got {table}, which is a materialized view.",
                "Index it by hand: CREATE INDEX CONCURRENTLY; REFRESH builds such an index anew each time."),
            not null => throw new PgEmbedException($"Expected a table, got {table}, which has no rows of its own to index."),
            null => throw new PgEmbedException(
                $"Expected a table {table} in database '{connection.Database}', found none.",
                "Write it as in SQL: a name with capitals in double quotes, the schema before a dot."),
        };
    }

    private static int Dimensions(string type)
    {
        var open = type.LastIndexOf('(');
        return open < 0 ? 0 : int.Parse(type.AsSpan(open + 1, type.Length - open - 2), CultureInfo.InvariantCulture);
    }
}
