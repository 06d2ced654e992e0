using System.Linq.Expressions;
using System.Numerics.Tensors;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Tests.Search;

public sealed class FilteredSearchTests
{
    private static readonly string[] Kinds = ["book", "game"];
    private static readonly int?[] Prices = [1, null, 50];
    private static readonly List<string> NoKinds = [];
    private static readonly double NotANumber = double.NaN;

    private static string? Nothing => null;

    /// <summary>C# conditions whose truth C# itself tells: SQL must let just the same rows through.</summary>
    public static IReadOnlyList<Expression<Func<Article, bool>>> Filters { get; } =
    [
        a => a.Kind == "book",
        a => "book" != a.Kind,
        a => a.Title == null,
        a => a.Title != null && a.Price < 50,
        a => !(a.Price < 50),
        a => !(a.Price == 50) && !(a.Price != 49 && a.Sold),
        a => a.Price != 50,
        a => a.Price >= 10 || a.Sold,
        a => !(a.Price >= 10 || a.Sold),
        a => !a.Sold && a.Weight > 0.5,
        a => 0.25 <= a.Weight && a.Weight <= 0.75,
        a => a.Kind.Contains("%_"),
        a => a.Kind.StartsWith("back\\"),
        a => !a.Kind.EndsWith("off"),
        a => a.Title!.Contains("1"),
        a => Kinds.Contains(a.Kind),
        a => !Kinds.Contains(a.Kind),
        a => NoKinds.Contains(a.Kind),
        a => Prices.Contains(a.Price),
        a => !Prices.Contains(a.Price),
        a => a.Tags.Contains("film"),
        a => !a.Tags.Contains("film"),
        a => a.Price.HasValue && a.Price.Value > 20,
        a => !a.Price.HasValue,
        a => string.IsNullOrEmpty(a.Title),
        a => a.Title == Nothing,
        a => a.Title == a.Body,
        a => a.Kind.Equals("film"),
        a => a.Id * 2 > 300,
        a => (a.Price == null) == false,
        a => a.Title!.Length > 8,
        a => a.Kind.ToUpper() == "BOOK",
        a => a.Weight < NotANumber,
        a => a.Title!.Contains("TITLE 1", StringComparison.OrdinalIgnoreCase),
        a => a.Tags.Length == 1,
        a => a.PublishedAt >= new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        a => a.Id > 100L && a.Id < 1500.5,
        a => true,
        a => false,
    ];

    public static TheoryData<Expression<Func<Article, bool>>> Untranslatable => new(
        a => (int)a.Weight == 1,
        a => a.Title!.Contains(a.Kind, StringComparison.OrdinalIgnoreCase),
        a => a.Title!.StartsWith(Nothing!),
        a => a.Title!.Substring(1) == "x");

    [Theory]
    [MemberData(nameof(Untranslatable))]
    public async Task A_filter_without_a_translation_is_refused_by_name(Expression<Func<Article, bool>> filter)
    {
        await using var articles = await Articles.CreateAsync();

        await Assert.ThrowsAsync<FilterNotSupportedException>(
            async () => await articles.Collection.SearchAsync("q", 10, filter).ToListAsync());
    }

    [Fact]
    public async Task A_filter_lets_through_the_rows_that_csharp_does_nearest_first_whatever_the_plan()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(2_000);
        await articles.Collection.UpsertAsync(rows);
        await articles.Collection.BuildIndexAsync();
        var query = articles.Embedder.Space.Vector(articles.Embedder.Vector("some question"));
        foreach (var filter in Filters)
        {
            var matching = rows.Where(WithoutNullReference(filter)).ToList();
            var exact = await articles.Collection
                .SearchAsync(query, 25, filter, new SearchOptions { Exact = true }).ToListAsync();
            var expected = matching
                .OrderBy(row => Cosine(articles.Embedder.Vector(TextOf(row)), query.Values.Span))
                .ThenBy(row => row.Id).Take(25).ToList();
            Assert.True(
                expected.Select(r => r.Id).SequenceEqual(exact.Select(h => h.Row.Id)),
                $"{filter}: expected {string.Join(",", expected.Select(r => r.Id))}, got {string.Join(",", exact.Select(h => h.Row.Id))}");
            var planned = await articles.Collection.SearchAsync(query, 25, filter).ToListAsync();
            Assert.Equal(Math.Min(25, matching.Count), planned.Count);
            Assert.All(planned, hit => Assert.Contains(hit.Row.Id, matching.Select(r => r.Id)));
            Assert.Equal(planned.OrderBy(hit => hit.Distance).Select(h => h.Row.Id), planned.Select(h => h.Row.Id));
        }
    }

    [Fact]
    public async Task Rows_come_back_whole()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(50);
        await articles.Collection.UpsertAsync(rows);

        var found = await articles.Collection.SearchAsync("anything", k: 50).ToListAsync();

        Assert.Equivalent(rows, found.Select(hit => hit.Row).OrderBy(row => row.Id), strict: true);
    }

    [Fact]
    public async Task A_filter_that_goes_against_the_index_still_gives_k_rows()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(3_000).ConvertAll(r => r with { Kind = r.Id % 500 == 0 ? "rare" : "common" });
        await articles.Collection.UpsertAsync(rows);
        await articles.Collection.BuildIndexAsync();
        var query = articles.Embedder.Space.Vector(articles.Embedder.Vector("q"));
        await articles.ExecuteAsync("ALTER TABLE articles ALTER kind SET STATISTICS 0; DELETE FROM pg_statistic WHERE starelid = 'articles'::regclass");

        var found = await articles.Collection.SearchAsync(query, 10, a => a.Kind == "rare").ToListAsync();

        Assert.Equal(6, found.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_001)]
    public async Task A_k_out_of_range_is_refused(int k)
    {
        await using var articles = await Articles.CreateAsync();

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            async () => await articles.Collection.SearchAsync("q", k).ToListAsync());

        Assert.Contains("10000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vector_of_another_space_is_refused_by_the_client_and_by_the_server()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(3));
        var other = new HashingEmbedder(seed: "other");
        await Assert.ThrowsAsync<SpaceMismatchException>(async () =>
            await articles.Collection.SearchAsync(other.Space.Vector(other.Vector("q"))).ToListAsync());
        await Assert.ThrowsAsync<SpaceMismatchException>(() => articles.Client(other).OpenCollectionAsync("articles"));
        await Assert.ThrowsAsync<SpaceMismatchException>(
            () => articles.Client(other).DefineCollectionAsync(Articles.Mapping));

        // Another process switches the collection to another space, as completing an upgrade does.
        await articles.ExecuteAsync(
            $"""
            INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
            VALUES ('{other.Space.Id}', '{other.Space.Name}', '{other.Space.Fingerprint}', 16, 'cosine');
            UPDATE pgembed.store SET space_id = '{other.Space.Id}'
            """);
        var refused = await Assert.ThrowsAsync<SpaceMismatchException>(
            async () => await articles.Collection.SearchAsync("q").ToListAsync());
        Assert.IsType<Npgsql.PostgresException>(refused.InnerException);
    }

    [Fact]
    public async Task Vectors_that_cannot_be_searched_by_are_refused()
    {
        var space = new HashingEmbedder().Space;
        Assert.Throws<InvalidVectorException>(() => space.Vector(new float[15]));
        Assert.Throws<InvalidVectorException>(() => space.Vector(new float[16]));
        Assert.Throws<InvalidVectorException>(() => space.Vector(Enumerable.Repeat(float.NaN, 16).ToArray()));
        Assert.Throws<InvalidVectorException>(() => space.Vector(Enumerable.Repeat(float.PositiveInfinity, 16).ToArray()));
        Assert.Throws<InvalidVectorException>(() => space.Vector(Enumerable.Repeat(1e30f, 16).ToArray()));
        await using var articles = await Articles.CreateAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await articles.Collection.SearchAsync(" ").ToListAsync());
    }

    [Fact]
    public async Task A_sql_filter_takes_values_as_parameters_and_names_only_the_tables_columns()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(200));
        var hostile = "x' OR true --";
        var none = await articles.Collection.SearchRowsAsync("q", 10, SqlFilter.From($"kind = {hostile}")).ToListAsync();
        Assert.Empty(none);
        var some = await articles.Collection.SearchRowsAsync(
            "q", 10, SqlFilter.From($"price < {50} AND articles.kind = {"book"}")).ToListAsync();
        Assert.NotEmpty(some);
        Assert.All(some, hit => Assert.True(hit.Row["kind"] is "book" && hit.Row["price"] is < 50));
        var braces = await articles.Collection.SearchRowsAsync(
            "q", 10, SqlFilter.Raw("tags @> '{film}' -- a comment at the end")).ToListAsync();
        Assert.All(braces, hit => Assert.Contains("film", (string[])hit.Row["tags"]!));

        foreach (var bad in (string[])["embedding IS NOT NULL", "key_1 = 1", "chunk = 0", "true); DROP TABLE articles; --", "nonsense"])
        {
            await Assert.ThrowsAsync<Npgsql.PostgresException>(async () =>
                await articles.Collection.SearchRowsAsync("q", 10, SqlFilter.Raw(bad)).ToListAsync());
        }

        await articles.ExecuteAsync(
            "CREATE FUNCTION write_something() RETURNS boolean LANGUAGE sql AS 'DELETE FROM articles RETURNING true'");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(async () =>
            await articles.Collection.SearchRowsAsync("q", 10, SqlFilter.Raw("write_something()")).ToListAsync());
        Assert.Equal(200, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    private static Func<Article, bool> WithoutNullReference(Expression<Func<Article, bool>> filter)
    {
        var compiled = filter.Compile();
        return article =>
        {
            try
            {
                return compiled(article);
            }
            catch (NullReferenceException)
            {
                // Where C# would fail on a null text, SQL says no.
                return false;
            }
        };
    }

    private static string TextOf(Article row) => string.Join('\n', new[] { row.Title, row.Body }.OfType<string>());

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        Math.Round(1 - TensorPrimitives.CosineSimilarity(a, b), 5);
}
