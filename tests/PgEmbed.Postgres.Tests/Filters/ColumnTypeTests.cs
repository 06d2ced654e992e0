using System.Linq.Expressions;
using System.Text.Json;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>Columns of types that compare otherwise than C#, JSON that is no good, and sessions with odd settings.</summary>
public sealed class ColumnTypeTests
{
    [Fact]
    public async Task Columns_that_compare_otherwise_than_csharp_are_made_to_compare_alike()
    {
        await using var odds = await Odds.CreateAsync();

        Assert.Equal([1], await odds.PassingAsync(o => o.Loose == "Abc"));
        Assert.Equal([2], await odds.PassingAsync(o => o.Loose.StartsWith("abc")));
        Assert.Equal([1], await odds.PassingAsync(o => o.AnyCase == "Abc"));
        Assert.Equal([1, 2], await odds.PassingAsync(o => o.AnyCase.Equals("ABC", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal([1], await odds.PassingAsync(o => new[] { "Abc", "x" }.Contains(o.AnyCase)));
        Assert.Equal([1], await odds.PassingAsync(o => o.Padded == "Abc"));
        Assert.Equal([2], await odds.PassingAsync(o => o.Padded != "Abc"));
        Assert.Equal([2], await odds.PassingAsync(o => o.Label == "it's \"happy\""));
        Assert.Equal([1], await odds.PassingAsync(o => o.Label.Contains("sad")));
        Assert.Equal([2], await odds.PassingAsync(o => o.Cost > 5.5m));
        Assert.Equal([2], await odds.PassingAsync(o => o.Size > 3_000_000_000u));
        Assert.Throws<FilterNotSupportedException>(() => odds.Sql(o => o.Padded.Length == 3));
        Assert.Throws<FilterNotSupportedException>(() => odds.Sql(o => o.Network == System.Net.IPAddress.Loopback));
        Assert.Equal([1], await odds.PassingAsync(o => o.Network == null));
    }

    [Fact]
    public async Task No_document_makes_a_filter_fail()
    {
        await using var odds = await Odds.CreateAsync();
        string[] documents =
        [
            "{}", "null", "[]", "5", "\"text\"", "{\"n\": null}", "{\"n\": \"text\"}", "{\"n\": {}}", "{\"n\": [1]}", "{\"n\": true}",
            "{\"n\": 1e999}", "{\"n\": -1e999}", "{\"n\": 1e-999}", "{\"n\": 12345678901234567890123456789012345678901234567890}",
            "{\"n\": 7}", "{\"n\": \"00000000-0000-0000-0000-000000000007\"}",
        ];
        for (var i = 0; i < documents.Length; i++)
            await odds.ExecuteAsync($"INSERT INTO odds (id, doc) VALUES ({i + 10}, '{documents[i]}')");

        Assert.Equal([24], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetInt32() == 7));
        Assert.Equal([20, 23], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetDouble() > 7));
        Assert.Equal([21, 22], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetDouble() < 7));
        Assert.Equal([19], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetBoolean()));
        Assert.Equal([16], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetString() == "text"));
        Assert.Equal([18], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetArrayLength() == 1));
        Assert.Equal([18], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n")[0].GetInt32() == 1));
        Assert.Equal(
            [25], await odds.PassingAsync(o => o.Doc!.RootElement.GetProperty("n").GetGuid() == new Guid("00000000-0000-0000-0000-000000000007")));
    }

    [Theory]
    [InlineData("SET TIME ZONE 'America/New_York'")]
    [InlineData("SET standard_conforming_strings = off; SET escape_string_warning = off")]
    [InlineData("SET DateStyle = 'German, DMY'; SET IntervalStyle = 'sql_standard'; SET lc_monetary = 'C'")]
    [InlineData("SET search_path = pg_temp")]
    public async Task A_sessions_settings_change_nothing(string settings)
    {
        await using var odds = await Odds.CreateAsync();
        await odds.ExecuteAsync(
            """
            UPDATE odds SET at = CASE id WHEN 1 THEN '2024-03-10 03:30+00' ELSE '2024-03-11 03:30+00' END::timestamptz;
            UPDATE odds SET loose = E'\U0001F600' WHERE id = 2;
            """);

        Assert.Equal([1], await odds.PassingAsync(o => o.At!.Value.Day == 10, settings));
        Assert.Equal([1], await odds.PassingAsync(o => o.At!.Value.AddDays(1) == Utc(11, 3, 30), settings));
        Assert.Equal([2], await odds.PassingAsync(o => o.At!.Value.Date == Utc(11, 0, 0), settings));
        Assert.Equal([2], await odds.PassingAsync(o => Utc(11, 3, 30) - o.At!.Value < TimeSpan.FromHours(1), settings));
        Assert.Equal([2], await odds.PassingAsync(o => o.Loose.Length == 2, settings));
        Assert.Equal([1], await odds.PassingAsync(o => o.Loose.ToUpper() == "ABC", settings));
        Assert.Equal([1], await odds.PassingAsync(o => o.Cost < 5m, settings));
    }

    [Fact]
    public async Task A_long_chain_of_alternatives_is_translated_and_a_deep_nest_refused()
    {
        await using var odds = await Odds.CreateAsync();
        var row = Expression.Parameter(typeof(Odd));
        Expression One(int i) => Expression.Equal(Expression.Property(row, nameof(Odd.Id)), Expression.Constant(i));
        var chain = Enumerable.Range(3, 5_000).Aggregate(One(1), (left, i) => Expression.OrElse(left, One(i)));
        var deep = Enumerable.Range(3, 100_000).Aggregate(One(1), (inner, _) => Expression.Not(inner));

        Assert.Equal([1], await odds.PassingAsync(Expression.Lambda<Func<Odd, bool>>(chain, row)));
        Assert.Throws<FilterNotSupportedException>(() => odds.Sql(Expression.Lambda<Func<Odd, bool>>(deep, row)));
        Expression sum = Expression.Property(row, nameof(Odd.Id));
        for (var i = 0; i < 100_000; i++)
            sum = Expression.Add(sum, Expression.Constant(1));
        Assert.Throws<FilterNotSupportedException>(
            () => odds.Sql(Expression.Lambda<Func<Odd, bool>>(Expression.Equal(sum, Expression.Constant(1)), row)));
    }

    [Fact]
    public async Task The_clock_is_read_once()
    {
        await using var odds = await Odds.CreateAsync();
        var parameters = new SqlParameters();

        odds.Sql(o => o.At > DateTime.UtcNow || o.At < DateTime.UtcNow || o.At == DateTimeOffset.UtcNow.UtcDateTime.AddDays(1).AddDays(-1), parameters);

        using var command = new Npgsql.NpgsqlCommand();
        parameters.CopyTo(command.Parameters);
        var times = command.Parameters.Select(p => (DateTime)p.Value!).ToList();
        Assert.True(times.Max() - times.Min() <= TimeSpan.FromMicroseconds(1), string.Join(", ", times.Select(t => t.ToString("O"))));
    }

    private static DateTime Utc(int day, int hour, int minute) => new(2024, 3, day, hour, minute, 0, DateTimeKind.Utc);

    public sealed class Odd
    {
        public int Id { get; set; }

        public string Padded { get; set; } = "";

        public string Loose { get; set; } = "";

        public string AnyCase { get; set; } = "";

        public string Label { get; set; } = "";

        public decimal Cost { get; set; }

        public uint Size { get; set; }

        public System.Net.IPAddress? Network { get; set; }

        public DateTime? At { get; set; }

        public JsonDocument? Doc { get; set; }
    }

    private sealed class Odds(TestDatabase database, RowMap<Odd> map) : IAsyncDisposable
    {
        public static async Task<Odds> CreateAsync()
        {
            var database = await TestDatabase.CreateAsync();
            await using (var command = database.DataSource.CreateCommand(
                """
                CREATE EXTENSION citext;
                CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE TYPE "mood's" AS ENUM ('sad', 'it''s "happy"');
                CREATE TABLE odds (
                    id integer PRIMARY KEY, padded char(5), loose text COLLATE loose, any_case citext, label "mood's", cost money,
                    size bigint, network inet, at timestamptz, doc json);
                INSERT INTO odds VALUES
                    (1, 'Abc', 'Abc', 'Abc', 'sad', 4.5::numeric::money, 1), (2, 'abc', 'abc', 'abc', 'it''s "happy"', 6::numeric::money, 4000000000);
                UPDATE odds SET network = '127.0.0.1' WHERE id = 2
                """))
                await command.ExecuteNonQueryAsync();
            var mapping = new CollectionMapping<Odd>("odds").Key(o => o.Id).Text(o => o.Loose);
            var collection = await new PgEmbedClient(database.DataSource, new HashingEmbedder()).DefineCollectionAsync(mapping);
            return new Odds(database, new RowMap<Odd>(mapping, collection.Info));
        }

        public string Sql(Expression<Func<Odd, bool>> filter, SqlParameters? parameters = null) =>
            FilterTranslator.Translate(filter, map, "o", parameters ?? new SqlParameters());

        public async Task<List<int>> PassingAsync(Expression<Func<Odd, bool>> filter, string settings = "SELECT")
        {
            var parameters = new SqlParameters();
            var sql = Sql(filter, parameters);
            await using var connection = await database.DataSource.OpenConnectionAsync();
            await using (var set = new Npgsql.NpgsqlCommand(settings, connection))
                await set.ExecuteNonQueryAsync();
            await using var command = new Npgsql.NpgsqlCommand($"SELECT o.id FROM public.odds o WHERE {sql} ORDER BY 1", connection);
            parameters.CopyTo(command.Parameters);
            var ids = new List<int>();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                ids.Add(reader.GetInt32(0));
            return ids;
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var command = database.DataSource.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
