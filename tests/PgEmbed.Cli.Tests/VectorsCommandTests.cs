using System.Text.Json;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Stores;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class VectorsCommandTests
{
    [Fact]
    public async Task Vectors_go_out_and_come_in_again_and_a_dry_run_writes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ScalarAsync<object?>(database, """
            CREATE TABLE notes (id integer PRIMARY KEY, body text);
            INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 60) i
            """);
        var space = new VectorSpace("elsewhere@1", new string('a', 64), 3);
        var notes = await new PgEmbedClient(database.DataSource, new VectorsOnlyEmbedder(space)).DefineCollectionAsync(
            new CollectionDefinition { Name = "notes", Table = "notes", KeyColumns = ["id"], TextColumns = ["body"] });
        await notes.ImportVectorsAsync(
            space,
            Enumerable.Range(1, 60).Select(i => new KeyedVector<int>(i, new float[] { i, 1, -1 })).ToAsyncEnumerable());
        var folder = Directory.CreateTempSubdirectory("pgembed-cli-").FullName;
        try
        {
            var file = Path.Combine(folder, "notes.npy");
            var exported = await Cli.RunAsync(database, "vectors", "export", "notes", file, "--json");
            Assert.True(exported.Code == 0, exported.Error);
            using var json = JsonDocument.Parse(exported.Output);
            Assert.Equal(60, json.RootElement.GetProperty("vectors").GetInt32());
            Assert.Equal(61, (await File.ReadAllLinesAsync(Path.ChangeExtension(file, ".keys.jsonl"))).Length);
            var store = await ScalarAsync<string>(database, "SELECT 'pgembed_store.' || quote_ident(table_name) FROM pgembed.store");
            await ScalarAsync<object?>(database, $"DELETE FROM {store}");

            var dry = await Cli.RunAsync(database, "vectors", "import", "notes", file, "--dry-run");
            Assert.True(dry.Code == 0, dry.Error);
            Assert.Contains("written  60", dry.Output, StringComparison.Ordinal);
            Assert.Contains("nothing was written", dry.Error, StringComparison.Ordinal);
            Assert.Equal(0L, await ScalarAsync<long>(database, $"SELECT count(*) FROM {store}"));

            var imported = await Cli.RunAsync(database, "vectors", "import", "notes", file, "--json");
            Assert.True(imported.Code == 0, imported.Error);
            Assert.Equal(60L, await ScalarAsync<long>(database, $"SELECT count(*) FROM {store}"));

            var other = await Cli.RunAsync(
                database, "vectors", "import", "notes", file, "--space", Guid.NewGuid().ToString());
            Assert.Equal(1, other.Code);
            Assert.Contains("space", other.Error, StringComparison.Ordinal);
            Assert.Equal(1, (await Cli.RunAsync(database, "vectors", "import", "notes", file + ".none")).Code);
            Assert.Equal(2, (await Cli.RunAsync(database, "vectors", "import", "notes")).Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<T> ScalarAsync<T>(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
