using Npgsql;

namespace PgEmbed.Migrations.Tests;

/// <summary>A collection over a small table, with a store of three-dimensional vectors and an HNSW index.</summary>
internal static class TinyStore
{
    public const int Rows = 400;

    private static readonly string Fingerprint = new('7', 64);

    public static VectorSpace Space(DistanceMetric metric = DistanceMetric.Cosine) =>
        new("mini@1", Fingerprint, 3, metric);

    /// <summary>The vector of a row; whole numbers, so that a halfvec holds it exactly.</summary>
    public static float[] Vector(int id) => [id % 7 + 1, id % 11 - 5, id % 13 - 6];

    public static async Task CreateAsync(
        NpgsqlDataSource database,
        string name = "articles",
        DistanceMetric metric = DistanceMetric.Cosine,
        string codec = "f32",
        string vectorSchema = "public")
    {
        var type = codec == "f32" ? "vector" : "halfvec";
        var operators = metric switch
        {
            DistanceMetric.Cosine => "cosine_ops",
            DistanceMetric.L2 => "l2_ops",
            _ => "ip_ops",
        };
        var space = Space(metric);
        await database.ExecuteAsync(
            $"""
            CREATE TABLE public.articles (id integer PRIMARY KEY, price integer NOT NULL);
            INSERT INTO public.articles SELECT id, id % 100 FROM generate_series(1, {Rows}) AS id;
            INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
            VALUES ('{space.Id}', '{space.Name}', '{space.Fingerprint}', {space.Dimensions}, '{metric.ToName()}');
            INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns)
            VALUES ('{name.Replace("'", "''")}', 'public', 'articles', ARRAY['id'], ARRAY['title']);
            INSERT INTO pgembed.store (collection_id, space_id, codec, table_name, serving)
            SELECT collection_id, '{space.Id}', '{codec}', 'articles_1', true FROM pgembed.collection;
            CREATE TABLE pgembed_store.articles_1 (
                key_1        integer NOT NULL,
                chunk        integer NOT NULL,
                content_hash bytea NOT NULL,
                embedding    "{vectorSchema}".{type}(3) NOT NULL,
                PRIMARY KEY (key_1, chunk));
            INSERT INTO pgembed_store.articles_1
            SELECT id, 0, '', ARRAY[id % 7 + 1, id % 11 - 5, id % 13 - 6]::"{vectorSchema}".vector
            FROM public.articles;
            CREATE INDEX articles_1_hnsw ON pgembed_store.articles_1
            USING hnsw (embedding "{vectorSchema}".{type}_{operators});
            ANALYZE public.articles, pgembed_store.articles_1;
            """);
        await database.ScalarAsync<string>("SELECT pgembed.create_nearest($1)", name);
    }
}
