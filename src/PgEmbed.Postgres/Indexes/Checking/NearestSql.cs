using System.Globalization;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Checking;

/// <summary>
/// The statements that measure an index: the k nearest distances, exact or by whatever index serves. Only distances are
/// returned: they tell whether a row is among the nearest, and a table may have no key. Of a partial index only its rows
/// count. <c>$1</c> is the query.
/// </summary>
internal sealed class NearestSql(IndexTarget target, int k)
{
    // PostgreSQL's planner uses an HNSW index for just this form.
    public string ByIndex(string? filter) =>
        $"SELECT {Distance(filter)} AS d {From(filter)} ORDER BY {Distance(filter)} LIMIT {Limit}";

    // Arithmetic around the distance keeps every index out.
    public string Exact(string? filter) =>
        $"SELECT ({Distance(filter)}) + 0 AS d {From(filter)} ORDER BY 1 LIMIT {Limit}";

    private string Limit => k.ToString(CultureInfo.InvariantCulture);

    private string Distance(string? filter) =>
        $"{Indexed(filter)} {target.OperatorSql} {target.ExpressionOver($"$1::{target.ColumnTypeSql}")}";

    // The store's own columns are hidden behind names that no filter says.
    private string Indexed(string? filter) => Joins(filter) is null
        ? target.Expression
        : target.ExpressionOver("_pgembed_store._pgembed_vector");

    private string From(string? filter)
    {
        if (Joins(filter) is not { } collection)
            return $"FROM {target.TableSql}{Where(target.Filter, filter)}";
        var keys = collection.StoreKeys.ToList();
        var columns = keys.Select(key => $"{key} AS _pgembed_{key}");
        var source = SqlName.Quote(collection.Source.Name);
        var join = collection.KeyColumns.Select((column, i) =>
            $"_pgembed_store._pgembed_{keys[i]} = {source}.{SqlName.Quote(column.Name)}");
        return $"FROM (SELECT {string.Join(", ", columns)}, {SqlName.Quote(target.Column)} AS _pgembed_vector "
            + $"FROM {target.TableSql}{Where(target.Filter)}) AS _pgembed_store "
            + $"JOIN {collection.Source.Sql} AS {source} ON {string.Join(" AND ", join)}{Where(filter)}";
    }

    private static string Where(params string?[] conditions)
    {
        var given = conditions.OfType<string>().Select(condition => $"(\n{condition}\n)").ToList();
        return given.Count == 0 ? "" : $" WHERE {string.Join(" AND ", given)}";
    }

    // A filter is over the collection's table, which only the join brings in.
    private CollectionInfo? Joins(string? filter) => filter is null ? null : target.Info;
}
