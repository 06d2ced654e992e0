using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Indexes;

/// <summary>A database with one table of vectors drawn at random, as a user of pgvector has them.</summary>
internal sealed class VectorTable : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private VectorTable(TestDatabase database) => _database = database;

    public NpgsqlDataSource DataSource => _database.DataSource;

    public string ConnectionString => _database.ConnectionString;

    public TestDatabase Database => _database;

    public IndexManager Manager => new(DataSource);

    /// <summary>Makes table <c>items (id, kind, v)</c> with so many rows; kind is id % 10.</summary>
    public static async Task<VectorTable> CreateAsync(
        int rows = 500, IndexedType type = IndexedType.Vector, int dimensions = 16, string name = "items", string column = "v")
    {
        var table = new VectorTable(await TestDatabase.CreateAsync());
        var sqlName = Sql.SqlName.Quote(name);
        await table.ExecuteAsync(
            $"""
            CREATE TABLE {sqlName} (id integer PRIMARY KEY, kind integer NOT NULL, {Sql.SqlName.Quote(column)} {TypeOf(type, dimensions)});
            {InsertSql(sqlName, type, dimensions, 1, rows)}
            """);
        return table;
    }

    public static string TypeOf(IndexedType type, int dimensions) =>
        string.Create(CultureInfo.InvariantCulture, $"{type.ToName()}({dimensions})");

    public static string InsertSql(string table, IndexedType type, int dimensions, int from, int to) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT setseed(0.5);
            INSERT INTO {table}
            SELECT i, i % 10, (SELECT {Value(type)} FROM generate_series(1, {dimensions}) WHERE i > 0)::{TypeOf(type, dimensions)}
            FROM generate_series({from}, {to}) AS i;
            """);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A session with a transaction that has written to the table, so that every build waits for it.</summary>
    public async Task<NpgsqlConnection> WriterAsync(string table = "items")
    {
        var connection = await DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"BEGIN; DELETE FROM {table} WHERE id = -1", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Names of all indexes by hnsw, each with a mark where it is invalid.</summary>
    public Task<string[]> IndexesAsync() => ScalarAsync<string[]>(
        """
        SELECT COALESCE(array_agg(c.relname || CASE WHEN x.indisvalid THEN '' ELSE ' (invalid)' END ORDER BY c.relname), '{}')
        FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am a ON a.oid = c.relam AND a.amname = 'hnsw'
        """);

    /// <summary>Waits until a build is waiting for the writer, and so has made its index, not yet valid.</summary>
    public async Task<int> BuildingAsync()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var found = await ScalarAsync<int>(
                "SELECT COALESCE((SELECT pid FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%' AND datname = current_database()), 0)");
            if (found != 0)
                return found;
            await Task.Delay(50);
        }

        throw new TimeoutException("No build began.");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static string Value(IndexedType type) => type switch
    {
        IndexedType.Bit => "string_agg((random() < 0.5)::integer::text, '')",
        // Every third value is zero.
        IndexedType.Sparsevec => "array_agg(CASE WHEN random() < 0.33 THEN 0 ELSE random() - 0.5 END)::vector",
        _ => "array_agg(random() - 0.5)",
    };
}
