using PgEmbed.Cli.Demo;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Search;
using PgEmbed.Testing;

namespace PgEmbed.Tests;

/// <summary>The real model, real texts and a real server together.</summary>
public sealed class SemanticSearchTests
{
    [Fact]
    public async Task The_index_is_used_and_finds_what_an_exact_search_finds()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        await PackageTable.CreateAsync(database.DataSource);
        var packages = await new PgEmbedClient(database.DataSource, embedder)
            .DefineCollectionAsync(PackageTable.Mapping);
        var rows = await PackageFile.ReadAsync(PackageFile.Sample).ToListAsync();
        await packages.UpsertAsync(rows);
        var queries = rows.Where((_, i) => i % 100 == 7).Select(row => row.Synopsis).ToList();
        var vectors = new List<SpaceVector>();
        foreach (var query in queries)
            vectors.Add(await embedder.EmbedQueryAsync(query));

        // Exact results first, from a store that has no index yet.
        var exact = new List<HashSet<int>>();
        var exactLibraries = new List<HashSet<int>>();
        foreach (var vector in vectors)
        {
            exact.Add(await IdsAsync(packages, vector, null, new SearchOptions { Exact = true }));
            exactLibraries.Add(await IdsAsync(
                packages, vector, p => p.Architecture == "all", new SearchOptions { Exact = true }));
        }

        Assert.True(await packages.BuildIndexAsync());
        var (plan, serverPlan) = await packages.ExplainAsync(vectors[0]);
        Assert.Equal(SearchPlanKind.Index, plan.Kind);
        Assert.Contains("Index Scan using packages_1_hnsw", serverPlan, StringComparison.Ordinal);
        Assert.True(await RecallAsync(packages, vectors, exact, null) >= 0.95);

        // Of so few rows all that pass are ranked, which costs no more than the way through the index.
        var (filtered, _) = await packages.ExplainAsync(vectors[0], 10, p => p.Architecture == "all");
        Assert.Equal(SearchPlanKind.Exact, filtered.Kind);
        Assert.Equal(1, await RecallAsync(packages, vectors, exactLibraries, p => p.Architecture == "all"));
    }

    private static async Task<double> RecallAsync(
        VectorCollection<Package> packages,
        List<SpaceVector> vectors,
        List<HashSet<int>> exact,
        System.Linq.Expressions.Expression<Func<Package, bool>>? filter)
    {
        var recalls = new List<double>();
        for (var i = 0; i < vectors.Count; i++)
        {
            var found = await IdsAsync(packages, vectors[i], filter, null);
            recalls.Add((double)found.Count(exact[i].Contains) / exact[i].Count);
        }

        return recalls.Average();
    }

    private static async Task<HashSet<int>> IdsAsync(
        VectorCollection<Package> packages,
        SpaceVector vector,
        System.Linq.Expressions.Expression<Func<Package, bool>>? filter,
        SearchOptions? options)
    {
        var ids = new HashSet<int>();
        await foreach (var hit in packages.SearchAsync(vector, 10, filter, options))
            ids.Add(hit.Row.Id);
        return ids;
    }
}
