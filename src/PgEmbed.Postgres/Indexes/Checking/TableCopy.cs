using System.Diagnostics;
using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Indexes.Building;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Checking;

/// <summary>
/// Vectors of a table, all or some, copied in the order of a draw to a temporary table: one that only its session sees, and
/// that the server itself removes when the session ends, however that comes. Indexes are built on it to be measured.
/// </summary>
internal sealed class TableCopy : IAsyncDisposable
{
    private const string Name = "_pgembed_copy";
    private const string IndexName = "_pgembed_copy_hnsw";

    private readonly NpgsqlConnection _connection;
    private readonly IndexTarget _target;
    private double _valueBytes;
    private MemoryLimit _memory = new(0, "");

    private TableCopy(NpgsqlConnection connection, IndexTarget target)
    {
        _connection = connection;
        _target = target with { Schema = "pg_temp", Table = Name, Info = null, Filter = null };
    }

    /// <summary>The copy as a target of its own. Its column <c>n</c> counts the rows from 1.</summary>
    public IndexTarget Target => _target;

    /// <summary>How many vectors it has.</summary>
    public long Rows { get; private set; }

    /// <summary>The index that is built on it.</summary>
    public static IReadOnlySet<string> IndexNames { get; } = new HashSet<string>(StringComparer.Ordinal) { IndexName };

    /// <summary>Copies vectors.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="target">The table.</param>
    /// <param name="most">How many at most, drawn at random.</param>
    /// <param name="total">How many the table has.</param>
    /// <param name="seed">The same seed draws the same.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<TableCopy> MakeAsync(
        NpgsqlConnection connection, IndexTarget target, long most, long total, int seed, CancellationToken cancellationToken)
    {
        var copy = new TableCopy(connection, target);
        try
        {
            await copy.FillAsync(target, most, total, seed, cancellationToken).ConfigureAwait(false);
            return copy;
        }
        catch
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes rows out of the copy, to be queries that it does not know.</summary>
    public async Task<IReadOnlyList<QueryVector>> TakeOutAsync(int count, CancellationToken cancellationToken)
    {
        var column = SqlName.Quote(_target.Column);
        var taken = new List<QueryVector>();
        // The last are as random as any, and the rows that stay keep their numbers.
        var command = _connection.Command(
            $"DELETE FROM {_target.TableSql} WHERE n > $1 RETURNING {column}", Math.Max(0, Rows - count));
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    taken.Add(QueryVector.Read(reader, 0));
            }
        }

        Rows -= taken.Count;
        await _connection.ExecuteAsync($"ANALYZE {_target.TableSql}", [], cancellationToken).ConfigureAwait(false);
        var cosine = _target.OperatorClass.Metric == IndexMetric.Cosine;
        return [.. taken.Where(query => !(cosine && query.IsZero))];
    }

    /// <summary>Builds an index on the first rows, in the place of the one before.</summary>
    /// <param name="options">How.</param>
    /// <param name="rows">On how many; null: on all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its size in bytes, and the seconds that it took.</returns>
    /// <exception cref="PgEmbedException">The graph doesn't fit in the memory.</exception>
    public async Task<(long Bytes, double Seconds)> BuildAsync(
        HnswOptions options, long? rows, CancellationToken cancellationToken)
    {
        // Builds on temporary tables are serial.
        var needed = GraphMemory.Needed(
            rows ?? Rows, _valueBytes, options.M, _connection.PostgreSqlVersion.Major, parallel: false);
        if (needed > _memory.Bytes)
            throw new PgEmbedException(
                $"Expected {needed >> 20} MiB of memory for an index on {rows ?? Rows} copied rows, found "
                + $"{_memory.Bytes >> 20} MiB ({_memory.Source}).",
                "Let the copy have fewer rows.");
        await RunAsync($"DROP INDEX IF EXISTS pg_temp.{IndexName}", cancellationToken).ConfigureAwait(false);
        await RunAsync(
            string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{Math.Max(1024, needed / 1024)}kB'"),
            cancellationToken).ConfigureAwait(false);
        var watch = Stopwatch.StartNew();
        var part = _target with { Filter = rows is null ? null : FirstRows(rows.Value) };
        await RunAsync(
            BuildPlanner.CreateStatement(part, options, "", IndexName, _target.TableSql), cancellationToken)
            .ConfigureAwait(false);
        var seconds = watch.Elapsed.TotalSeconds;
        var size = _connection.Command($"SELECT pg_catalog.pg_relation_size('pg_temp.{IndexName}')");
        await using (size.ConfigureAwait(false))
            return ((long)(await size.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!, seconds);
    }

    /// <summary>The condition that leaves the first rows.</summary>
    public static string FirstRows(long rows) => string.Create(CultureInfo.InvariantCulture, $"n <= {rows}");

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _connection.ExecuteAsync($"DROP TABLE IF EXISTS pg_temp.{Name}", [], CancellationToken.None)
                .ConfigureAwait(false);
            await _connection.ExecuteAsync("RESET maintenance_work_mem", [], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The session is broken, and its temporary tables go with it.
            Debug.WriteLine(e.Message);
        }
    }

    private async Task FillAsync(
        IndexTarget target, long most, long total, int seed, CancellationToken cancellationToken)
    {
        var column = SqlName.Quote(target.Column);
        var share = total == 0 ? 100 : Math.Min(100, 100.0 * ((1.1 * most) + 1_000) / total);
        await RunAsync($"DROP TABLE IF EXISTS pg_temp.{Name}", cancellationToken).ConfigureAwait(false);
        await RunAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                CREATE TEMPORARY TABLE {Name} AS
                SELECT pg_catalog.row_number() OVER () AS n, {column} FROM (
                    SELECT {column} FROM {target.TableSql} TABLESAMPLE BERNOULLI ({share}) REPEATABLE ({seed})
                    WHERE {column} IS NOT NULL{(target.Filter is null ? "" : $" AND (\n{target.Filter}\n)")}
                    ORDER BY pg_catalog.hashtextextended(ctid::text, {seed}) LIMIT {most}) drawn
                """),
            cancellationToken).ConfigureAwait(false);
        // CREATE TABLE AS keeps the dimensions only where the query's column has them.
        await RunAsync(
            $"ALTER TABLE pg_temp.{Name} ALTER COLUMN {column} TYPE {target.ColumnTypeSql}", cancellationToken)
            .ConfigureAwait(false);
        await RunAsync($"ANALYZE pg_temp.{Name}", cancellationToken).ConfigureAwait(false);
        var (rows, average) = await _connection.QuerySingleAsync<(long, double?)>(new CommandDefinition(
            $"SELECT count(*), avg(pg_catalog.pg_column_size({column}))::float8 FROM pg_temp.{Name}",
            commandTimeout: 0,
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        Rows = rows;
        _valueBytes = target.OperatorClass.Type == IndexedType.Sparsevec
            ? (average ?? 0) + 4
            : target.OperatorClass.Type.ValueBytes(target.Dimensions);
        _memory = (await ServerMemory.ReadAsync(_connection, null, cancellationToken).ConfigureAwait(false)).Limit;
    }

    private async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        var command = _connection.Command(statement);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
