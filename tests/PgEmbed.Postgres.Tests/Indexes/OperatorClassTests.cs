using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class OperatorClassTests
{
    [Fact]
    public async Task Type_metric_operator_class_and_operator_agree_so_that_the_index_serves_the_search()
    {
        await using var table = await VectorTable.CreateAsync(1);
        foreach (var type in Enum.GetValues<IndexedType>())
        {
            var name = $"t_{type.ToName()}";
            await table.ExecuteAsync(
                $"CREATE TABLE {name} (id integer, kind integer, v {VectorTable.TypeOf(type, 24)}); "
                + VectorTable.InsertSql(name, type, 24, 1, 50));
        }

        foreach (var known in HnswOperatorClass.All)
        {
            var name = $"t_{known.Type.ToName()}";
            var target = await table.Manager.ColumnTargetAsync(name, "v", known.Metric);

            var result = await table.Manager.BuildAsync(target);

            Assert.True(result.Built);
            Assert.Equal($"{name}_v_hnsw_{known.Metric.ToName()}", result.Plan.IndexName);
            var plan = await table.ScalarAsync<string>(
                $"""
                BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off;
                EXPLAIN (FORMAT JSON) SELECT id FROM {name} ORDER BY v {known.Operator} (SELECT v FROM {name} LIMIT 1) LIMIT 5;
                """);
            Assert.Contains(result.Plan.IndexName, plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_pgvector_has_for_hnsw_is_all_known()
    {
        await using var table = await VectorTable.CreateAsync(1);

        var classes = await table.ScalarAsync<string[]>(
            """
            SELECT array_agg(o.opcname::text ORDER BY o.opcname::text)
            FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod WHERE a.amname = 'hnsw'
            """);

        Assert.Equal(classes, HnswOperatorClass.All.Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(IndexedType.Vector, IndexMetric.Hamming)]
    [InlineData(IndexedType.Bit, IndexMetric.Cosine)]
    [InlineData(IndexedType.Sparsevec, IndexMetric.Jaccard)]
    public void A_metric_that_a_type_does_not_have_is_refused_with_those_it_has(IndexedType type, IndexMetric metric)
    {
        var error = Assert.Throws<PgEmbedException>(() => HnswOperatorClass.For(type, metric));

        Assert.Contains(type == IndexedType.Bit ? "hamming, jaccard" : "cosine, l2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vector(2000)", "vector_l2_ops")]
    [InlineData("halfvec(4000)", "halfvec_l2_ops")]
    [InlineData("bit(64000)", "bit_hamming_ops")]
    public async Task Up_to_the_limit_an_index_is_built(string type, string operators)
    {
        await using var table = await VectorTable.CreateAsync(1);
        await table.ExecuteAsync($"CREATE TABLE t (v {type})");
        var target = await table.Manager.ColumnTargetAsync(
            "t", "v", operators == "bit_hamming_ops" ? IndexMetric.Hamming : IndexMetric.L2);

        Assert.True((await table.Manager.BuildAsync(target)).Built);
        Assert.Equal(operators, target.OperatorClass.Name);
    }

    [Theory]
    [InlineData("vector(2001)", "Codec f16")]
    [InlineData("halfvec(4001)", "No codec")]
    [InlineData("bit(64001)", "No codec")]
    [InlineData("vector", "dimensions")]
    [InlineData("integer", "vector, halfvec, bit or sparsevec")]
    public async Task Beyond_the_limit_it_is_refused_with_what_fits(string type, string expected)
    {
        await using var table = await VectorTable.CreateAsync(1);
        await table.ExecuteAsync($"CREATE TABLE t (v {type})");

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.ColumnTargetAsync("t", "v"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task The_limit_of_a_sparse_vector_is_on_its_values_and_found_before_the_build(int values, bool fits)
    {
        await using var table = await VectorTable.CreateAsync(1);
        await table.ExecuteAsync(
            $"""
            CREATE TABLE t (v sparsevec(20000));
            INSERT INTO t SELECT ('{"{"}' || string_agg(i || ':1', ',') || '{"}"}/20000')::sparsevec FROM generate_series(1, {values}) i
            """);
        var target = await table.Manager.ColumnTargetAsync("t", "v");

        if (fits)
            Assert.True((await table.Manager.BuildAsync(target)).Built);
        else
            Assert.Contains("1,001", (await Assert.ThrowsAsync<PgEmbedException>(
                () => table.Manager.BuildAsync(target))).Message, StringComparison.Ordinal);
        Assert.Equal(fits ? 1 : 0, (await table.IndexesAsync()).Length);
    }

    [Theory]
    [InlineData(IndexedType.Halfvec, "v::halfvec(3000)", "<=>")]
    [InlineData(IndexedType.Bit, "binary_quantize(v)::bit(3000)", "<~>")]
    public async Task A_vector_of_too_many_dimensions_is_indexed_as_another_type(
        IndexedType indexedAs, string expression, string symbol)
    {
        await using var table = await VectorTable.CreateAsync(1);
        await table.ExecuteAsync("CREATE TABLE t (v vector(3000))");
        var target = await table.Manager.ColumnTargetAsync("t", "v", indexedAs: indexedAs);

        Assert.True((await table.Manager.BuildAsync(target)).Built);
        Assert.False((await table.Manager.BuildAsync(target)).Built);

        var plan = await table.ScalarAsync<string>(
            $"""
            BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off;
            EXPLAIN (FORMAT JSON) SELECT 1 FROM t ORDER BY {expression} {symbol} (SELECT {expression} FROM t) LIMIT 5;
            """);
        Assert.Contains("_hnsw_", plan, StringComparison.Ordinal);
    }
}
