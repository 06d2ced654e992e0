using PgEmbed.Postgres.Catalog;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Catalog;

public sealed class PartitioningTests
{
    private readonly HashingEmbedder _embedder = new();

    [Fact]
    public async Task A_definition_that_cannot_be_is_refused_and_leaves_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database,
            """
            CREATE TABLE t (id int PRIMARY KEY, body text, tenant text, number int, at timestamp, data json);
            INSERT INTO t SELECT i, 'text', 'a', i, timestamp '2024-01-01' + i * interval '1 second' FROM generate_series(1, 2000) i
            """);
        var catalog = new CollectionCatalog(database.DataSource);
        foreach (var (what, wanted, expected) in ((string, string, string)[])
        [
            ("carries the key", "carried id", "not of the key"),
            ("carries what is not there", "carried nothing", "\"nothing\""),
            ("carries json", "carried data", "\"data\" of a type that can be compared"),
            ("carries twice", "carried tenant tenant", "once"),
            ("partitioned by what is not carried", "list tenant a", "Carry it too"),
            ("a value of another type", "carried number list number x", "value x"),
            ("bounds that descend", "carried number range number 5 3", "range from 5 to 3"),
            ("a step of text", "carried tenant step tenant 1", "time or numbers"),
            ("a step that is none", "carried at step at often", "'often'"),
            ("a step of months and days", "carried at step at P1M1D", "whole months"),
            ("a step of zero", "carried number step number 0", "above zero"),
            ("a step that is too small", "carried at step at 1s", "larger step"),
            ("one partition", "carried tenant hash tenant 1", "2 to 1000"),
        ])
        {
            var error = await Assert.ThrowsAsync<PgEmbedException>(
                async () => await catalog.DefineAsync(Definition(wanted.Split(' ')), _embedder.Space));
            Assert.True(error.Message.Contains(expected, StringComparison.Ordinal), $"{what}: {error.Message}");
        }

        Assert.Empty(await catalog.ListAsync());
    }

    [Theory]
    [InlineData("carried at step at 1month", 3)]
    [InlineData("carried at step at 30days", 3)]
    [InlineData("carried day step day 1year", 2)]
    [InlineData("carried number step number 10", 4)]
    [InlineData("carried ratio step ratio 0.25", 4)]
    public async Task Each_step_that_has_rows_gets_a_partition_and_every_row_its_own(string wanted, int partitions)
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database,
            """
            CREATE TABLE t (id int PRIMARY KEY, body text, at timestamptz, day date, number bigint, ratio double precision);
            INSERT INTO t VALUES
                (1, 'one', '1999-12-31 23:59:59.999999Z', '1999-12-31', -1, -0.1), (2, 'two', '2000-01-01Z', '2000-01-01', 0, 0),
                (3, 'three', '2000-01-31 12:00Z', '2000-12-31', 9, 0.2499), (4, 'four', '2000-02-29Z', '2000-06-01', 10, 0.25),
                (5, 'five', NULL, NULL, NULL, NULL), (6, 'six', 'infinity', '-infinity', 1000000, 1.75),
                (7, 'seven', NULL, NULL, NULL, 'NaN'), (8, 'eight', NULL, '0044-03-15 BC', NULL, '-Infinity')
            """);
        var collection = await new PgEmbedClient(database.DataSource, _embedder)
            .DefineCollectionAsync(Definition(wanted.Split(' ')));
        await collection.SyncAsync().LastAsync();

        await using var command = database.DataSource.CreateCommand(
            $"""
            SELECT count(DISTINCT tableoid) FILTER (WHERE tableoid::regclass::text NOT LIKE '%default%'), count(*)
            FROM {collection.Info.Store.Sql}
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal((partitions, 8), (reader.GetInt64(0), reader.GetInt64(1)));
    }

    [Fact]
    public async Task Defining_again_compares_carried_columns_and_strategy_but_not_the_partitions()
    {
        await using var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database, "CREATE TABLE t (id int PRIMARY KEY, body text, tenant text, number int)");
        var catalog = new CollectionCatalog(database.DataSource);
        var first = await catalog.DefineAsync(Definition("carried", "tenant", "list", "tenant", "a"), _embedder.Space);

        Assert.Equal(
            first.Store.Id,
            (await catalog.DefineAsync(Definition("carried", "tenant", "list", "tenant", "b"), _embedder.Space)).Store.Id);
        foreach (var other in (string[])["carried number", "carried tenant", "carried tenant hash tenant 3"])
        {
            var error = await Assert.ThrowsAsync<PgEmbedException>(
                () => catalog.DefineAsync(Definition(other.Split(' ')), _embedder.Space));
            Assert.Contains("list (\"tenant\")", error.Message, StringComparison.Ordinal);
        }

        var found = await catalog.GetAsync("t");
        Assert.Equal(["tenant"], found.CarriedColumns.Select(c => c.Name));
        Assert.Equal((PartitionStrategy.List, "tenant"), (found.Store.Partitioning!.Strategy, found.Store.Partitioning.Column));
    }

    // 'carried x y list x a b': which columns are carried, and how the store is divided.
    private static CollectionDefinition Definition(params string[] words)
    {
        string[] strategies = ["list", "range", "hash", "step"];
        var strategy = Array.FindIndex(words, strategies.Contains);
        var arguments = strategy < 0 ? [] : words[(strategy + 2)..];
        return new CollectionDefinition
        {
            Name = "t",
            Table = "t",
            KeyColumns = ["id"],
            TextColumns = ["body"],
            CarriedColumns = words[0] == "carried" ? words[1..(strategy < 0 ? words.Length : strategy)] : [],
            Partitioning = strategy < 0 ? null : words[strategy] switch
            {
                "list" => Partitioning.ByList(words[strategy + 1], arguments),
                "range" => Partitioning.ByRange(words[strategy + 1], arguments),
                "hash" => Partitioning.ByHash(words[strategy + 1], int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture)),
                _ => Partitioning.ByStep(words[strategy + 1], arguments[0]),
            },
        };
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
