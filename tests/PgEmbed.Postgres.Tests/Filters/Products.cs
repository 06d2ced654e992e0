using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>A database with products, and the same products in memory: what passes a filter there is told by both.</summary>
public sealed class Products : IAsyncLifetime
{
    private static readonly JsonSerializerOptions WithNaN =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly HashingEmbedder _embedder = new();
    private TestDatabase _database = null!;

    public static CollectionMapping<Product> Mapping => new CollectionMapping<Product>("products")
        .Key(p => p.Id).Text(p => p.Note)
        .Reference(p => p.Category, "categories", p => p.CategoryId, c => c.Id)
        .ReferencedBy(p => p.Reviews, "reviews", p => p.Id, r => r.ProductId);

    public IReadOnlyList<Product> Rows { get; private set; } = [];

    public VectorCollection<Product> Collection { get; private set; } = null!;

    public NpgsqlDataSource DataSource => _database.DataSource;

    internal RowMap<Product> Map { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await ExecuteAsync(
            """
            CREATE TABLE categories (id integer PRIMARY KEY, title text, rank integer, since timestamptz NOT NULL);
            CREATE TABLE reviews (id integer PRIMARY KEY, product_id integer NOT NULL, stars integer NOT NULL, text text);
            CREATE TABLE products (
                id integer PRIMARY KEY, name text NOT NULL, note text, code varchar(20) NOT NULL,
                small smallint NOT NULL, count integer NOT NULL, stock integer, big bigint NOT NULL, big_or_null bigint,
                price numeric NOT NULL, discount numeric, weight double precision NOT NULL, rating double precision,
                ratio real NOT NULL, active boolean NOT NULL, checked boolean, token uuid NOT NULL, other_token uuid,
                created_at timestamptz NOT NULL, updated_at timestamptz, local_at timestamp NOT NULL,
                seen_at timestamptz NOT NULL, day date NOT NULL, due date, opens time NOT NULL, took interval NOT NULL,
                color text NOT NULL, trim text, level smallint NOT NULL, rights integer NOT NULL, grade char(1) NOT NULL,
                tags text[] NOT NULL, numbers integer[], data jsonb, doc jsonb, category_id integer)
            """);
        Rows = ProductData.Some(90, seed: 7);
        var categories = Rows.Select(r => r.Category).OfType<Category>().DistinctBy(c => c.Id);
        foreach (var category in categories)
            await InsertAsync("categories", category.Id, category.Title, category.Rank, category.Since);
        foreach (var review in Rows.SelectMany(r => r.Reviews))
            await InsertAsync("reviews", review.Id, review.ProductId, review.Stars, review.Text);
        foreach (var p in Rows)
        {
            await InsertAsync(
                "products", p.Id, p.Name, p.Note, p.Code, p.Small, p.Count, p.Stock, p.Big, p.BigOrNull, p.Price, p.Discount,
                p.Weight, p.Rating, p.Ratio, p.Active, p.Checked, p.Token, p.OtherToken, p.CreatedAt, p.UpdatedAt, p.LocalAt,
                p.SeenAt, p.Day, p.Due, p.Opens, p.Took, p.Color.ToString(), p.Trim?.ToString(), (short)p.Level,
                (int)p.Rights, p.Grade.ToString(), p.Tags, p.Numbers, Json(p.Data is null ? null : JsonSerializer.Serialize(p.Data)),
                Json(p.Doc?.RootElement.GetRawText()), p.CategoryId);
        }

        Collection = await new PgEmbedClient(DataSource, _embedder).DefineCollectionAsync(Mapping);
        var catalog = new CollectionCatalog(DataSource);
        Map = new RowMap<Product>(
            Mapping, await catalog.GetAsync("products"), await catalog.RelatedTablesAsync(Mapping));
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    /// <summary>The SQL of a filter.</summary>
    public string Sql(Expression<Func<Product, bool>> filter, SqlParameters? parameters = null) =>
        FilterTranslator.Translate(filter, Map, "p", parameters ?? new SqlParameters());

    /// <summary>The ids of the products that pass each of some filters in PostgreSQL.</summary>
    public async Task<IReadOnlyList<HashSet<int>>> PassingAsync(IReadOnlyList<Expression<Func<Product, bool>>> filters)
    {
        var parameters = new SqlParameters();
        var conditions = filters.Select(filter => $"({Sql(filter, parameters)}) IS TRUE");
        await using var command = DataSource.CreateCommand(
            $"SELECT p.id, ARRAY[{string.Join(",\n", conditions)}] FROM products p");
        parameters.CopyTo(command.Parameters);
        var passing = filters.Select(_ => new HashSet<int>()).ToList();
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var flags = reader.GetFieldValue<bool[]>(1);
                for (var i = 0; i < flags.Length; i++)
                {
                    if (flags[i])
                        passing[i].Add(reader.GetInt32(0));
                }
            }
        }
        catch (Exception e) when (filters.Count == 1)
        {
            throw new InvalidOperationException(
                $"{filters[0].Body}\n{Sql(filters[0])}\n{string.Join(", ", command.Parameters.Select(p => p.Value))}\n{e.Message}", e);
        }
        catch (PostgresException)
        {
            // Which one was it?
            foreach (var filter in filters)
                await PassingAsync([filter]);
            throw;
        }

        return passing;
    }

    /// <summary>Where C# says otherwise of a row than PostgreSQL did; null where they agree.</summary>
    public string? Difference(Expression<Func<Product, bool>> filter, HashSet<int> passing)
    {
        var outcome = new Outcome(filter);
        foreach (var row in Rows)
        {
            if (outcome.Of(row) is { } expected && expected != passing.Contains(row.Id))
                return $"{filter.Body}\n    {Sql(filter)}\n    C# says {expected} of {Json(row)}";
        }

        return null;

        static string Json(Product row) => JsonSerializer.Serialize(row, WithNaN);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlParameter Json(string? json) =>
        new() { Value = json is null ? DBNull.Value : json, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private async Task InsertAsync(string table, params object?[] values)
    {
        var placeholders = Enumerable.Range(1, values.Length).Select(i => $"${i}");
        await using var command = DataSource.CreateCommand($"INSERT INTO {table} VALUES ({string.Join(", ", placeholders)})");
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
        await command.ExecuteNonQueryAsync();
    }
}
