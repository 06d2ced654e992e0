using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Npgsql;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Stores;
using PgEmbed.Postgres.Telemetry;

namespace PgEmbed.Postgres.Tests.Telemetry;

/// <summary>What collections tell of their work: spans, metrics and logs. Those of other tests' databases are left out.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Each_operation_is_a_span_by_the_conventions_for_databases()
    {
        await using var articles = await Articles.CreateAsync();
        var database = Database(articles);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "PgEmbed",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("db.namespace"), database))
                    spans.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = new Activity("caller").Start();
        var collection = articles.Collection;

        await collection.UpsertAsync(Articles.Some(30));
        await collection.SearchAsync("secret text", k: 3, a => a.Kind != "secret value").ToListAsync();
        await collection.SearchManyAsync(["one", "two"], k: 4);
        await foreach (var _ in collection.GetManyAsync([1, 2, 99]))
            Assert.Same(caller, Activity.Current);
        await collection.DeleteAsync(1);
        await collection.SyncAsync().LastAsync();
        await collection.ExportVectorsAsync<int>().ToListAsync();
        await collection.ImportVectorsAsync(
            articles.Embedder.Space,
            new[] { new KeyedVector<int>(2, articles.Embedder.Vector("x")) }.ToAsyncEnumerable());
        await Assert.ThrowsAsync<PostgresException>(
            async () => await collection.SearchRowsAsync("x", 3, SqlFilter.From($"no_such_column = {1}")).ToListAsync());
        await Assert.ThrowsAsync<PgEmbedException>(
            async () => await collection.HybridSearchAsync("secret text", 3).ToListAsync());
        await new TextIndexManager(articles.DataSource).BuildAsync("articles");
        await collection.HybridSearchAsync("secret text", 3, a => a.Kind != "secret value").ToListAsync();

        Assert.Equal(
            ["upsert", "search", "search", "get", "delete", "sync", "export", "import", "search", "hybrid_search", "hybrid_search"],
            spans.Select(s => (string?)s.GetTagItem("db.operation.name")));
        Assert.All(spans, span =>
        {
            Assert.Equal(ActivityKind.Client, span.Kind);
            Assert.Equal($"{span.GetTagItem("db.operation.name")} articles", span.DisplayName);
            Assert.Equal("postgresql", span.GetTagItem("db.system.name"));
            Assert.Equal("articles", span.GetTagItem("db.collection.name"));
            Assert.Equal("articles", span.GetTagItem("pgembed.collection"));
            Assert.Equal(caller.TraceId, span.TraceId);
            Assert.Equal(caller.SpanId, span.ParentSpanId);
            Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains("secret", StringComparison.Ordinal));
        });
        var all = spans.ToArray();
        Assert.Equal(30L, all[0].GetTagItem("pgembed.rows_embedded"));
        Assert.Equal(3L, all[1].GetTagItem("db.response.returned_rows"));
        Assert.Equal(3, all[1].GetTagItem("pgembed.search.k"));
        Assert.Equal("Exact", all[1].GetTagItem("pgembed.search.plan"));
        Assert.Contains("$2", (string)all[1].GetTagItem("db.query.text")!, StringComparison.Ordinal);
        Assert.Null(all[1].GetTagItem("db.operation.batch.size"));
        Assert.Equal(2, all[2].GetTagItem("db.operation.batch.size"));
        Assert.Equal(8L, all[2].GetTagItem("db.response.returned_rows"));
        Assert.Equal(2L, all[3].GetTagItem("db.response.returned_rows"));
        Assert.Equal((ActivityStatusCode.Error, "42703"), (all[8].Status, (string?)all[8].GetTagItem("error.type")));
        Assert.Equal("42703", all[8].GetTagItem("db.response.status_code"));
        Assert.Equal((ActivityStatusCode.Error, "PE030"), (all[9].Status, (string?)all[9].GetTagItem("error.type")));
        Assert.Equal("Weighted", all[10].GetTagItem("pgembed.search.fusion"));
        Assert.Equal(3, all[10].GetTagItem("pgembed.search.k"));
        Assert.Equal(3L, all[10].GetTagItem("db.response.returned_rows"));
        Assert.All(all[..8], span => Assert.NotEqual(ActivityStatusCode.Error, span.Status));
    }

    [Fact]
    public async Task Durations_are_measured_in_seconds_with_few_attributes()
    {
        await using var articles = await Articles.CreateAsync();
        var database = Database(articles);
        var measured = new ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == PgEmbedTelemetry.Name)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        await articles.Collection.UpsertAsync(Articles.Some(10));
        var watch = Stopwatch.StartNew();
        await articles.Collection.SearchAsync("x", k: 4).ToListAsync();
        var longest = watch.Elapsed.TotalSeconds;
        await Assert.ThrowsAsync<PostgresException>(
            async () => await articles.Collection.SearchRowsAsync("x", 3, SqlFilter.From($"1 / {0} = 1")).ToListAsync());

        var durations = measured.Where(m => m.Name == "db.client.operation.duration").ToList();
        Assert.Equal(["upsert", "search", "search"], durations.Select(d => (string?)d.Tags["db.operation.name"]));
        Assert.InRange(durations[1].Value, 0, longest);
        Assert.True(durations[1].Value > 0);
        Assert.Equal("22012", durations[2].Tags["error.type"]);
        Assert.DoesNotContain("error.type", durations[1].Tags);
        Assert.All(durations, d => Assert.Subset(
            new HashSet<string>
            {
                "db.system.name", "db.operation.name", "db.collection.name", "db.namespace", "server.address", "server.port",
                "pgembed.collection", "pgembed.search.plan", "error.type", "db.response.status_code",
            },
            d.Tags.Keys.ToHashSet()));
        Assert.Equal([4.0], measured.Where(m => m.Name == "db.client.response.returned_rows").Select(m => m.Value));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var attributes = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            Assert.Equal(instrument.Name == "db.client.operation.duration" ? "s" : "{row}", instrument.Unit);
            if (Equals(attributes.GetValueOrDefault("db.namespace"), database))
                measured.Enqueue((instrument.Name, value, attributes));
        }
    }

    [Fact]
    public async Task Statements_are_logged_and_their_values_only_when_asked()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(10));
        foreach (var logValues in new[] { false, true })
        {
            using var log = new CapturedLog(LogLevel.Trace);
            var collection = await new PgEmbedClient(
                articles.DataSource, articles.Embedder, new() { LoggerFactory = log, LogValues = logValues })
                .OpenCollectionAsync(Articles.Mapping);

            await collection.SearchAsync("x", 3, a => a.Kind == "a 'secret' kind" || a.Price == 12_345).ToListAsync();

            Assert.All(log.Lines, line => Assert.Equal("PgEmbed.Collection", line.Category));
            var statement = Assert.Single(log.Lines, line => line.Level == LogLevel.Debug).Text;
            Assert.Contains("SELECT", statement, StringComparison.Ordinal);
            Assert.Contains("\"kind\"", statement, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", statement, StringComparison.Ordinal);
            var values = log.Lines.Where(line => line.Level == LogLevel.Trace).Select(line => line.Text).ToList();
            if (logValues)
                Assert.Matches(@"\$1 = \[-?0[^\]]+\], \$2 = 'a 'secret' kind', \$3 = 12345", Assert.Single(values));
            else
                Assert.Empty(values);
        }
    }

    [Fact]
    public async Task A_query_that_the_model_cuts_is_told()
    {
        var embedder = new HashingEmbedder { MaxLength = 20 };
        await using var articles = await Articles.CreateAsync(embedder);
        using var log = new CapturedLog(LogLevel.Warning);
        var collection = await new PgEmbedClient(articles.DataSource, embedder, new() { LoggerFactory = log })
            .OpenCollectionAsync(Articles.Mapping);
        await collection.UpsertAsync([new Article { Id = 1, Title = "short" }]);
        Assert.Empty(log.Lines);

        Assert.False((await collection.Query("a short query").RunAsync()).QueryTruncated);
        Assert.Empty(log.Lines);
        Assert.True((await collection.Query("a query that is longer than that").RunAsync()).QueryTruncated);
        Assert.Contains("longer than model hashing@1 reads", Assert.Single(log.Lines).Text, StringComparison.Ordinal);
        var many = await collection.SearchManyAsync(["short", "one that is longer than that", "short too"]);
        Assert.Equal([false, true, false], many.Select(result => result.QueryTruncated));
        Assert.Equal(2, log.Lines.Count);
        await collection.UpsertAsync([new Article { Id = 2, Title = "a text that is longer than that" }]);
        Assert.StartsWith("1 texts of articles", log.Lines.Last().Text, StringComparison.Ordinal);
    }

    private static string Database(Articles articles) =>
        new NpgsqlConnectionStringBuilder(articles.DataSource.ConnectionString).Database!;
}
