using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

/// <summary>The generated functions pgembed_store.nearest_… as an application uses them.</summary>
public sealed class NearestTests
{
    private const string Query =
        """
        SELECT n.id FROM articles a JOIN pgembed_store.nearest_articles(pgembed.vector_of('articles', '7')) n USING (id)
        WHERE a.price < 50 ORDER BY n.distance LIMIT 10
        """;

    [Theory]
    [InlineData(DistanceMetric.Cosine, "f32")]
    [InlineData(DistanceMetric.Cosine, "f16")]
    [InlineData(DistanceMetric.L2, "f32")]
    [InlineData(DistanceMetric.L2, "f16")]
    [InlineData(DistanceMetric.InnerProduct, "f32")]
    [InlineData(DistanceMetric.InnerProduct, "f16")]
    public async Task A_filtered_search_joined_to_the_source_uses_the_index_and_finds_the_nearest(
        DistanceMetric metric, string codec)
    {
        await using var database = await TestDatabase.CreateAsync();
        await TinyStore.CreateAsync(database.DataSource, metric: metric, codec: codec);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("SET enable_seqscan = off; SET enable_sort = off");
        var plan = await connection.ListAsync("EXPLAIN (COSTS OFF) " + Query);
        Assert.Contains(plan, line => line.Contains("Index Scan using articles_1_hnsw"));

        await connection.ExecuteAsync("SET hnsw.ef_search = 400");
        var rows = await connection.ListAsync(Query.Replace("n.id FROM", "n.distance::text FROM"));
        var found = rows.Select(row => double.Parse(row, CultureInfo.InvariantCulture)).ToList();
        var query = TinyStore.Vector(7);
        var nearest = Enumerable.Range(1, TinyStore.Rows).Where(id => id % 100 < 50)
            .Select(id => Distance(metric, query, TinyStore.Vector(id))).Order().Take(10);
        Assert.Equal(10, found.Count);
        Assert.All(found.Zip(nearest), pair => Assert.Equal(pair.Second, pair.First, 5e-6));
    }

    [Fact]
    public async Task Everything_works_with_the_extension_elsewhere_and_still_after_it_moved()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        await database.DataSource.ExecuteAsync(
            """CREATE SCHEMA "Ext Schema"; CREATE EXTENSION vector SCHEMA "Ext Schema"; CREATE SCHEMA other""");
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "other" });
        await new SchemaMigrator(source).UpAsync();
        await TinyStore.CreateAsync(source, vectorSchema: "Ext Schema");
        var query = Query.Replace("FROM articles", "FROM public.articles");
        var found = await source.ListAsync(query);
        Assert.Equal("7", found[0]);

        await database.DataSource.ExecuteAsync("ALTER EXTENSION vector SET SCHEMA other");
        Assert.Equal(found, await source.ListAsync(query));
        await source.ExecuteAsync("SELECT pgembed.create_nearest('articles'), pgembed.drop_nearest('articles')");
        await source.ExecuteAsync("SELECT pgembed.create_nearest('articles'), pgembed.collection_status('articles')");
        Assert.Equal(found, await source.ListAsync(query));
        Assert.True((await new SchemaMigrator(source).UpAsync()).IsEmpty);
    }

    [Fact]
    public async Task A_role_needs_rights_on_the_store_as_on_any_table()
    {
        await using var role = await TestRole.CreateAsync();
        await using var database = await TestDatabase.CreateAsync();
        await TinyStore.CreateAsync(database.DataSource);
        await database.DataSource.ExecuteAsync(
            $"""
            GRANT USAGE ON SCHEMA pgembed, pgembed_store TO {role.Name};
            GRANT SELECT ON ALL TABLES IN SCHEMA pgembed TO {role.Name};
            GRANT SELECT ON articles TO {role.Name};
            """);
        await using var limited = role.Connect(database);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => limited.ListAsync(Query));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Contains("articles_1", refused.MessageText);
        await database.DataSource.ExecuteAsync($"GRANT SELECT ON pgembed_store.articles_1 TO {role.Name}");
        Assert.Equal(10, (await limited.ListAsync(Query)).Count);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("With \"quotes\" and 'more'")]
    [InlineData("a name that fills all of the sixty-three bytes of an identifier")]
    [InlineData("ÄÖÜ ist dreißig und mehr Zeichen, deren manche zwei Bytes haben")]
    [InlineData("$1; DROP TABLE articles; --")]
    [InlineData("%I %s %1$s")]
    public async Task A_collection_of_any_name_has_its_function(string name)
    {
        name = Fit(name);
        await using var database = await TestDatabase.CreateAsync();
        await TinyStore.CreateAsync(database.DataSource, name);
        var function = await database.DataSource.ScalarAsync<string>("SELECT pgembed.create_nearest($1)", name);
        await using var command = database.DataSource.CreateCommand(
            $"SELECT id FROM {function}(pgembed.vector_of($1, '7')) ORDER BY distance LIMIT 1");
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        Assert.Equal(7, await command.ExecuteScalarAsync());
        Assert.True(await database.DataSource.ScalarAsync<bool>("SELECT pgembed.drop_nearest($1)", name));
    }

    [Fact]
    public async Task Functions_of_different_collections_have_different_names_that_fit()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var characters = Gen.Elements('a', 'A', '_', '"', 'é', '€', '0');
        var names =
            from start in Gen.Constant(new string('x', 45))
            from end in characters.ListOf()
            select Fit(start + string.Concat(end));
        Prop.ForAll(names.Two().ToArbitrary(), pair =>
        {
            var (first, second) = (Name(pair.Item1), Name(pair.Item2));
            return Encoding.UTF8.GetByteCount(first) <= 63
                && first == Name(pair.Item1)
                && (first == second) == (pair.Item1 == pair.Item2);
        }).QuickCheckThrowOnFailure();

        string Name(string collection)
        {
            using var command = new NpgsqlCommand("SELECT pgembed.nearest_name($1)", connection)
            {
                Parameters = { new() { Value = collection } },
            };
            return (string)command.ExecuteScalar()!;
        }
    }

    /// <summary>The start of a text that fits 63 bytes.</summary>
    private static string Fit(string text)
    {
        while (Encoding.UTF8.GetByteCount(text) > 63)
            text = text[..^1];
        return text;
    }

    private static double Distance(DistanceMetric metric, float[] a, float[] b)
    {
        double product = a.Zip(b, (x, y) => (double)x * y).Sum();
        return metric switch
        {
            DistanceMetric.Cosine => 1 - product / Length(a) / Length(b),
            DistanceMetric.L2 => Length([.. a.Zip(b, (x, y) => x - y)]),
            _ => -product,
        };

        static double Length(float[] vector) => Math.Sqrt(vector.Sum(x => (double)x * x));
    }
}
