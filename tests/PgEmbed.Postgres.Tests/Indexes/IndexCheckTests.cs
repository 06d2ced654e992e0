using Npgsql;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class IndexCheckTests
{
    [Fact]
    public async Task Recall_is_what_a_plain_comparison_of_keys_gives()
    {
        await using var table = await VectorTable.CreateAsync(3_000, dimensions: 32);
        var target = await table.Manager.ColumnTargetAsync("items", "v", IndexMetric.L2);
        await table.Manager.BuildAsync(target, new HnswOptions { M = 4, EfConstruction = 8 });
        var queries = Queries(40, 32);

        var result = await table.Manager.CheckAsync(
            target, new IndexCheckOptions { QueryVectors = queries, EfSearch = [10, 60] });

        Assert.Equal((3_000, 40, 10), (result.Rows, result.Queries, result.K));
        foreach (var measure in result.Measures)
        {
            var expected = await PlainRecallAsync(table, queries, measure.EfSearch);
            Assert.Equal(expected, measure.Recall, 9);
            Assert.InRange(measure.Recall, measure.Interval.Low, measure.Interval.High);
            Assert.True(measure.Interval.High - measure.Interval.Low is > 0 and < 0.2);
            Assert.True(measure.Pages > 10);
        }

        Assert.True(result.Measures[0].Recall < result.Measures[1].Recall);
        Assert.True(result.Measures[0].Pages < result.Measures[1].Pages);
    }

    [Theory]
    [InlineData(IndexedType.Vector, null)]
    [InlineData(IndexedType.Vector, IndexedType.Halfvec)]
    [InlineData(IndexedType.Vector, IndexedType.Bit)]
    [InlineData(IndexedType.Halfvec, null)]
    [InlineData(IndexedType.Bit, null)]
    [InlineData(IndexedType.Sparsevec, null)]
    public async Task Of_every_type_rows_are_made_queries_and_a_thorough_search_finds_all(
        IndexedType type, IndexedType? indexedAs)
    {
        await using var table = await VectorTable.CreateAsync(300, type, 48);
        var target = await table.Manager.ColumnTargetAsync("items", "v", indexedAs: indexedAs);
        await table.Manager.BuildAsync(target);

        var result = await table.Manager.CheckAsync(
            target, new IndexCheckOptions { Queries = 25, EfSearch = [400], Filters = ["kind < 5 -- half"] });

        Assert.Equal(25, result.Queries);
        Assert.Contains("each moved by", result.QuerySource, StringComparison.Ordinal);
        Assert.Equal([null, "kind < 5 -- half"], result.Measures.Select(m => m.Filter));
        Assert.All(result.Measures, m => Assert.InRange(m.Recall, 0.99, 1));
        Assert.All(result.Measures, m => Assert.InRange(m.Interval.Low, 0.8, 0.9999));
        Assert.InRange(result.SizeRatio, 0.9, 1.1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("INSERT INTO items VALUES (1, 1, '[1,2,3]')")]
    [InlineData("INSERT INTO items SELECT i, 1, '[1,2,3]' FROM generate_series(1, 300) i")]
    [InlineData("INSERT INTO items SELECT i, 1, '[0,0,0]' FROM generate_series(1, 300) i")]
    [InlineData("INSERT INTO items SELECT i, 1, NULL FROM generate_series(1, 300) i")]
    public async Task No_rows_one_row_equal_rows_and_rows_without_direction_are_checked_without_fail(string insert)
    {
        await using var table = await VectorTable.CreateAsync(0, dimensions: 3);
        await table.ExecuteAsync(insert + ";");
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);

        var result = await table.Manager.CheckAsync(target);

        Assert.All(result.Measures, m => Assert.Equal(1, m.Recall));
        Assert.Equal(insert.Contains("1,2,3", StringComparison.Ordinal), result.Queries > 0);
    }

    [Fact]
    public async Task A_filter_is_over_the_collections_table_whatever_its_columns_are_called()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync("ALTER TABLE articles ADD COLUMN embedding integer, ADD COLUMN key_1 integer");
        await articles.Collection.UpsertAsync(Articles.Some(400));
        await articles.ExecuteAsync("UPDATE articles SET embedding = id, key_1 = -id");
        var manager = new IndexManager(articles.DataSource);
        var target = await manager.TargetAsync("articles");
        await manager.BuildAsync(target);

        var result = await manager.CheckAsync(target, new IndexCheckOptions
        {
            Queries = 20,
            EfSearch = [400],
            Filters = ["embedding <= 100 AND key_1 < 0", "articles.id = -1"],
        });

        Assert.All(result.Measures, m => Assert.InRange(m.Recall, 0.99, 1));
        Assert.Equal("articles", result.Index.Collection);
    }

    [Fact]
    public async Task Without_a_valid_index_or_where_it_is_not_used_it_says_so()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        var none = await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.CheckAsync(target));
        await table.Manager.BuildAsync(target);

        var unused = await Assert.ThrowsAsync<PgEmbedException>(
            () => table.Manager.CheckAsync(target, new IndexCheckOptions { Queries = 10, Filters = ["1 = 0"] }));

        Assert.Contains("found none", none.Message, StringComparison.Ordinal);
        Assert.Contains("Result", unused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("((v::halfvec(16)) halfvec_cosine_ops)", IndexedType.Halfvec)]
    [InlineData("((binary_quantize(v)::bit(16)) bit_hamming_ops)", IndexedType.Bit)]
    [InlineData("(v vector_cosine_ops)", null)]
    public async Task An_index_that_somebody_else_made_is_known_by_what_it_is_on(string on, IndexedType? indexedAs)
    {
        await using var table = await VectorTable.CreateAsync();
        await table.ExecuteAsync(
            $"""
            CREATE INDEX wrong ON items USING hnsw ((l2_normalize(v)::halfvec(16)) halfvec_cosine_ops);
            CREATE INDEX theirs ON items USING hnsw {on};
            """);
        var target = await table.Manager.ColumnTargetAsync("items", "v", indexedAs: indexedAs);

        var checkedIndex = (await table.Manager.CheckAsync(target, new IndexCheckOptions { Queries = 10, EfSearch = [400] })).Index;
        var built = await table.Manager.BuildAsync(target);

        Assert.Equal(("theirs", false), (checkedIndex.Name, built.Built));
    }

    [Fact]
    public async Task A_partition_is_checked_by_itself_and_a_partial_index_by_its_rows()
    {
        await using var table = await VectorTable.CreateAsync();
        await table.ExecuteAsync(
            """
            CREATE TABLE parts (id integer, kind integer, v vector(16)) PARTITION BY LIST (kind);
            CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
            CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
            INSERT INTO parts SELECT * FROM items;
            """);
        await table.Manager.BuildAsync(await table.Manager.ColumnTargetAsync("parts", "v"));
        var partial = await table.Manager.ColumnTargetAsync("items", "v", filter: "kind < 3");
        await table.Manager.BuildAsync(partial);
        var options = new IndexCheckOptions { Queries = 10, EfSearch = [400] };

        var ofPart = await table.Manager.CheckAsync(await table.Manager.ColumnTargetAsync("parts_1", "v"), options);
        var ofPartial = await table.Manager.CheckAsync(partial, options);

        Assert.Equal((50, "parts_1_v_hnsw_cosine"), (ofPart.Rows, ofPart.Index.Name));
        Assert.Equal(150, ofPartial.Rows);
        Assert.All(ofPart.Measures.Concat(ofPartial.Measures), m => Assert.Equal(1, m.Recall));
    }

    [Fact]
    public async Task Queries_of_other_dimensions_are_refused()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await table.Manager.BuildAsync(target);

        await Assert.ThrowsAsync<InvalidVectorException>(
            () => table.Manager.CheckAsync(target, new IndexCheckOptions { QueryVectors = Queries(3, 15) }));
        await Assert.ThrowsAsync<PgEmbedException>(
            () => table.Manager.CheckAsync(target, new IndexCheckOptions { K = 0 }));
    }

    private static List<ReadOnlyMemory<float>> Queries(int count, int dimensions)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ =>
            new ReadOnlyMemory<float>([.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f)]))];
    }

    // Another way to the same figure: all vectors ranked here, and the keys that plain SQL finds.
    private static async Task<double> PlainRecallAsync(
        VectorTable table, List<ReadOnlyMemory<float>> queries, int efSearch)
    {
        await using var connection = await table.DataSource.OpenConnectionAsync();
        var rows = new List<(int Id, float[] Vector)>();
        await using (var all = new NpgsqlCommand("SELECT id, v FROM items", connection))
        await using (var reader = await all.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                rows.Add((reader.GetInt32(0), reader.GetFieldValue<float[]>(1)));
        }

        await using var command = new NpgsqlCommand(
            $"SET hnsw.ef_search = {efSearch}; SET enable_seqscan = off", connection);
        await command.ExecuteNonQueryAsync();
        command.CommandText = "SELECT array(SELECT id FROM items ORDER BY v <-> $1 LIMIT 10)";
        var hits = 0;
        foreach (var query in queries)
        {
            command.Parameters.Clear();
            command.Parameters.Add(new NpgsqlParameter { Value = query });
            var found = (int[])(await command.ExecuteScalarAsync())!;
            hits += rows.OrderBy(row => row.Vector.Zip(query.ToArray(), (a, b) => (double)(a - b) * (a - b)).Sum())
                .Take(10).Count(row => found.Contains(row.Id));
        }

        return hits / (10.0 * queries.Count);
    }
}
