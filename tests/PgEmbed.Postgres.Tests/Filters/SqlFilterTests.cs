using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Tests.Filters;

public sealed class SqlFilterTests(Products products) : IClassFixture<Products>
{
    // No constants, so that the analyzer does not find them wrong.
    private static readonly string Open = "a = {0";
    private static readonly string Missing = "a = {1}";

    [Fact]
    public async Task Values_of_every_type_are_parameters()
    {
        object?[] values =
        [
            true, (byte)1, (short)2, 3, 4L, 5u, (ushort)6, 7UL, 8.5f, 9.5, 10.5m, 'c', "text", "'; DROP TABLE products; --", "$1 {0} {{",
            Guid.NewGuid(), DateTime.UtcNow, DateTime.Now, DateTimeOffset.UtcNow, DateOnly.MaxValue, TimeOnly.MaxValue, TimeSpan.FromDays(1),
            new byte[] { 1, 2 }, new[] { 1, 2 }, new List<string> { "a" }, new HashSet<Guid> { Guid.Empty }, Enumerable.Range(1, 3),
            JsonDocument.Parse("""{"a": [1, "x'y"]}"""), JsonDocument.Parse("[1]").RootElement, JsonNode.Parse("""{"b": 1}"""),
        ];
        foreach (var value in values)
        {
            var filter = SqlFilter.From($"pg_typeof({value}) IS NOT NULL AND {value} IS NOT NULL");
            Assert.Equal(products.Rows.Count, await CountAsync(filter));
        }

        Assert.Equal(0, await CountAsync(SqlFilter.From($"note = {null}")));
        var untyped = new NpgsqlParameter { Value = "2", NpgsqlDbType = NpgsqlDbType.Unknown };
        Assert.Equal(Count(p => p.Count == 2), await CountAsync(SqlFilter.From($"count = {untyped}")));
    }

    [Fact]
    public void What_has_no_type_is_refused()
    {
        FormattableString inner = $"price < {5}";
        Assert.Contains("SqlFilter.From", Assert.Throws<PgEmbedException>(() => SqlFilter.From($"{inner}")).Remedy);
        Assert.Contains("(int)value", Assert.Throws<PgEmbedException>(() => SqlFilter.From($"color = {Color.Red}")).Remedy);
        Assert.Throws<PgEmbedException>(() => SqlFilter.From($" "));
        Assert.Throws<PgEmbedException>(() => SqlFilter.Raw("\t\n"));
        Assert.Throws<PgEmbedException>(() => SqlFilter.From(FormattableStringFactory.Create(Open, 1)));
        Assert.Throws<PgEmbedException>(() => SqlFilter.From(FormattableStringFactory.Create(Missing, 1)));
        Assert.Throws<NotSupportedException>(() => SqlFilter.From($"price < {5}").Matches(new Product()));
    }

    [Fact]
    public async Task Filters_are_put_together()
    {
        var cheap = SqlFilter.From($"count < {50} -- a comment");
        var active = SqlFilter.Raw("active /* {braces} and {0} */");
        var low = SqlFilter.From($"stock < {2}");

        Assert.Equal(Count(p => p.Count < 50 && p.Active), await CountAsync(cheap.And(active)));
        Assert.Equal(Count(p => p.Count < 50 || p.Active), await CountAsync(cheap.Or(active)));
        Assert.Equal(Count(p => !(p.Stock < 2)), await CountAsync(low.Not()));
        Assert.Equal(
            Count(p => !(p.Stock < 2 || p.Active) && p.Count < 50), await CountAsync(low.Or(active).Not().And(cheap)));
        Assert.Equal(
            Count(p => (p.Stock < 2 || p.Count < 50) && p.Count > 1),
            await CountAsync(SqlFilter.From($"{SqlFilter.From($"{low} OR {cheap}")} AND count > {1}")));
        Assert.Equal(
            Count(p => p.Count < 50 && p.Name != "a"),
            await CountAsync(SqlFilter.From($"count < {50,10:0.00} AND name <> {"a"} AND '{{}}' <> ''")));
    }

    [Fact]
    public void A_filter_shows_its_sql_without_values() =>
        Assert.Equal("name = $1 AND '{' <> $2", SqlFilter.From($"name = {"secret"} AND '{{' <> {5}").ToString());

    private int Count(Func<Product, bool> filter) => products.Rows.Count(filter);

    private async Task<int> CountAsync(SqlFilter filter)
    {
        var parameters = new SqlParameters();
        await using var command = products.DataSource.CreateCommand(
            $"SELECT count(*)::int FROM products WHERE (\n{filter.ToSql(parameters)}\n)");
        parameters.CopyTo(command.Parameters);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
