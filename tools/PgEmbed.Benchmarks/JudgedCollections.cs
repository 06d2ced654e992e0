using Npgsql;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Collections of judged texts, in a database of the private cluster, so that they are embedded once.
/// </summary>
internal sealed class JudgedCollections : IAsyncDisposable
{
    private readonly OnnxTextEmbedder _embedder;

    private JudgedCollections(NpgsqlDataSource dataSource, OnnxTextEmbedder embedder)
    {
        DataSource = dataSource;
        _embedder = embedder;
    }

    public NpgsqlDataSource DataSource { get; }

    public static async Task<JudgedCollections> OpenAsync(OnnxTextEmbedder embedder, CancellationToken cancellationToken)
    {
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        var database = $"pgembed_bench_judged_{embedder.Space.Fingerprint[..12]}";
        await cluster.EnsureDatabaseAsync(database, cancellationToken);
        var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString(database));
        builder.UsePgEmbed();
        var dataSource = builder.Build();
        await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
        return new JudgedCollections(dataSource, embedder);
    }

    /// <summary>The collection of some documents: embedded where they are not yet, indexed, its statistics at hand.</summary>
    public async Task<VectorCollection<CorpusDocument>> PrepareAsync(
        string name, JudgedTexts texts, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {name} (id text PRIMARY KEY, title text, text text NOT NULL)", cancellationToken);
        var mapping = new CollectionMapping<CorpusDocument>(name).Key(d => d.Id).Text(d => d.Title).Text(d => d.Text);
        var collection = await new PgEmbedClient(DataSource, _embedder).DefineCollectionAsync(mapping, cancellationToken);
        await Console.Error.WriteLineAsync($"bench: preparing {texts.Documents.Count} documents of {texts.Name}…");
        await collection.UpsertAsync(texts.Documents, cancellationToken: cancellationToken);
        await collection.BuildIndexAsync(cancellationToken: cancellationToken);
        await ExecuteAsync($"VACUUM ANALYZE {name}", cancellationToken);
        await ExecuteAsync($"VACUUM ANALYZE {collection.Info.Store.Sql}", cancellationToken);
        return collection;
    }

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
