using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed class DumpTests
{
    private const string Search =
        """
        SELECT n.id || ' ' || round(n.distance::numeric, 5)
        FROM articles a JOIN pgembed_store.nearest_articles(pgembed.vector_of('articles', '7')) n USING (id)
        WHERE a.price < 50 ORDER BY n.distance, n.id LIMIT 20
        """;

    [Theory]
    [InlineData("public", "f32")]
    [InlineData("Ext Schema", "f16")]
    public async Task A_dump_restored_into_a_new_database_works(string vectorSchema, string codec)
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await using var restored = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            $"""CREATE SCHEMA IF NOT EXISTS "{vectorSchema}"; CREATE EXTENSION vector SCHEMA "{vectorSchema}" """);
        await new SchemaMigrator(database.DataSource).UpAsync();
        await TinyStore.CreateAsync(database.DataSource, codec: codec, vectorSchema: vectorSchema);

        var dump = await PostgresProgram.DumpAsync(database);
        var (exitCode, output) = await PostgresProgram.PsqlAsync(
            restored, dump, "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null");
        Assert.Equal("", output);
        Assert.Equal(0, exitCode);

        Assert.True((await new SchemaMigrator(restored.DataSource).UpAsync()).IsEmpty);
        var expected = await database.DataSource.ListAsync(Search);
        Assert.Equal(20, expected.Count);
        Assert.Equal(expected, await restored.DataSource.ListAsync(Search));
        const string Status = "SELECT jsonb_build_array(space, codec, store, vectors, indexes, indexes_valid)::text "
            + "FROM pgembed.collection_status()";
        Assert.Equal(await database.DataSource.ListAsync(Status), await restored.DataSource.ListAsync(Status));
        Assert.Equal(dump, await PostgresProgram.DumpAsync(restored));

        await new SchemaMigrator(restored.DataSource).DownAsync(new SchemaDownOptions { Force = true });
        Assert.DoesNotContain(await SchemaSnapshot.TakeAsync(restored), line => line.Contains("pgembed"));
    }
}
