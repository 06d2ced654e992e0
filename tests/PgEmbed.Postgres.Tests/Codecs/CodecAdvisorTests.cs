using System.Xml.Linq;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Codecs;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Codecs;

public sealed class CodecAdvisorTests
{
    private const int Dimensions = 64;
    private const string Name = "no\"tes 'of' <b>%I & more";

    [Fact]
    public async Task Codecs_are_measured_on_the_rows_of_a_collection_and_nothing_is_left_of_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        var notes = await NotesAsync(database, 1_200);
        var before = await RelationsAsync(database);
        var told = new List<string>();
        string[] recipes = ["f32", "f16", "centre hadamard bit / sq8", "pca:16 f16 / fp8_e4m3"];

        var advice = await new CodecAdvisor(database.DataSource, new Told(told)).AdviseAsync(
            notes.Info, new CodecAdviseOptions { Recipes = recipes });

        Assert.Equal((Name, Dimensions, 1_200L), (advice.Collection, advice.Dimensions, advice.Rows));
        Assert.Equal(1_080, advice.SampleRows);
        Assert.Contains("120 rows", advice.QuerySource, StringComparison.Ordinal);
        Assert.Equal(
            recipes.Order(),
            advice.Measures.Select(m => m.Codec).Concat(advice.Skipped.Select(s => s.Codec)).Order());
        Assert.Empty(advice.Skipped);
        var of = advice.Measures.ToDictionary(m => m.Codec);
        Assert.All(of["f32"].Qualities, quality => Assert.Equal((1, 0), (quality.Recall, quality.LossPercent)));
        Assert.All(advice.Measures, m =>
        {
            Assert.True(m.EncodedPerSecond > 0);
            Assert.Equal(m.Codec.Contains('/', StringComparison.Ordinal), m.ScoreMicroseconds > 0);
            // More candidates, ranked the better.
            Assert.True(m.Qualities[^1].Recall >= m.Qualities[0].Recall - 0.01, m.Codec);
        });

        // A row has its header and pointer, key, chunk, hash, and the forms: 4, 2 or 1/8 bytes a dimension, and a code.
        var row = 24 + 4 + 4 + 4 + 33;
        Near(row + (4 * Dimensions) + 8, of["f32"].Bytes.Heap);
        Near(row + (2 * Dimensions) + 8, of["f16"].Bytes.Heap);
        Near(row + 5 + (Dimensions / 8) + 1 + Dimensions, of["centre hadamard bit / sq8"].Bytes.Heap);
        Assert.All(advice.Measures, m => Assert.Equal(0, m.Bytes.Toast));
        Assert.Single(advice.Measures.Select(m => m.Bytes.Keys).Distinct());
        Assert.True(of["f32"].Bytes.Hnsw > of["f16"].Bytes.Hnsw + (1.5 * Dimensions));
        Assert.True(of["f16"].Bytes.Hnsw > of["centre hadamard bit / sq8"].Bytes.Hnsw + Dimensions);

        Assert.NotNull(advice.Recommendation);
        Assert.Contains(advice.Measures, m => m.Codec == advice.Recommendation.Codec && m.OnFrontier);
        Assert.NotEmpty(told);
        Assert.Equal(before, await RelationsAsync(database));

        // What a page shows is escaped, so it is read as it was written.
        var page = XDocument.Parse(CodecReport.Html(advice));
        Assert.Equal($"Codecs for {Name}", page.Descendants("h1").Single().Value);
        XNamespace none = "";
        Assert.Equal(advice.Measures.Count, page.Descendants(none + "circle").Count());
        Assert.Equal(advice.Measures.Select(m => m.Codec), page.Descendants("tr").Skip(1).Select(r => r.Elements().ElementAt(1).Value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(384)]
    public void The_usual_codecs_are_recipes_whatever_the_dimensions(int dimensions)
    {
        new CodecAdviseOptions { Recipes = CodecAdvisor.Recipes(dimensions) }.Validate();
        Assert.Equal(13, CodecAdvisor.Recipes(dimensions).Count);
    }

    [Fact]
    public async Task Judged_queries_measure_what_users_lose()
    {
        await using var database = await TestDatabase.CreateAsync();
        var notes = await NotesAsync(database, 1_000);
        var judgments = new Judgments();
        var queries = new List<EvaluationQuery>();
        for (var i = 1; i <= 60; i++)
        {
            queries.Add(new EvaluationQuery($"q{i}", $"text {i}", new Dictionary<string, string>()));
            judgments.Add($"q{i}", $"{i}", 1);
        }

        // One that nothing is relevant to does not count.
        queries.Add(new EvaluationQuery("q0", "none", new Dictionary<string, string>()));
        judgments.Add("q0", "1", 0);

        var advice = await new CodecAdvisor(database.DataSource).AdviseAsync(
            notes.Info,
            new CodecAdviseOptions
            {
                Judged = new JudgedQueries(Embedder, queries.ToAsyncEnumerable(), judgments),
                Recipes = ["f32", "f16", "truncate:1 f16 / sq8", "truncate:99 f16 / sq8", "f16"],
                MaxLoss = 0,
            });

        // A text finds its own row, and in full nothing else before it.
        Assert.Equal((1.0, "60 judged queries", 1_000), (advice.FullNdcg, advice.QuerySource, advice.SampleRows));
        Assert.Equal("f16", advice.Recommendation!.Codec);
        Assert.Null(advice.Recommendation.Candidates);
        var one = advice.Measures.Single(m => m.Codec.StartsWith("truncate:1 ", StringComparison.Ordinal));
        Assert.InRange(one.Qualities[0].LossPercent, 1, 99);
        Assert.True(one.Best.LossPercent < one.Qualities[0].LossPercent);
        Assert.Equal("truncate:99 f16 / sq8", Assert.Single(advice.Skipped).Codec);
        Assert.Contains("nDCG@10", CodecReport.Html(advice), StringComparison.Ordinal);

        var elsewhere = new Judgments();
        elsewhere.Add("q1", "no such row", 1);
        await Assert.ThrowsAsync<PgEmbedException>(() => new CodecAdvisor(database.DataSource).AdviseAsync(
            notes.Info,
            new CodecAdviseOptions { Judged = new JudgedQueries(Embedder, queries.ToAsyncEnumerable(), elsewhere) }));
        await Assert.ThrowsAsync<PgEmbedException>(() => new CodecAdvisor(database.DataSource).AdviseAsync(
            notes.Info,
            new CodecAdviseOptions { Judged = new JudgedQueries(Embedder, queries.ToAsyncEnumerable(), new Judgments()) }));
    }

    [Fact]
    public async Task A_store_without_full_vectors_and_one_of_too_few_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        var notes = await NotesAsync(database, 20);
        var few = await Assert.ThrowsAsync<PgEmbedException>(
            () => new CodecAdvisor(database.DataSource).AdviseAsync(notes.Info));
        Assert.Contains("found 20", few.Message, StringComparison.Ordinal);

        var sample = new VectorBlock(1, Dimensions);
        sample.Row(0).Fill(1);
        var tiered = StoreRecipe.Parse("centre hadamard bit / sq8").Fit(sample, DistanceMetric.Cosine);
        var stored = notes.Info with { Store = notes.Info.Store with { Codec = tiered } };
        var refused = await Assert.ThrowsAsync<PgEmbedException>(
            () => new CodecAdvisor(database.DataSource).AdviseAsync(stored));
        Assert.Contains("no full vectors", refused.Message, StringComparison.Ordinal);
    }

    private static HashingEmbedder Embedder { get; } = new(Dimensions);

    private static async Task<VectorCollection<Note>> NotesAsync(TestDatabase database, int count)
    {
        const string Table = "ta\"ble '1'";
        await using (var command = database.DataSource.CreateCommand(
            $"CREATE TABLE {SqlName.Quote(Table)} (\"i\"\"d\" integer PRIMARY KEY, text text)"))
            await command.ExecuteNonQueryAsync();
        var notes = await new PgEmbedClient(database.DataSource, Embedder).DefineCollectionAsync(
            new CollectionMapping<Note>(Name).Table(Table).Key(n => n.Id).Text(n => n.Text).Column(n => n.Id, "i\"d"));
        await notes.UpsertAsync(Enumerable.Range(1, count).Select(i => new Note { Id = i, Text = $"text {i}" }));
        return notes;
    }

    // A page is filled but for what no further row fits in, and the last one to some part.
    private static void Near(double expected, double bytes) => Assert.InRange(bytes, expected, (1.12 * expected) + 8);

    private static async Task<long> RelationsAsync(TestDatabase database)
    {
        await using var command = database.DataSource.CreateCommand(
            "SELECT count(*) FROM pg_class WHERE relname NOT LIKE 'pg\\_%' OR relname LIKE '%advise%'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public sealed class Note
    {
        public int Id { get; set; }

        public string? Text { get; set; }
    }

    private sealed class Told(List<string> told) : IProgress<string>
    {
        public void Report(string value) => told.Add(value);
    }
}
