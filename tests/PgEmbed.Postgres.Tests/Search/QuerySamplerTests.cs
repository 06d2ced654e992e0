using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Tests.Stores;

namespace PgEmbed.Postgres.Tests.Search;

public sealed class QuerySamplerTests
{
    [Fact]
    public async Task Sampled_filters_come_back_with_their_values_and_can_be_searched_by()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(200));
        await using var sampler = new QuerySampler(notes.DataSource, new QuerySamplerOptions { Rate = 1 });
        var client = new PgEmbedClient(notes.DataSource, notes.Embedder, new() { Sampler = sampler });
        var collection = await client.OpenCollectionAsync(Notes.Mapping);
        string[] tenants = ["it's \"1\"", "tenant 2", "$pgembed_value_2$"];
        var since = new DateTime(2024, 3, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < 3; i++)
            await collection.SearchAsync("q", 5 + i, n => tenants.Contains(n.Tenant) && n.Price < 50.5m && n.WrittenAt > since)
                .ToListAsync();
        await collection.SearchRowsAsync("q", 10, SqlFilter.Raw("price < 20 /* { $1 } */")).ToListAsync();
        await collection.SearchAsync("q").ToListAsync();
        await sampler.FlushAsync();

        var samples = new QuerySamples(notes.DataSource);
        var filters = await samples.FiltersAsync(collection.Info);

        Assert.Equal([3, 1, 1], filters.Select(f => f.Weight).Order().Reverse());
        Assert.Equal(7, filters[0].K);
        Assert.Contains("it''s", filters[0].Text, StringComparison.Ordinal);
        Assert.Contains(filters, f => f.Text is null && f.Filter is null);
        Assert.Empty(await samples.VectorsAsync(collection.Info));
        foreach (var filter in filters.Where(f => f.Filter is not null))
        {
            var bySample = await collection.SearchRowsAsync("q", 200, filter.Filter).CountAsync();
            var byText = await collection.SearchRowsAsync("q", 200, SqlFilter.Raw(filter.Text!)).CountAsync();
            Assert.True(bySample > 0);
            Assert.Equal(byText, bySample);
        }
    }

    [Fact]
    public async Task Vectors_are_kept_where_asked_old_samples_go_and_dropping_the_collection_drops_its_own()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(20));
        await using var sampler = new QuerySampler(
            notes.DataSource, new QuerySamplerOptions { Rate = 1, KeepVectors = true, Kept = 4 });
        var client = new PgEmbedClient(notes.DataSource, notes.Embedder, new() { Sampler = sampler });
        var collection = await client.OpenCollectionAsync(Notes.Mapping);
        for (var i = 0; i < 10; i++)
            await collection.SearchAsync($"q{i}").ToListAsync();
        await sampler.FlushAsync();

        var vectors = await new QuerySamples(notes.DataSource).VectorsAsync(collection.Info);

        Assert.Equal(
            Enumerable.Range(6, 4).Reverse().Select(i => notes.Embedder.Vector($"q{i}")), vectors.Select(v => v.ToArray()));
        await client.DropCollectionAsync("notes");
        Assert.Equal(0, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.query_sample"));
        await Assert.ThrowsAnyAsync<Exception>(async () => await collection.SearchAsync("q").ToListAsync());
        await sampler.FlushAsync();
        Assert.Equal(0, sampler.Dropped);
    }

    [Fact]
    public async Task Without_a_sampler_nothing_is_kept_and_a_sampler_that_cannot_write_harms_no_search()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(20));
        await notes.Collection.SearchAsync("q").ToListAsync();
        Assert.Equal(0, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.query_sample"));

        await notes.ExecuteAsync("ALTER TABLE pgembed.query_sample RENAME TO gone");
        await using var sampler = new QuerySampler(
            notes.DataSource,
            new QuerySamplerOptions { Rate = 1, Capacity = 3, FlushEvery = TimeSpan.FromHours(1) });
        var client = new PgEmbedClient(notes.DataSource, notes.Embedder, new() { Sampler = sampler });
        var collection = await client.OpenCollectionAsync(Notes.Mapping);
        for (var i = 0; i < 5; i++)
            Assert.NotEmpty(await collection.SearchAsync("q").ToListAsync());
        Assert.Equal(2, sampler.Dropped);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => sampler.FlushAsync());
        Assert.Equal(5, sampler.Dropped);
        Assert.NotNull(sampler.LastError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_rate_that_is_none_is_refused(double rate) =>
        Assert.Throws<PgEmbedException>(() => new QuerySamplerOptions { Rate = rate }.Validate());
}
