using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_runs_on_real_texts_again_embeds_nothing_and_its_collection_is_searched_by_name()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);

        var first = await Cli.RunAsync(database, "demo", "--json");
        Assert.True(first.Code == 0, first.Error);
        using var report = JsonDocument.Parse(first.Output);
        var root = report.RootElement;
        Assert.Equal(5_034, root.GetProperty("embedded").GetInt32());
        Assert.True(root.GetProperty("recall").GetProperty("recall_at10").GetDouble() >= 0.95);
        var searches = root.GetProperty("searches").EnumerateArray().ToList();
        Assert.Equal(3, searches.Count);
        Assert.All(searches, search => Assert.Equal(10, search.GetProperty("hits").GetArrayLength()));
        Assert.All(searches, search => Assert.True(search.GetProperty("recall_at10").GetDouble() >= 0.9));
        Assert.Contains(
            searches[0].GetProperty("hits").EnumerateArray(),
            hit => hit.GetProperty("synopsis").GetString()!.Contains("chess", StringComparison.OrdinalIgnoreCase));

        var second = await Cli.RunAsync(database, "demo");
        Assert.True(second.Code == 0, second.Error);
        Assert.Contains("nothing was embedded again", second.Output, StringComparison.Ordinal);
        Assert.Contains("pgembed search packages", second.Output, StringComparison.Ordinal);

        await using (var command = database.DataSource.CreateCommand(
            "SELECT count(*) FROM pgembed_store.nearest_packages(pgembed.vector_of('packages', '1'))"))
            Assert.Equal(5_034L, await command.ExecuteScalarAsync());

        var search = await Cli.RunAsync(
            database, "search", "packages", "listen to radio stations", "-k", "3", "--json",
            "--filter", "section = 'sound' AND installed_kb < 100000 -- any");
        Assert.True(search.Code == 0, search.Error);
        using var hits = JsonDocument.Parse(search.Output);
        Assert.Equal(3, hits.RootElement.GetArrayLength());
        Assert.All(
            hits.RootElement.EnumerateArray(),
            hit => Assert.Equal("sound", hit.GetProperty("row").GetProperty("section").GetString()));

        var table = await Cli.RunAsync(database, "search", "packages", "chess");
        Assert.Contains("distance", table.Output, StringComparison.Ordinal);
        var explained = await Cli.RunAsync(database, "search", "packages", "chess", "--explain");
        Assert.Contains("_hnsw", explained.Output, StringComparison.Ordinal);

        var opening = await Cli.RunAsync(database, "search", "packages", "chess", "-k", "4", "--page", "--json");
        Assert.True(opening.Code == 0, opening.Error);
        using var page = JsonDocument.Parse(opening.Output);
        var next = page.RootElement.GetProperty("continuation").GetString()!;
        var following = await Cli.RunAsync(database, "search", "packages", "chess", "-k", "4", "--continue", next);
        Assert.Contains("--continue ", following.Error, StringComparison.Ordinal);
        Assert.Equal(4, page.RootElement.GetProperty("hits").GetArrayLength());
        var other = await Cli.RunAsync(database, "search", "packages", "go", "-k", "4", "--continue", next);
        Assert.Equal(1, other.Code);
        Assert.Contains("of another", other.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Cli.RunAsync(database, "search", "packages", "chess", "--page", "--explain")).Code);

        var cut = await Cli.RunAsync(
            database, "search", "packages", string.Concat(Enumerable.Repeat("chess ", 2_000)), "-k", "1");
        Assert.Equal(0, cut.Code);
        Assert.Contains("only its beginning was searched by", cut.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("beginning", table.Error, StringComparison.Ordinal);
        var unknown = await Cli.RunAsync(database, "search", "package", "chess");
        Assert.Equal(1, unknown.Code);
        Assert.Contains("found packages", unknown.Error, StringComparison.Ordinal);
        var broken = await Cli.RunAsync(database, "search", "packages", "chess", "--filter", "sektion = 'x'");
        Assert.Equal(1, broken.Code);
        Assert.Contains("sektion", broken.Error, StringComparison.Ordinal);
        Assert.Empty(broken.Output);
    }
}
