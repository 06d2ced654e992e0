using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Catalog;

/// <summary>SQL decodes and scores codes as C# does, for every codec and metric.</summary>
public sealed class CodecCatalogTests
{
    private const int Dimensions = 20;

    // 20 dimensions are two bytes of bits and a half; 19 and 13 leave half bytes empty.
    private static readonly string[] Recipes =
    [
        "f32", "f16", "fp8_e4m3", "fp8_e4m3:vector", "fp8_e4m3:dimension", "fp8_e5m2", "fp8_e5m2:vector",
        "fp8_e5m2:dimension", "sq8", "sq8:global", "sq8:fixed", "sq4", "sq4:global", "sq4:fixed", "hadamard nq4", "bit",
        "centre hadamard bit", "hadamard mbit2", "hadamard mbit3", "hadamard mbit4", "centre hadamard rabitq", "pq:6",
        "opq:5", "truncate:13 sq8", "truncate:13 normalize sq4", "quarter f16", "pca:13 fp8_e4m3", "pca-centred:19 sq4",
        "whiten:13 sq8", "rotate-dense sq4", "gaussian:12 f32", "sparse-projection:12 sq8", "centre pca:19 hadamard nq4",
    ];

    private static readonly VectorBlock Sample = Vectors(80, seed: 5);

    [Theory]
    [InlineData(DistanceMetric.Cosine)]
    [InlineData(DistanceMetric.L2)]
    [InlineData(DistanceMetric.InnerProduct)]
    public async Task Sql_decodes_and_scores_as_the_codec_does(DistanceMetric metric)
    {
        await using var database = await TestDatabase.CreateAsync();
        var catalog = new CodecCatalog(database.DataSource);
        foreach (var recipe in Recipes)
        {
            if (metric != DistanceMetric.Cosine && recipe.Contains("normalize", StringComparison.Ordinal))
                continue;
            var codec = CodecRecipe.Parse(recipe).Fit(Sample, metric);
            Assert.True(await catalog.SaveAsync(recipe + " fitted", codec, Space(codec.Metric)));
            var codes = Enumerable.Range(0, 12).Select(i => Encode(codec, Sample[i].Span)).ToArray();
            var query = Sample[70];
            var distances = await QueryAsync<double[]>(
                database, "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", codes, query.ToArray(), recipe + " fitted", Space(metric).Id);
            var prepared = codec.Prepare(query.Span);
            for (var i = 0; i < codes.Length; i++)
                Near(prepared.Distance(codes[i]), distances[i], recipe);
            Assert.Equal(distances[3], await QueryAsync<double>(
                database, "SELECT pgembed.distance($1, ROW($4, $2::real[]::vector), $3)", codes[3], query.ToArray(), recipe + " fitted", Space(metric).Id));

            var expected = new float[Dimensions];
            foreach (var code in codes)
            {
                codec.Decode(code, expected);
                var decoded = await QueryAsync<float[]>(database, "SELECT pgembed.decode($1, $2)::real[]", code, recipe + " fitted");
                for (var i = 0; i < Dimensions; i++)
                    Near(expected[i], decoded[i], recipe);
            }
        }
    }

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("fp8_e4m3:vector")]
    [InlineData("sq8")]
    [InlineData("nq4")]
    [InlineData("mbit3")]
    [InlineData("rabitq")]
    public async Task Sql_reads_values_of_every_size(string recipe)
    {
        await using var database = await TestDatabase.CreateAsync();
        var codec = CodecRecipe.Parse(recipe).Fit(Sample, DistanceMetric.L2);
        await new CodecCatalog(database.DataSource).SaveAsync(recipe + " fitted", codec, Space(codec.Metric));
        float[][] vectors =
        [
            new float[Dimensions],
            [.. Enumerable.Range(0, Dimensions).Select(i => (i % 2 == 0 ? 1 : -1) * MathF.Pow(10, i - 12))],
            [.. Enumerable.Repeat(1e-20f, Dimensions)],
            [.. Enumerable.Repeat(-3e4f, Dimensions)],
        ];
        foreach (var vector in vectors)
        {
            var code = Encode(codec, vector);
            var expected = new float[Dimensions];
            codec.Decode(code, expected);
            var decoded = await QueryAsync<float[]>(database, "SELECT pgembed.decode($1, $2)::real[]", code, recipe + " fitted");
            for (var i = 0; i < Dimensions; i++)
                Near(expected[i], decoded[i], recipe);
            var distances = await QueryAsync<double[]>(
                database, "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", new[] { code }, vectors[1], recipe + " fitted", Space(DistanceMetric.L2).Id);
            // Under L2 float32 has lost what is small beside the lengths.
            var (own, other) = (Math.Pow(codec.Prepare(vectors[1]).Distance(code), 2), distances[0] * distances[0]);
            var lengths = vector.Concat(vectors[1]).Sum(value => (double)value * value);
            Assert.True(Math.Abs(own - other) <= 1e-5 * lengths, $"{recipe}: expected {own}, got {other}");
        }
    }

    [Fact]
    public async Task A_codec_is_read_as_it_was_saved_and_its_name_is_its_own()
    {
        await using var database = await TestDatabase.CreateAsync();
        var catalog = new CodecCatalog(database.DataSource);
        const string Name = "quo\"te 'apostrophe' %I";
        var codec = CodecRecipe.Parse("pca:7 sq8").Fit(Sample, DistanceMetric.Cosine);
        Assert.True(await catalog.SaveAsync(Name, codec, Space(codec.Metric)));
        Assert.False(await catalog.SaveAsync(Name, codec, Space(codec.Metric)));
        Assert.Equal(codec.Fingerprint, (await catalog.ReadAsync(Name)).Fingerprint);
        var other = CodecRecipe.Parse("sq4").Fit(Sample, DistanceMetric.Cosine);
        await Assert.ThrowsAsync<PgEmbedException>(() => catalog.SaveAsync(Name, other, Space(other.Metric)));
        await Assert.ThrowsAsync<PgEmbedException>(() => catalog.SaveAsync("f32", other, Space(other.Metric)));
        await Assert.ThrowsAsync<PgEmbedException>(() => catalog.SaveAsync("new", other, Space(DistanceMetric.L2)));
        await Assert.ThrowsAsync<PgEmbedException>(() => catalog.ReadAsync("f32"));
        await Assert.ThrowsAsync<PgEmbedException>(() => catalog.ReadAsync("none"));
    }

    [Fact]
    public async Task What_does_not_fit_a_codec_is_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        var codec = CodecRecipe.Parse("sq8").Fit(Sample, DistanceMetric.Cosine);
        await new CodecCatalog(database.DataSource).SaveAsync("mine", codec, Space(codec.Metric));
        var code = Encode(codec, Sample[0].Span);
        var query = Sample[1].ToArray();
        var id = Space(DistanceMetric.Cosine).Id;
        await RefusedAsync("PE001", "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", new[] { code }, query, "mine", Guid.NewGuid());
        await RefusedAsync("PE040", "SELECT pgembed.decode($1, 'none')", code);
        await RefusedAsync("PE040", "SELECT pgembed.decode($1, 'f32')", code);
        await RefusedAsync("PE041", "SELECT pgembed.decode($1, 'mine')", code[1..]);
        await RefusedAsync("PE041", "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", new[] { code, code[1..] }, query, "mine", id);
        await RefusedAsync("PE042", "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", new[] { code }, query[1..], "mine", id);
        await RefusedAsync("PE042", "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", new[] { code }, new float[Dimensions], "mine", id);
        Assert.Empty(await QueryAsync<double[]>(
            database, "SELECT pgembed.distances($1, ROW($4, $2::real[]::vector), $3)", Array.Empty<byte[]>(), query, "mine", id));

        async Task RefusedAsync(string state, string sql, params object[] values)
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync<object>(database, sql, values));
            Assert.Equal(state, error.SqlState);
        }
    }

    private static VectorSpace Space(DistanceMetric metric) => new("mini@1", new string('7', 64), Dimensions, metric);

    // SQL sums in double precision or another order: float32's last bits differ.
    private static void Near(double expected, double actual, string recipe)
    {
        var tolerance = 2e-4 * Math.Max(1e-3, Math.Abs(expected)) + 2e-5;
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{recipe}: expected {expected}, got {actual}");
    }

    private static VectorBlock Vectors(int count, int seed)
    {
        var random = new Random(seed);
        var block = new VectorBlock(count, Dimensions);
        for (var i = 0; i < count; i++)
        {
            foreach (ref var value in block.Row(i))
                value = random.NextSingle() - 0.4f;
        }

        return block;
    }

    private static byte[] Encode(VectorCodec codec, ReadOnlySpan<float> vector)
    {
        var code = new byte[codec.CodeBytes];
        codec.Encode(vector, code);
        return code;
    }

    private static async Task<T> QueryAsync<T>(TestDatabase database, string sql, params object[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
