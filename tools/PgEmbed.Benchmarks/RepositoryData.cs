using Npgsql;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Benchmarks;

/// <summary>Rows of a table and their vectors, random directions from a seed: what they mean does not matter here.</summary>
internal sealed class RepositoryData
{
    private RepositoryData(NpgsqlDataSource dataSource, VectorCollection<Note> collection, VectorCollection<Note> searched)
    {
        DataSource = dataSource;
        Collection = collection;
        Searched = searched;
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Over the table; emptied and filled.</summary>
    public VectorCollection<Note> Collection { get; }

    /// <summary>Over the same table; has an index.</summary>
    public VectorCollection<Note> Searched { get; }

    /// <summary>The vectors with the hashes of their texts, in key order.</summary>
    public IReadOnlyList<KeyedVector<int>> Vectors { get; private set; } = [];

    public static async Task<RepositoryData> PrepareAsync(
        NpgsqlDataSource dataSource, int rows, int dimensions, CancellationToken cancellationToken)
    {
        var space = new VectorSpace("random@1", new string('0', 64), dimensions);
        var client = new PgEmbedClient(dataSource, new VectorsOnlyEmbedder(space));
        await ExecuteAsync(
            dataSource,
            $"""
            CREATE TABLE IF NOT EXISTS notes (id integer PRIMARY KEY, title text NOT NULL, body text, kind integer NOT NULL);
            INSERT INTO notes
            SELECT i, 'Note ' || i, repeat(md5(i::text) || ' ', 6), i % 10 FROM generate_series(1, {rows}) i
            ON CONFLICT DO NOTHING;
            """,
            cancellationToken);
        var data = new RepositoryData(
            dataSource,
            await client.DefineCollectionAsync<Note>(cancellationToken),
            await client.DefineCollectionAsync(
                new CollectionMapping<Note>("searched_notes").Table("notes").Key(n => n.Id).Text(n => n.Title), cancellationToken));
        await PrepareSearchAsync(data, rows, cancellationToken);
        await ExecuteAsync(dataSource, $"TRUNCATE {data.Collection.Info.Store.Sql}", cancellationToken);
        await data.Collection.ImportVectorsAsync(
            space, RandomVectors(rows, dimensions).ToAsyncEnumerable(), cancellationToken: cancellationToken);
        await ExecuteAsync(dataSource, "VACUUM ANALYZE", cancellationToken);
        data.Vectors = await data.Collection.ExportVectorsAsync<int>(cancellationToken)
            .OrderBy(vector => vector.Key).ToListAsync(cancellationToken);
        return data;
    }

    public static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static float[] RandomVector(Random random, int dimensions)
    {
        var values = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
            values[i] = random.NextSingle() - 0.5f;
        return values;
    }

    private static async Task PrepareSearchAsync(RepositoryData data, int rows, CancellationToken cancellationToken)
    {
        var space = data.Searched.Info.Store.Space;
        await using (var count = data.DataSource.CreateCommand($"SELECT count(*) FROM {data.Searched.Info.Store.Sql}"))
        {
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! < rows)
                await data.Searched.ImportVectorsAsync(
                    space, RandomVectors(rows, space.Dimensions).ToAsyncEnumerable(), cancellationToken: cancellationToken);
        }

        await data.Searched.BuildIndexAsync(cancellationToken: cancellationToken);
    }

    private static IEnumerable<KeyedVector<int>> RandomVectors(int rows, int dimensions)
    {
        var random = new Random(1);
        for (var id = 1; id <= rows; id++)
            yield return new KeyedVector<int>(id, RandomVector(random, dimensions));
    }

    [VectorCollection("notes")]
    public sealed record Note(
        [CollectionKey] int Id, [EmbeddedText] string Title, [EmbeddedText] string? Body, int Kind);
}
