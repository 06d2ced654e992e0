using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Stores;

/// <summary>A database with a table of tenants' notes, its names in need of quotes, and a collection over it.</summary>
internal sealed class Notes : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private Notes(TestDatabase database, int dimensions)
    {
        _database = database;
        Embedder = new HashingEmbedder(dimensions);
    }

    public static CollectionMapping<Note> Mapping => new CollectionMapping<Note>("notes")
        .Table("The \"Notes\" table").Key(n => n.Id).Text(n => n.Body).Column(n => n.Tenant, "the \"tenant\" name")
        .Carry(n => n.Tenant).Carry(n => n.WrittenAt);

    public HashingEmbedder Embedder { get; }

    public NpgsqlDataSource DataSource => _database.DataSource;

    public PgEmbedClient Client => new(DataSource, Embedder);

    public VectorCollection<Note> Collection { get; private set; } = null!;

    public string Store => Collection.Info.Store.Sql;

    public static async Task<Notes> CreateAsync(
        CollectionMapping<Note>? mapping = null, IReadOnlyList<Note>? before = null, int dimensions = 16)
    {
        var notes = new Notes(await TestDatabase.CreateAsync(), dimensions);
        await notes.ExecuteAsync(
            """
            CREATE TABLE "The ""Notes"" table" (
                id bigint PRIMARY KEY, "the ""tenant"" name" text, written_at timestamptz, price numeric NOT NULL, body text)
            """);
        foreach (var note in before ?? [])
            await notes.InsertAsync(note);
        notes.Collection = await notes.Client.DefineCollectionAsync(mapping ?? Mapping);
        return notes;
    }

    /// <summary>Opens the collection anew, as it is stored now.</summary>
    public async Task ReopenAsync() => Collection = await Client.OpenCollectionAsync(Mapping);

    /// <summary>Rows of few tenants, one of them null, drawn from a seed.</summary>
    public static List<Note> Some(int count, int tenants = 5, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, count).Select(id => new Note
        {
            Id = id,
            Tenant = random.Next(tenants) is var tenant && tenant == 0 ? null : TenantName(tenant),
            WrittenAt = random.Next(10) == 0
                ? null
                : new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(random.Next(24 * 365)),
            Price = random.Next(100),
            Body = $"note {random.Next()}",
        })];
    }

    public static string TenantName(int tenant) => tenant == 1 ? "it's \"1\"" : $"tenant {tenant}";

    public async Task InsertAsync(Note note)
    {
        await using var command = DataSource.CreateCommand("""INSERT INTO "The ""Notes"" table" VALUES ($1, $2, $3, $4, $5)""");
        foreach (var value in (object?[])[note.Id, note.Tenant, note.WrittenAt, note.Price, note.Body])
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await command.ExecuteNonQueryAsync();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<string>> ListAsync(string sql)
    {
        var lines = new List<string>();
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return lines;
    }

    /// <summary>Rows whose vector or carried values are not theirs, and vectors without a row: must be 0 at rest.</summary>
    public Task<long> InconsistentAsync() => ScalarAsync<long>(
        $"""
        SELECT count(*) FROM "The ""Notes"" table" n FULL JOIN {Store} s ON s.key_1 = n.id
        WHERE s.content_hash IS DISTINCT FROM sha256(convert_to(n.body, 'UTF8'))
           OR s.carried_1 IS DISTINCT FROM n."the ""tenant"" name" OR s.carried_2 IS DISTINCT FROM n.written_at
        """);

    /// <summary>How many rows each partition has, by its bound.</summary>
    public Task<List<string>> PartitionsAsync() => ListAsync(
        $"""
        SELECT (pg_get_expr(c.relpartbound, c.oid) || ': ' || (SELECT count(*) FROM {Store} s WHERE s.tableoid = c.oid))
            COLLATE "C"
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = '{Store.Replace("'", "''", StringComparison.Ordinal)}'::regclass
        ORDER BY 1
        """);

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
