using Npgsql;
using PgEmbed.Migrations;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Benchmarks;

/// <summary>
/// What following <c>index advise</c> gains. A collection of packages has an index over all rows; an application searches it
/// under filters by tenant, by time and by kind, and a sampler keeps what it asks. The advice is taken from these samples,
/// applied, and the same searches are measured again.
/// </summary>
internal static class AdviseBench
{
    private const string Name = "items";

    // A tenth of the rows is archived, and nine searches of ten leave those out or ask for nothing else.
    private const string Archived = "archived";

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var data = await IndexBenchVectors.LoadAsync(quick ? 12_000 : int.MaxValue, quick ? 300 : 1_000, cancellationToken);
        await using var dataSource = await OpenAsync(cancellationToken);
        var space = new VectorSpace("bench@1", new string('a', 64), data.Vectors.Dimensions);
        await using var sampler = new QuerySampler(dataSource, new QuerySamplerOptions { Rate = 1, KeepVectors = true });
        var collection = await FillAsync(dataSource, data, space, sampler, cancellationToken);
        await SearchAsync(collection, data, quick ? 300 : 1_000, cancellationToken);
        await sampler.FlushAsync(cancellationToken);
        var manager = new IndexManager(dataSource);
        var progress = new Progress();
        var advice = await manager.AdviseAsync(
            Name, new IndexAdviseOptions { Queries = quick ? 10 : 30 }, progress, cancellationToken);
        foreach (var proposal in advice.Proposals)
            await Console.Error.WriteLineAsync(
                $"bench: proposed: {proposal.Filter ?? $"partitions by {proposal.Partitioning}"}, {proposal.Reason}");
        var applied = advice.Proposals.Count == 0
            ? advice
            : await manager.ApplyAsync(advice, progress, cancellationToken: cancellationToken);
        var status = await new SchemaMigrator(dataSource).GetStatusAsync(cancellationToken);
        return new BenchReport(
            "advise",
            quick,
            Machine.Commit(),
            Machine.This(status.ServerVersion, status.PgvectorVersion),
            new BenchData(data.Name, data.Vectors.Count, data.Vectors.Dimensions),
            await ServerSettings.ReadAsync(dataSource, cancellationToken),
            Results(applied),
            Targets(applied));
    }

    private static async Task<NpgsqlDataSource> OpenAsync(CancellationToken cancellationToken)
    {
        const string database = "pgembed_bench_advise";
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        // What was applied the last time must not be there.
        await using (var server = NpgsqlDataSource.Create(cluster.ConnectionString("postgres")))
        await using (var drop = server.CreateCommand($"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
            await drop.ExecuteNonQueryAsync(cancellationToken);
        await cluster.EnsureDatabaseAsync(database, cancellationToken);
        var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString(database));
        builder.UsePgEmbed();
        var dataSource = builder.Build();
        await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
        return dataSource;
    }

    private static async Task<VectorCollection<Item>> FillAsync(
        NpgsqlDataSource dataSource,
        IndexBenchVectors data,
        VectorSpace space,
        QuerySampler sampler,
        CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"bench: filling a table of {data.Vectors.Count} rows…");
        await RepositoryData.ExecuteAsync(
            dataSource,
            $"""
            CREATE TABLE {Name} (
                id integer PRIMARY KEY, text text NOT NULL, tenant integer NOT NULL, section text NOT NULL,
                written date NOT NULL, {Archived} boolean NOT NULL)
            """,
            cancellationToken);
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        await using (var copy = await connection.BeginBinaryImportAsync(
            $"COPY {Name} FROM STDIN (FORMAT binary)", cancellationToken))
        {
            for (var row = 0; row < data.Packages.Count; row++)
            {
                var package = data.Packages[row];
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(row, cancellationToken);
                await copy.WriteAsync($"{package.Synopsis}\n{package.Description}".Replace('\0', ' '), cancellationToken);
                await copy.WriteAsync(package.MaintainerId, cancellationToken);
                await copy.WriteAsync(package.Section, cancellationToken);
                await copy.WriteAsync(Written(row), cancellationToken);
                await copy.WriteAsync(Mixed(row, 1) % 10 == 0, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await RepositoryData.ExecuteAsync(
            dataSource,
            $"CREATE INDEX ON {Name} (tenant); CREATE INDEX ON {Name} (written); ANALYZE {Name}",
            cancellationToken);
        var client = new PgEmbedClient(
            dataSource, new VectorsOnlyEmbedder(space), new VectorCollectionOptions { Sampler = sampler });
        var collection = await client.DefineCollectionAsync(
            new CollectionMapping<Item>(Name).Key(i => i.Id).Text(i => i.Text), cancellationToken);
        await collection.ImportVectorsAsync(
            space,
            Enumerable.Range(0, data.Vectors.Count)
                .Select(row => new KeyedVector<int>(row, data.Vectors[row])).ToAsyncEnumerable(),
            cancellationToken: cancellationToken);
        await Console.Error.WriteLineAsync("bench: building its index…");
        await collection.BuildIndexAsync(cancellationToken: cancellationToken);
        await RepositoryData.ExecuteAsync(dataSource, "VACUUM ANALYZE", cancellationToken);
        return collection;
    }

    /// <summary>
    /// Searches as a business has them: most by one of its twenty largest tenants, some in a stretch of time, some of what
    /// is archived, some of all.
    /// </summary>
    private static async Task SearchAsync(
        VectorCollection<Item> collection, IndexBenchVectors data, int searches, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"bench: {searches} searches, as an application makes them…");
        int[] tenants =
        [
            .. data.Packages.GroupBy(p => p.MaintainerId).OrderByDescending(g => g.Count()).Take(20).Select(g => g.Key),
        ];
        var random = new Random(3);
        for (var i = 0; i < searches; i++)
        {
            // The larger the tenant, the more it searches.
            var tenant = tenants[(int)(tenants.Length * Math.Pow(random.NextDouble(), 2))];
            var from = new DateOnly(2024, 1 + (3 * random.Next(4)), 1);
            var filter = random.Next(10) switch
            {
                < 5 => SqlFilter.From($"tenant = {tenant}"),
                < 7 => SqlFilter.From($"written >= {from} AND written < {from.AddMonths(3)}"),
                < 9 => SqlFilter.Raw(Archived),
                _ => null,
            };
            var query = collection.Query(collection.Info.Store.Space.Vector(data.Queries[i % data.Queries.Count])).Top(10);
            await foreach (var _ in (filter is null ? query : query.Filter(filter)).WithCancellation(cancellationToken))
            {
            }
        }
    }

    // Four years of days, whatever the row is about.
    private static DateOnly Written(int row) => new DateOnly(2021, 1, 1).AddDays((int)(Mixed(row, 2) % 1_461));

    private static uint Mixed(int row, uint salt)
    {
        var value = ((uint)row * 2_654_435_761) ^ (salt * 0x9E3779B9);
        value ^= value >> 15;
        value *= 0x85EBCA6B;
        return value ^ (value >> 13);
    }

    private static List<IReadOnlyDictionary<string, object>> Results(IndexAdvice advice)
    {
        var results = new List<IReadOnlyDictionary<string, object>>();
        for (var i = 0; i < advice.Measures.Count; i++)
        {
            var (before, after) = (advice.Measures[i], advice.After.Count > 0 ? advice.After[i] : advice.Measures[i]);
            results.Add(new Dictionary<string, object>
            {
                ["filter"] = before.Filter ?? "none",
                ["searches"] = before.Weight,
                ["rows"] = Math.Round(before.MatchingRows),
                ["plan"] = before.Plan,
                ["p50_ms"] = Math.Round(before.MedianMilliseconds, 2),
                ["p95_ms"] = Math.Round(before.P95Milliseconds, 2),
                ["recall"] = Math.Round(before.Recall, 4),
                ["plan_after"] = after.Plan,
                ["p50_ms_after"] = Math.Round(after.MedianMilliseconds, 2),
                ["p95_ms_after"] = Math.Round(after.P95Milliseconds, 2),
                ["recall_after"] = Math.Round(after.Recall, 4),
            });
        }

        return results;
    }

    private static List<BenchTarget> Targets(IndexAdvice advice)
    {
        var after = advice.After.Count > 0 ? advice.After : advice.Measures;
        var proposals = string.Join("; ", advice.Proposals.Select(p => p.Filter ?? $"partitions by {p.Partitioning}"));
        return
        [
            new BenchTarget(
                $"time of all searches saved by what was proposed ({(proposals.Length == 0 ? "nothing" : proposals)})",
                Math.Round(1 - (Milliseconds(after) / Milliseconds(advice.Measures)), 4), "share", 0.05),
            new BenchTarget(
                "mean recall after", Math.Round(after.Sum(m => m.Weight * m.Recall) / after.Sum(m => m.Weight), 4), "share", 0.95),
        ];
    }

    private static double Milliseconds(IReadOnlyList<FilterMeasure> measures) =>
        measures.Sum(measure => measure.Weight * measure.MedianMilliseconds);

    private sealed record Item(int Id, string Text, int Tenant, string Section, DateOnly Written, bool Archived);

    private sealed class Progress : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"bench: {value}");
    }
}
