using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class CollectionCommandTests
{
    [Fact]
    public async Task A_collection_is_defined_filled_shown_divided_otherwise_and_dropped()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database,
            """
            CREATE TABLE notes (id int PRIMARY KEY, tenant text, written date, body text);
            INSERT INTO notes SELECT i, 'tenant ' || i % 4, date '2024-01-31' + i, 'note ' || i FROM generate_series(1, 60) i
            """);
        string[] definition =
        [
            "collection", "define", "notes", "--text", "body", "--carry", "tenant", "--partition-by", "tenant",
            "--value", "tenant 1", "--value", "it's",
        ];

        var planned = await Cli.RunAsync(database, [.. definition, "--dry-run", "--show-sql"]);
        Assert.True(planned.Code == 0, planned.Error);
        Assert.Contains("PARTITION BY list (carried_1)", planned.Output, StringComparison.Ordinal);
        Assert.Contains("ARRAY['it''s']", planned.Output, StringComparison.Ordinal);
        Assert.Contains("no collection", (await Cli.RunAsync(database, "collection", "list")).Error, StringComparison.Ordinal);

        Assert.Contains("is defined", (await Cli.RunAsync(database, definition)).Error, StringComparison.Ordinal);
        Assert.Contains("just so", (await Cli.RunAsync(database, definition)).Error, StringComparison.Ordinal);
        var synced = await JsonAsync(database, "collection", "sync", "notes");
        Assert.Equal(60, synced.GetProperty("embedded").GetInt32());

        var shown = (await Cli.RunAsync(database, "collection", "show", "notes")).Output;
        Assert.Contains("carried         tenant", shown, StringComparison.Ordinal);
        Assert.Contains("FOR VALUES IN ('tenant 1')", shown, StringComparison.Ordinal);
        Assert.Contains("60", (await Cli.RunAsync(database, "collection", "list")).Output, StringComparison.Ordinal);

        var made = await JsonAsync(database, "collection", "partition", "notes", "--value", "tenant 2", "--null");
        Assert.Equal(2, made.GetArrayLength());
        var dry = await Cli.RunAsync(
            database, "collection", "alter", "notes", "--carry", "written", "--partition-by", "written", "--step", "1 month", "--dry-run");
        Assert.Contains("60 vectors", dry.Error, StringComparison.Ordinal);
        var altered = await JsonAsync(
            database, "collection", "alter", "notes", "--carry", "written", "--partition-by", "written", "--step", "1 month");
        Assert.True(altered.GetProperty("altered").GetBoolean());
        var status = (await JsonAsync(database, "collection", "show", "notes"))[0];
        Assert.Equal(("range (\"written\") by 1 month", 60, 2), (
            status.GetProperty("partitioned_by").GetString(),
            status.GetProperty("vectors").GetInt32(),
            status.GetProperty("partitions").GetArrayLength() - 1));
        Assert.Equal(0, (await Cli.RunAsync(database, "collection", "alter", "notes", "--plain")).Code);

        var path = Path.GetTempFileName();
        await File.WriteAllLinesAsync(path, ["tenant = 'tenant 1'", "", "{\"filter\": \"tenant = 'tenant 2'\", \"weight\": 3, \"k\": 5}"]);
        Assert.Equal(1, (await Cli.RunAsync(database, "index", "advise", "notes", "--filters", path)).Code);
        Assert.Equal(0, (await Cli.RunAsync(database, "index", "build", "notes")).Code);
        var advice = await JsonAsync(database, "index", "advise", "notes", "--filters", path, "--count", "3", "--dry-run");
        Assert.Equal((4, 2, 0), (
            advice.GetProperty("searches").GetInt32(),
            advice.GetProperty("measures").GetArrayLength(),
            advice.GetProperty("proposals").GetArrayLength()));
        Assert.Contains(
            "Nothing is proposed",
            (await Cli.RunAsync(database, "index", "advise", "notes", "--filters", path, "--apply", "--show-sql")).Output,
            StringComparison.Ordinal);
        Assert.Equal(2, (await Cli.RunAsync(database, "index", "advise", "notes", "--apply", "--dry-run")).Code);
        File.Delete(path);

        var kept = await Cli.RunAsync(database, "collection", "drop", "notes");
        Assert.Equal(2, kept.Code);
        Assert.Contains("60 vectors", kept.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(database, "collection", "drop", "notes", "--yes")).Code);
        Assert.Equal(1, (await Cli.RunAsync(database, "collection", "show", "notes")).Code);
    }

    [Theory]
    [InlineData("define notes", "--text")]
    [InlineData("define notes --text body --hash 3", "--partition-by")]
    [InlineData("define notes --text body --carry tenant --partition-by tenant", "one of")]
    [InlineData("define notes --text body --carry tenant --partition-by tenant --hash 3 --frequent 3", "one of")]
    [InlineData("alter notes", "--plain")]
    [InlineData("alter notes --plain --carry tenant", "--plain")]
    [InlineData("partition notes --value a --from b", "both")]
    public async Task What_cannot_be_meant_is_refused_before_anything_is_done(string line, string expected)
    {
        var result = await Cli.RunAsync(["collection", .. line.Split(' ')]);

        Assert.Equal(2, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JsonAsync(TestDatabase database, params string[] args)
    {
        var result = await Cli.RunAsync(database, [.. args, "--json"]);
        Assert.True(result.Code == 0, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
