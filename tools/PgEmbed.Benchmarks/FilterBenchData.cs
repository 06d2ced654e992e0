using Npgsql;
using NpgsqlTypes;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Benchmarks;

/// <summary>
/// The filter bench's table and collection, in a database of the private cluster, so that the texts are embedded once.
/// </summary>
internal sealed class FilterBenchData : IAsyncDisposable
{
    private const string Table = "texts";

    private FilterBenchData(
        NpgsqlDataSource dataSource, string name, VectorCollection<FilterBenchText> collection, List<string> queries)
    {
        DataSource = dataSource;
        Name = name;
        Collection = collection;
        Queries = queries;
    }

    public NpgsqlDataSource DataSource { get; }

    public string Name { get; }

    public VectorCollection<FilterBenchText> Collection { get; }

    public List<string> Queries { get; }

    public required int Rows { get; init; }

    public static async Task<FilterBenchData> PrepareAsync(
        OnnxTextEmbedder embedder, int most, CancellationToken cancellationToken)
    {
        var (name, texts, queries) = await FilterBenchTexts.ReadAsync(most, cancellationToken);
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        var database = $"pgembed_bench_filter_{texts.Count}_{embedder.Space.Fingerprint[..12]}";
        await cluster.EnsureDatabaseAsync(database, cancellationToken);
        var builder = new NpgsqlDataSourceBuilder(cluster.ConnectionString(database));
        // One connection: every plan is run by the same process of the server.
        builder.ConnectionStringBuilder.MaxPoolSize = 1;
        builder.UsePgEmbed();
        var dataSource = builder.Build();
        await new SchemaMigrator(dataSource).UpAsync(cancellationToken);
        await ExecuteAsync(
            dataSource,
            $"""
            CREATE TABLE IF NOT EXISTS {Table} (
                id integer PRIMARY KEY, kind text NOT NULL, text text NOT NULL, lot double precision NOT NULL,
                place double precision NOT NULL)
            """,
            cancellationToken);
        var mapping = new CollectionMapping<FilterBenchText>(Table).Key(t => t.Id).Text(t => t.Text);
        var collection = await new PgEmbedClient(dataSource, embedder).DefineCollectionAsync(mapping, cancellationToken);
        if (!await IsPreparedAsync(dataSource, cancellationToken))
            await FillAsync(dataSource, collection, texts, cancellationToken);
        return new FilterBenchData(dataSource, name, collection, queries) { Rows = texts.Count };
    }

    /// <summary>The place and vector of every row.</summary>
    public async Task<(List<double> Places, VectorBlock Vectors)> PlacedVectorsAsync(CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(
            $"SELECT t.place, s.embedding FROM {Collection.Info.Store.Sql} s JOIN {Table} t ON t.id = s.key_1");
        return await ReadAsync(command, reader => reader.GetDouble(0), cancellationToken);
    }

    /// <summary>The process of the server that serves the one connection.</summary>
    public async Task<int> ServerProcessAsync(CancellationToken cancellationToken)
    {
        await using var connection = await DataSource.OpenConnectionAsync(cancellationToken);
        return connection.ProcessID;
    }

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();

    // The index on the place is made last.
    private static async Task<bool> IsPreparedAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT to_regclass('{Table}_place') IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task FillAsync(
        NpgsqlDataSource dataSource,
        VectorCollection<FilterBenchText> collection,
        List<FilterBenchText> texts,
        CancellationToken cancellationToken)
    {
        // A run that was stopped has written the first of them.
        var written = await WrittenAsync(dataSource, collection, cancellationToken);
        await Console.Error.WriteLineAsync($"bench: preparing {texts.Count - written} rows of {texts.Count}…");
        await collection.UpsertAsync(texts.Skip(written), new Progress(), cancellationToken);
        await PlaceAsync(dataSource, collection, cancellationToken);
        await collection.BuildIndexAsync(cancellationToken: cancellationToken);
        // As a user's table is after a while: clean, its columns indexed, its statistics at hand.
        await ExecuteAsync(dataSource, $"CREATE INDEX IF NOT EXISTS {Table}_lot ON {Table} (lot)", cancellationToken);
        await ExecuteAsync(dataSource, $"VACUUM (FULL, ANALYZE) {Table}", cancellationToken);
        await ExecuteAsync(dataSource, $"VACUUM (ANALYZE) {collection.Info.Store.Sql}", cancellationToken);
        await ExecuteAsync(dataSource, $"CREATE INDEX IF NOT EXISTS {Table}_place ON {Table} (place)", cancellationToken);
        await ExecuteAsync(dataSource, "CHECKPOINT", cancellationToken);
    }

    private static async Task<int> WrittenAsync(
        NpgsqlDataSource dataSource, VectorCollection<FilterBenchText> collection, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT coalesce(max(key_1), 0) FROM {collection.Info.Store.Sql}");
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task PlaceAsync(
        NpgsqlDataSource dataSource, VectorCollection<FilterBenchText> collection, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT key_1, embedding FROM {collection.Info.Store.Sql} ORDER BY key_1");
        var (keys, vectors) = await ReadAsync(command, reader => reader.GetInt32(0), cancellationToken);
        var places = FilterBenchPlaces.Of(vectors);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using (var create = new NpgsqlCommand("CREATE TEMP TABLE places (id integer, place double precision)", connection))
            await create.ExecuteNonQueryAsync(cancellationToken);
        await using (var copy = await connection.BeginBinaryImportAsync("COPY places FROM STDIN BINARY", cancellationToken))
        {
            for (var i = 0; i < keys.Count; i++)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(keys[i], NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(places[i], NpgsqlDbType.Double, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await using var update = new NpgsqlCommand(
            $"UPDATE {Table} t SET place = p.place FROM places p WHERE p.id = t.id", connection);
        update.CommandTimeout = 0;
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<(List<T> Firsts, VectorBlock Vectors)> ReadAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> first, CancellationToken cancellationToken)
    {
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (firsts, rows) = (new List<T>(), new List<float[]>());
        while (await reader.ReadAsync(cancellationToken))
        {
            firsts.Add(first(reader));
            rows.Add(reader.GetFieldValue<float[]>(1));
        }

        var vectors = new VectorBlock(rows.Count, rows[0].Length);
        for (var i = 0; i < rows.Count; i++)
            rows[i].CopyTo(vectors.Row(i));
        return (firsts, vectors);
    }

    private static async Task ExecuteAsync(
        NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class Progress : IProgress<EmbedProgress>
    {
        public void Report(EmbedProgress value)
        {
            if (value.Rows % 10_000 == 0)
                Console.Error.WriteLine($"bench: {value.Rows} rows written");
        }
    }
}
