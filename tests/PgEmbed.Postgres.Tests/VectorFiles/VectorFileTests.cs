using System.Text.Json;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Stores;
using PgEmbed.Postgres.VectorFiles;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.VectorFiles;

public sealed class VectorFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgembed-vectors-").FullName;

    private string Vectors => Path.Combine(_folder, "vectors.npy");

    private string Keys => Path.Combine(_folder, "vectors.keys.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public sealed record Page(string Path, string Text);

    public sealed record Part(string Tenant, Guid Id, DateOnly Day, short Number, string Text);

    [Theory]
    [InlineData(NpyElement.F32, 0)]
    [InlineData(NpyElement.F16, 1e-3)]
    public async Task A_collection_goes_out_to_files_and_comes_in_again(NpyElement element, double tolerance)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var create = database.DataSource.CreateCommand(
            """
            CREATE TABLE parts (
                tenant text, id uuid, day date, number smallint, text text, PRIMARY KEY (tenant, id, day, number))
            """))
            await create.ExecuteNonQueryAsync();
        var embedder = new HashingEmbedder();
        var parts = await new PgEmbedClient(database.DataSource, embedder).DefineCollectionAsync(
            new CollectionMapping<Part>("parts")
                .Key(p => p.Tenant).Key(p => p.Id).Key(p => p.Day).Key(p => p.Number).Text(p => p.Text));
        await parts.UpsertAsync(Enumerable.Range(0, 500).Select(i => new Part(
            i % 2 == 0 ? "it's \"quoted\"\n" : "日本", Guid.NewGuid(), new DateOnly(2020, 1, 1).AddDays(i), (short)i, $"text {i}")));
        var before = await SortedAsync();

        Assert.Equal(500, await VectorFile.ExportAsync(parts, Vectors, new VectorFileOptions { Element = element }));
        await parts.ImportVectorsAsync(
            embedder.Space, before.Select(v => v with { Values = embedder.Vector("other") }).ToAsyncEnumerable());
        var result = await VectorFile.ImportAsync(parts, Vectors);

        Assert.Equal(new VectorImportResult(500, 0), result);
        foreach (var (first, second) in before.Zip(await SortedAsync()))
        {
            Assert.Equal(first.Key, second.Key);
            Assert.Equal(first.Hash.ToArray(), second.Hash.ToArray());
            Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(first.Values.Span[i], second.Values.Span[i], tolerance));
        }

        ValueTask<List<KeyedVector<(string, Guid, DateOnly, short)>>> SortedAsync() =>
            parts.ExportVectorsAsync<(string, Guid, DateOnly, short)>().OrderBy(v => v.Key.Item4).ToListAsync();
    }

    [Fact]
    public async Task Files_from_elsewhere_need_only_keys_and_the_space()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 't', NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 3) i");
        await WriteAsync(articles, 3);
        await File.WriteAllTextAsync(Keys, "1\n\n{\"key\": 3}\n2");
        var options = new VectorFileOptions { SpaceId = articles.Embedder.Space.Id };

        var unsaid = await Assert.ThrowsAsync<PgEmbedException>(() => VectorFile.ImportAsync(articles.Collection, Vectors));
        Assert.Contains(articles.Embedder.Space.Id.ToString(), unsaid.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await VectorFile.ImportAsync(articles.Collection, Vectors, options)).Written);
        Assert.Equal(
            articles.Embedder.Vector("1"),
            (await articles.Collection.ExportVectorsAsync<int>().SingleAsync(v => v.Key == 3)).Values.ToArray());
        Assert.Equal(0, await articles.InconsistentAsync());
    }

    [Theory]
    [InlineData("1\n2", "found 2")]
    [InlineData("1\n2\n3\n4", "more keys")]
    [InlineData("1\ntwo\n3", "line 2")]
    [InlineData("1\n\"2\"\n3", "Line 2")]
    [InlineData("1\n2.5\n3", "Line 2")]
    [InlineData("1\n[1, 2]\n3", "Line 2")]
    [InlineData("1\n{\"hash\": \"00\"}\n3", "line 2")]
    [InlineData("1\n{\"key\": 2, \"hash\": \"00\"}\n3", "no SHA-256")]
    [InlineData("{\"space_id\": \"7a9a1c5e-0000-8000-8000-000000000000\", \"space\": \"other@1\", \"dimensions\": 16, \"metric\": \"cosine\", \"collection\": \"a\", \"key_columns\": []}\n1\n2\n3", "other@1")]
    [InlineData("{\"space_id\": 5}\n1\n2\n3", "first line")]
    [InlineData("1\n2\n9999999999", "integer")]
    [InlineData("1\n2 3\n3", "line 2")]
    [InlineData("1\n{\"key\": 2\n3", "line 2")]
    [InlineData("1\n{\"key\": 2, \"hash\": null}\n3", "no SHA-256")]
    [InlineData("1\n[2\n3", "line 2")]
    [InlineData("", "found 0")]
    public async Task Keys_that_do_not_fit_are_refused_by_line_and_nothing_is_written(string keys, string expected)
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 't', NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 3) i");
        await WriteAsync(articles, 3);
        await File.WriteAllTextAsync(Keys, keys);

        var error = await Assert.ThrowsAnyAsync<PgEmbedException>(() => VectorFile.ImportAsync(
            articles.Collection, Vectors, new VectorFileOptions { SpaceId = articles.Embedder.Space.Id }));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(await articles.Collection.ExportVectorsAsync<int>().ToListAsync());
    }

    [Fact]
    public async Task A_long_file_of_keys_of_any_length_is_read_as_its_lines_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var create = database.DataSource.CreateCommand("CREATE TABLE pages (path text PRIMARY KEY, text text)"))
            await create.ExecuteNonQueryAsync();
        var embedder = new HashingEmbedder();
        var pages = await new PgEmbedClient(database.DataSource, embedder).DefineCollectionAsync(
            new CollectionMapping<Page>("pages").Key(p => p.Path).Text(p => p.Text));
        // Lines on both sides of every buffer's end, some with characters of several bytes, some longer than a buffer.
        var paths = Enumerable.Range(0, 2_000).Select(i => $"{i}/é\"{new string('x', i % 97)}")
            .Append(new string('y', 300)).ToList();
        await pages.UpsertAsync(paths.Select(path => new Page(path, $"text of {path}")));
        await using (var writer = new NpyWriter(Vectors, 16))
        {
            foreach (var path in paths)
                await writer.WriteAsync(embedder.Vector(path));
            await writer.CompleteAsync();
        }

        var lines = paths.Select((path, i) => JsonSerializer.Serialize(path)
            + new string(' ', i == 1_000 ? 200_000 : 0) + (i % 3 == 0 ? "\r\n" : "\n"));
        await File.WriteAllTextAsync(Keys, "\uFEFF" + string.Concat(lines).TrimEnd());

        var options = new VectorFileOptions { SpaceId = embedder.Space.Id };
        Assert.Equal(paths.Count, (await VectorFile.ImportAsync(pages, Vectors, options)).Written);
        await foreach (var vector in pages.ExportVectorsAsync<string>())
            Assert.Equal(embedder.Vector(vector.Key), vector.Values.ToArray());
    }

    [Fact]
    public async Task Keys_that_are_no_valid_UTF8_are_refused_by_line()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync("CREATE TABLE pages (path text PRIMARY KEY, text text)");
        var pages = await articles.Client().DefineCollectionAsync(
            new CollectionMapping<Page>("pages").Key(p => p.Path).Text(p => p.Text));
        await pages.UpsertAsync([new Page("a", "a"), new Page("\uFFFD", "b")]);
        await WriteAsync(articles, 2);
        await File.WriteAllBytesAsync(Keys, [.. "\"a\"\n\""u8, 0xC3, .. "\"\n"u8]);

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => VectorFile.ImportAsync(
            pages, Vectors, new VectorFileOptions { SpaceId = articles.Embedder.Space.Id }));

        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_export_leaves_no_file()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(200));
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => VectorFile.ExportAsync(articles.Collection, Vectors, cancellationToken: cancel.Token));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    private async Task WriteAsync(Articles articles, int count)
    {
        await using var writer = new NpyWriter(Vectors, 16);
        for (var i = 0; i < count; i++)
            await writer.WriteAsync(articles.Embedder.Vector($"{i}"));
        await writer.CompleteAsync();
    }
}
