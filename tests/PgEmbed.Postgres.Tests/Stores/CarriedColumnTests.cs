using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Postgres.Tests.Stores;

public sealed class CarriedColumnTests
{
    /// <summary>Every way to divide a store, none among them.</summary>
    public static TheoryData<string> Shapes => new("none", "list", "range", "hash", "step", "frequent", "key");

    internal static CollectionMapping<Note> Mapping(string shape) => shape switch
    {
        "none" => Notes.Mapping,
        "list" => Notes.Mapping.PartitionByList(n => n.Tenant, Notes.TenantName(1), Notes.TenantName(2), null),
        "range" => Notes.Mapping.PartitionByRange(
            n => n.WrittenAt, new DateTime(2024, 4, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2024, 10, 1, 0, 0, 0, DateTimeKind.Utc)),
        "hash" => Notes.Mapping.PartitionByHash(n => n.Tenant, 4),
        "step" => Notes.Mapping.PartitionByStep(n => n.WrittenAt, "3 months"),
        "frequent" => Notes.Mapping.PartitionByFrequentValues(n => n.Tenant, 2),
        "key" => Notes.Mapping.PartitionByHash(n => n.Id, 3),
        _ => throw new ArgumentException(shape),
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Upsert_and_sync_keep_carried_values_and_partitions_right(string shape)
    {
        var rows = Notes.Some(1_500);
        await using var notes = await Notes.CreateAsync(Mapping(shape), rows[..600]);

        await notes.Collection.UpsertAsync(rows[500..]);
        var synced = await notes.Collection.SyncAsync().LastAsync();
        Assert.Equal((500, 0), (synced.Embedded, synced.Carried));
        Assert.Equal(0, await notes.InconsistentAsync());

        // Other tenants and times, with the same texts, other texts and blank ones.
        var moved = rows.ConvertAll(r => r with
        {
            Tenant = r.Id % 3 == 0 ? Notes.TenantName((int)r.Id % 7) : r.Id % 3 == 1 ? null : r.Tenant,
            WrittenAt = r.Id % 4 == 0 ? r.WrittenAt?.AddDays(100) : r.WrittenAt,
            Body = r.Id % 5 == 0 ? r.Body + "!" : r.Id % 50 == 1 ? " " : r.Body,
        });
        var upserted = await notes.Collection.UpsertAsync(moved);
        Assert.Equal((300, 30), (upserted.Embedded, upserted.Blank));
        Assert.Equal(30, await notes.InconsistentAsync());
        await notes.ExecuteAsync("""DELETE FROM "The ""Notes"" table" WHERE body = ' '""");
        Assert.Equal(0, await notes.InconsistentAsync());
        Assert.Equal(1_470, await notes.ScalarAsync<long>($"SELECT count(*) FROM {notes.Store}"));

        // The same by other hands.
        await notes.ExecuteAsync(
            """
            UPDATE "The ""Notes"" table" SET "the ""tenant"" name" = 'tenant 3' WHERE id % 10 = 2;
            UPDATE "The ""Notes"" table" SET written_at = NULL, body = body || '?' WHERE id % 10 = 3;
            UPDATE "The ""Notes"" table" SET price = price + 1;
            DELETE FROM "The ""Notes"" table" WHERE id % 10 = 4;
            """);
        var embedded = notes.Embedder.Embedded;
        var again = await notes.Collection.SyncAsync().LastAsync();
        Assert.Equal((150, 150), (again.Embedded, again.Removed));
        Assert.InRange(again.Carried, 1, 150);
        Assert.Equal(150, notes.Embedder.Embedded - embedded);
        Assert.Equal(0, await notes.InconsistentAsync());
        var last = await notes.Collection.SyncAsync().LastAsync();
        Assert.Equal(0, last.Rows);
    }

    [Theory]
    [InlineData("list", "DEFAULT: 2", "FOR VALUES IN ('it''s \"1\"'): 1", "FOR VALUES IN ('tenant 2'): 1", "FOR VALUES IN (NULL): 1")]
    [InlineData("range", "DEFAULT: 1", "FOR VALUES FROM ('2024-04-01 00:00:00+00') TO ('2024-10-01 00:00:00+00'): 2",
        "FOR VALUES FROM ('2024-10-01 00:00:00+00') TO (MAXVALUE): 1", "FOR VALUES FROM (MINVALUE) TO ('2024-04-01 00:00:00+00'): 1")]
    [InlineData("step", "DEFAULT: 1", "FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-04-01 00:00:00+00'): 1",
        "FOR VALUES FROM ('2024-04-01 00:00:00+00') TO ('2024-07-01 00:00:00+00'): 1",
        "FOR VALUES FROM ('2024-07-01 00:00:00+00') TO ('2024-10-01 00:00:00+00'): 1",
        "FOR VALUES FROM ('2024-10-01 00:00:00+00') TO ('2025-01-01 00:00:00+00'): 1")]
    [InlineData("frequent", "DEFAULT: 2", "FOR VALUES IN ('it''s \"1\"'): 1", "FOR VALUES IN ('tenant 3'): 2")]
    public async Task Partitions_are_made_as_defined_and_rows_go_where_they_belong(string shape, params string[] expected)
    {
        List<Note> rows =
        [
            Note(1, 1, "2024-03-31T23:59:59Z"), Note(2, 2, "2024-04-01T00:00:00Z"), Note(3, 3, "2024-09-30T00:00:00Z"),
            Note(4, 3, "2024-10-01T00:00:00Z"), Note(5, null, null),
        ];
        await using var notes = await Notes.CreateAsync(Mapping(shape), rows);
        await notes.ExecuteAsync($"ALTER DATABASE {new Npgsql.NpgsqlConnectionStringBuilder(notes.DataSource.ConnectionString).Database} SET timezone = 'UTC'");
        notes.DataSource.Clear();

        await notes.Collection.SyncAsync().LastAsync();

        Assert.Equal(expected.Order(StringComparer.Ordinal), await notes.PartitionsAsync());
        Assert.Equal(0, await notes.InconsistentAsync());
        Assert.True(await notes.Client.DropCollectionAsync("notes"));
        Assert.Equal(0, await notes.ScalarAsync<long>(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgembed_store'::regnamespace"));
    }

    [Fact]
    public async Task An_unchanged_carried_value_is_not_written_again()
    {
        await using var notes = await Notes.CreateAsync();
        var rows = Notes.Some(200);
        await notes.Collection.UpsertAsync(rows);
        var places = await PlacesAsync();

        await notes.Collection.UpsertAsync(rows.ConvertAll(r => r with { Price = r.Price + 1 }));
        await notes.ExecuteAsync("""UPDATE "The ""Notes"" table" SET price = price + 1""");
        await notes.Collection.SyncAsync().LastAsync();

        // An update would insert each vector in the index again.
        Assert.Equal(places, await PlacesAsync());

        Task<string> PlacesAsync() =>
            notes.ScalarAsync<string>($"SELECT string_agg(ctid::text, ' ' ORDER BY key_1) FROM {notes.Store}");
    }

    [Fact]
    public async Task A_value_that_is_equal_but_not_the_same_is_copied()
    {
        await using var notes = await Notes.CreateAsync(new CollectionMapping<Note>("notes")
            .Table("The \"Notes\" table").Key(n => n.Id).Text(n => n.Body).Column(n => n.Tenant, "the \"tenant\" name").Carry(n => n.Price));
        await notes.Collection.UpsertAsync([Note(1, 1, null) with { Price = 1.0m }]);
        await notes.ExecuteAsync("""UPDATE "The ""Notes"" table" SET price = 1.00""");

        Assert.Equal(1, (await notes.Collection.SyncAsync().LastAsync()).Carried);
        Assert.Equal("1.00", await notes.ScalarAsync<string>($"SELECT carried_1::text FROM {notes.Store}"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("list")]
    public async Task Sessions_that_move_the_same_rows_at_once_leave_each_in_one_place(string shape)
    {
        await using var notes = await Notes.CreateAsync(Mapping(shape));
        var rows = Notes.Some(40);
        await notes.Collection.UpsertAsync(rows);

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (round, cancellationToken) =>
        {
            if (round % 4 == 0)
                await notes.ExecuteAsync(
                    $"""UPDATE "The ""Notes"" table" SET "the ""tenant"" name" = 'tenant {round % 5}' WHERE id % 3 = {round % 3}""");
            if (round % 2 == 0)
                await notes.Collection.SyncAsync(cancellationToken).LastAsync(cancellationToken);
            else
                await notes.Collection.UpsertAsync(
                    rows.ConvertAll(r => r with { Tenant = Notes.TenantName(round % 4), Body = r.Body + (round % 3) }),
                    null,
                    cancellationToken);
        });

        await notes.Collection.SyncAsync().LastAsync();
        Assert.Equal(0, await notes.InconsistentAsync());
        Assert.Equal(40, await notes.ScalarAsync<long>($"SELECT count(*) FROM {notes.Store}"));
    }

    [Fact]
    public async Task A_collation_of_the_column_holds_in_the_store_too()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.ExecuteAsync(
            """
            CREATE COLLATION mine (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE folded (id int PRIMARY KEY, tenant text COLLATE mine NOT NULL, body text);
            INSERT INTO folded VALUES (1, 'A', 'one'), (2, 'a', 'two'), (3, 'b', 'three');
            """);
        var collection = await notes.Client.DefineCollectionAsync(new CollectionDefinition
        {
            Name = "folded",
            Table = "folded",
            KeyColumns = ["id"],
            TextColumns = ["body"],
            CarriedColumns = ["tenant"],
            Partitioning = Partitioning.ByHash("tenant", 3),
        });
        await collection.SyncAsync().LastAsync();

        Assert.Equal(2, await notes.ScalarAsync<long>($"SELECT count(*) FROM {collection.Info.Store.Sql} WHERE carried_1 = 'a'"));
        await notes.ExecuteAsync("UPDATE folded SET tenant = 'B' WHERE id = 3");
        Assert.Equal(1, (await collection.SyncAsync().LastAsync()).Carried);
        Assert.Equal("B", await notes.ScalarAsync<string>($"SELECT carried_1 FROM {collection.Info.Store.Sql} WHERE key_1 = 3"));
    }

    [Fact]
    public async Task Too_long_a_value_is_refused_with_the_remedy_and_nothing_is_lost()
    {
        await using var notes = await Notes.CreateAsync();
        // Random digits, since what can be compressed fits.
        var random = new Random(1);
        var tenant = string.Concat(Enumerable.Range(0, 20_000).Select(_ => (char)random.Next(32, 0xD000)));

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => notes.Collection.UpsertAsync([Note(1, 1, null) with { Tenant = tenant }]));

        Assert.Contains("short values", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await notes.ScalarAsync<long>("""SELECT count(*) FROM "The ""Notes"" table" """));
    }

    [Fact]
    public async Task A_store_that_was_given_other_columns_is_not_written_by_who_does_not_know()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync([Note(1, 1, null)]);
        await notes.ExecuteAsync("UPDATE pgembed.collection SET carried_columns = '{price}'");

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => notes.Collection.UpsertAsync([Note(2, 1, null)]));

        Assert.Contains("Open it again", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await notes.ScalarAsync<long>("""SELECT count(*) FROM "The ""Notes"" table" """));
    }

    [Fact]
    public void Attributes_name_carried_columns_too()
    {
        var definition = CollectionMapping.FromAttributes<Marked>().PartitionByList(m => m.Kind, 1, 2).ToDefinition();

        Assert.Equal(["kind", "the tenant"], definition.CarriedColumns);
        Assert.Equal("kind", definition.Partitioning!.Column);
        Assert.Equal(["1", "2"], definition.Partitioning.Values);
    }

    private sealed record Marked(
        int Id,
        [EmbeddedText] string Body,
        [CarriedColumn(Order = 1)][property: System.ComponentModel.DataAnnotations.Schema.Column("the tenant")] string Tenant,
        [CarriedColumn] int Kind);

    private static Note Note(long id, int? tenant, string? time) => new()
    {
        Id = id,
        Tenant = tenant is { } number ? Notes.TenantName(number) : null,
        WrittenAt = time is null ? null : DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime,
        Body = $"note {id}",
    };
}
