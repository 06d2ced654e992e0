using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Tests.Stores;

public sealed class AlterationTests
{
    private const string Tenant = "the \"tenant\" name";

    [Fact]
    public async Task Carried_columns_and_partitions_change_without_embedding_and_searches_find_the_same()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(1_200));
        await notes.Collection.BuildIndexAsync();
        var expected = await FoundAsync(notes.Collection);
        var embedded = notes.Embedder.Embedded;
        var phases = new List<string>();

        foreach (var (carried, partitioning, partitions) in ((string[], Partitioning?, int)[])
        [
            ([Tenant, "written_at"], Partitioning.ByFrequentValues(Tenant, 3), 4),
            ([Tenant, "written_at"], Partitioning.ByHash("id", 3), 3),
            (["written_at", Tenant], Partitioning.ByStep("written_at", "3 months"), 5),
            ([Tenant, "written_at"], null, 0),
        ])
        {
            var result = await notes.Client.AlterCollectionAsync(
                "notes", carried, partitioning, new Immediate<AlterationProgress>(p => phases.Add(p.Phase)));
            Assert.True(result.Altered);
            Assert.Null(result.LeftBehind);
            var status = Assert.Single(await new CollectionCatalog(notes.DataSource).StatusAsync("notes"));
            Assert.Equal((1_200, partitions), (status.Vectors, status.Partitions.Count));
            Assert.Equal(carried, status.CarriedColumns);
            Assert.True(status.IndexesValid);

            var collection = await notes.Client.OpenCollectionAsync(Notes.Mapping);
            Assert.Equal(expected, await FoundAsync(collection));
            // Opened before, it has kept a plan over a store that is gone.
            Assert.Equal(expected, await FoundAsync(notes.Collection));
            Assert.Equal(0, (await collection.SyncAsync().LastAsync()).Rows);
        }

        Assert.Equal(embedded, notes.Embedder.Embedded);
        Assert.Contains("copying", phases);
        Assert.Contains("building the index", phases);
        Assert.False((await notes.Client.AlterCollectionAsync("notes", [Tenant, "written_at"])).Altered);
    }

    [Fact]
    public async Task What_is_written_meanwhile_is_not_lost_and_who_knows_the_old_store_is_told()
    {
        await using var notes = await Notes.CreateAsync();
        var rows = Notes.Some(600);
        await notes.Collection.UpsertAsync(rows[..500]);
        await notes.Collection.BuildIndexAsync();
        var interfered = false;

        // Once copied, before the switch: new rows, other texts, other tenants, rows that are gone.
        var result = await notes.Client.AlterCollectionAsync(
            "notes",
            [Tenant, "written_at"],
            Partitioning.ByHash(Tenant, 4),
            new Immediate<AlterationProgress>(progress =>
            {
                if (interfered || progress.Phase != "switching")
                    return;
                interfered = true;
                notes.Collection.UpsertAsync(rows[400..].ConvertAll(r => r with { Tenant = "new", Body = r.Body + (r.Id % 2) }))
                    .GetAwaiter().GetResult();
                notes.ExecuteAsync("""DELETE FROM "The ""Notes"" table" WHERE id <= 50""").GetAwaiter().GetResult();
                notes.Collection.SyncAsync().LastAsync().AsTask().GetAwaiter().GetResult();
            }));

        Assert.True(interfered);
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => notes.Collection.UpsertAsync(rows[..1]));
        Assert.Contains("Open it again", error.Message, StringComparison.Ordinal);
        await notes.ReopenAsync();
        Assert.Equal(result.Collection.Store.TableName, notes.Collection.Info.Store.TableName);
        Assert.Equal(0, await notes.InconsistentAsync());
        Assert.Equal(550, await notes.ScalarAsync<long>($"SELECT count(*) FROM {notes.Store}"));
        await notes.Collection.UpsertAsync(rows[..1]);
    }

    [Fact]
    public async Task An_alteration_that_was_killed_leaves_the_collection_as_it_was_and_the_next_one_tidies_up()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(300));
        // As a killed one leaves it: a store that doesn't serve.
        await notes.ExecuteAsync(
            $"""
            INSERT INTO pgembed.store (collection_id, space_id, codec, table_name)
            SELECT collection_id, space_id, codec, 'notes_99' FROM pgembed.store;
            CREATE TABLE pgembed_store.notes_99 (LIKE {notes.Store})
            """);
        Assert.Equal(0, (await notes.Collection.SyncAsync().LastAsync()).Rows);

        await notes.Client.AlterCollectionAsync("notes", [Tenant]);

        Assert.Equal(1, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.store"));
        Assert.Equal(1, await notes.ScalarAsync<long>(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'pgembed_store'::regnamespace AND relkind IN ('r', 'p')"));
    }

    [Fact]
    public async Task A_cancelled_alteration_leaves_nothing_behind()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(300));
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => notes.Client.AlterCollectionAsync(
            "notes", [Tenant], null, new Immediate<AlterationProgress>(_ => cancel.Cancel()), cancel.Token));

        Assert.Equal(1, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.store"));
        Assert.Equal(0, (await notes.Collection.SyncAsync().LastAsync()).Rows);
        Assert.Equal(0, await notes.InconsistentAsync());
    }

    [Fact]
    public async Task Grants_on_the_store_and_on_its_function_stay()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(10));
        await notes.ExecuteAsync(
            $"""
            GRANT SELECT ON {notes.Store} TO pg_monitor;
            REVOKE EXECUTE ON FUNCTION pgembed_store.nearest_notes FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION pgembed_store.nearest_notes TO pg_monitor;
            """);

        var result = await notes.Client.AlterCollectionAsync("notes", ["price"]);

        Assert.True(await notes.ScalarAsync<bool>(
            $"SELECT has_table_privilege('pg_monitor', '{result.Collection.Store.Sql}', 'SELECT')"));
        Assert.Equal("true false", await notes.ScalarAsync<string>(
            """
            SELECT string_agg(has_function_privilege(role, 'pgembed_store.nearest_notes(pgembed.space_vector)', 'EXECUTE')::text, ' ')
            FROM unnest('{pg_monitor,pg_read_all_data}'::name[]) AS role
            """));
    }

    [Fact]
    public async Task A_wrong_column_and_an_upgrade_under_way_are_refused()
    {
        await using var notes = await Notes.CreateAsync();
        foreach (var (carried, partitioning, expected) in ((string[], Partitioning?, string)[])
        [
            (["nothing"], null, "\"nothing\""),
            (["id"], null, "not of the key"),
            ([], Partitioning.ByHash("price", 3), "Carry it too"),
        ])
        {
            var error = await Assert.ThrowsAsync<PgEmbedException>(
                () => notes.Client.AlterCollectionAsync("notes", carried, partitioning));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        await notes.ExecuteAsync(
            """
            INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
            SELECT pgembed.space_id(repeat('9', 64), 16, 'cosine'), 'next@1', repeat('9', 64), 16, 'cosine';
            INSERT INTO pgembed.store (collection_id, space_id, codec, table_name)
            SELECT collection_id, pgembed.space_id(repeat('9', 64), 16, 'cosine'), 'f32', 'notes_98' FROM pgembed.store
            """);
        var busy = await Assert.ThrowsAsync<PgEmbedException>(() => notes.Client.AlterCollectionAsync("notes", [Tenant]));
        Assert.Contains("upgrade", busy.Message, StringComparison.Ordinal);
        Assert.Equal(2, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.store"));
    }

    [Fact]
    public async Task Partitions_are_added_as_rows_ask_for_them_and_rows_move_there()
    {
        var rows = Notes.Some(800, tenants: 6);
        await using var notes = await Notes.CreateAsync(Notes.Mapping.PartitionByFrequentValues(n => n.Tenant, 3), rows[..5]);
        await notes.Collection.UpsertAsync(rows);
        await notes.Collection.BuildIndexAsync();
        var catalog = new CollectionCatalog(notes.DataSource);
        var before = (await notes.PartitionsAsync()).Count;

        var added = await catalog.AddPartitionsAsync("notes");
        Assert.NotEmpty(added);
        Assert.Equal(before + added.Count, (await notes.PartitionsAsync()).Count);
        Assert.Empty(await catalog.AddPartitionsAsync("notes"));
        Assert.Single(await catalog.AddPartitionsAsync("notes", [null]));
        Assert.Empty(await catalog.AddPartitionsAsync("notes", [null]));
        Assert.Equal(0, await notes.InconsistentAsync());
        Assert.Contains(await notes.PartitionsAsync(), line => line.StartsWith("FOR VALUES IN (NULL): ", StringComparison.Ordinal)
            && !line.EndsWith(": 0", StringComparison.Ordinal));
        // The new partitions have an index each, joined to the store's.
        Assert.Equal(
            (await notes.PartitionsAsync()).Count,
            await notes.ScalarAsync<long>(
                $"""
                SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
                WHERE m.amname = 'hnsw' AND i.indisvalid AND c.relispartition
                """));
        var range = await Assert.ThrowsAsync<PgEmbedException>(() => catalog.AddPartitionsAsync("notes", null, ("a", "b")));
        Assert.Contains("by list", range.Message, StringComparison.Ordinal);

        await notes.Client.AlterCollectionAsync("notes", ["written_at"], Partitioning.ByRange("written_at", "2024-06-01Z"));
        var overlap = await Assert.ThrowsAsync<PgEmbedException>(
            () => catalog.AddPartitionsAsync("notes", null, ("2024-05-01Z", "2024-07-01Z")));
        Assert.Contains("no partition", overlap.Message, StringComparison.Ordinal);
    }

    private static async Task<List<(long, double)>> FoundAsync(VectorCollection<Note> collection) =>
        await collection.SearchAsync("note", 20, n => n.Tenant == "tenant 2" || n.Tenant == null)
            .Select(hit => (hit.Row.Id, Math.Round(hit.Distance, 5))).ToListAsync();
}
