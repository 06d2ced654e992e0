using System.Globalization;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>
/// The statements of a search. The store is wrapped in a subquery that renames its columns, so that a filter's plain
/// names can only mean the source table's; PostgreSQL flattens it. k is written into the text: a LIMIT that is a
/// parameter makes a generic plan lose the index.
/// </summary>
internal static class SearchSql
{
    private const string Distance = "_pgembed_distance";

    /// <summary>
    /// Nearest rows by the index: the inner ORDER BY … LIMIT is the one form that pgvector's index serves. Under a
    /// relaxed iterative scan rows come nearly in order, so the outer one sorts, ties by key.
    /// </summary>
    public static string ByIndex(SearchQuery query) =>
        $"""
        SELECT {Distance}, {SqlName.List(query.Columns.Select(c => c.Name))}
        FROM (
            SELECT {DistanceExpression(query)} AS {Distance}, {StoreKeys(query)}, {RowColumns(query)}
            {FromWhere(query)}
            ORDER BY {DistanceExpression(query)}
            LIMIT {Limit(query)}) nearest
        ORDER BY {Distance}, {StoreKeys(query)}
        """;

    /// <summary>Nearest rows by ranking all that pass; MATERIALIZED keeps the index out of it.</summary>
    public static string Exact(SearchQuery query) =>
        $"""
        WITH passing AS MATERIALIZED (
            SELECT {DistanceExpression(query)} AS {Distance}, {StoreKeys(query)}
            {FromWhere(query)}),
        nearest AS (
            SELECT * FROM passing ORDER BY {Distance}, {StoreKeys(query)} LIMIT {Limit(query)})
        SELECT nearest.{Distance}, {RowColumns(query)}
        FROM nearest JOIN {query.Collection.Source.Sql} AS {query.SourceAlias} ON {Join(query, "nearest")}
        ORDER BY {Distance}, {StoreKeys(query)}
        """;

    /// <summary>Asks the planner how many rows pass the filter.</summary>
    public static string ExplainFilter(SearchQuery query) =>
        $"EXPLAIN (FORMAT JSON) SELECT FROM {query.Collection.Source.Sql} AS {query.SourceAlias}"
        + (query.Filter is null ? "" : $" WHERE {Wrapped(query.Filter)}");

    /// <summary>Asks the planner how many vectors there are.</summary>
    public static string ExplainStore(SearchQuery query) =>
        $"EXPLAIN (FORMAT JSON) SELECT FROM {query.Collection.Store.Sql}";

    private static string FromWhere(SearchQuery query)
    {
        var keys = query.Collection.StoreKeys.Select(key => $"{key} AS _pgembed_{key}");
        return $"""
            FROM (SELECT {string.Join(", ", keys)}, embedding AS _pgembed_embedding
                  FROM {query.Collection.Store.Sql}) AS _pgembed_store
            JOIN {query.Collection.Source.Sql} AS {query.SourceAlias} ON {Join(query, "_pgembed_store")}
            {(query.Filter is null ? "" : $"WHERE {Wrapped(query.Filter)}")}
            """;
    }

    private static string DistanceExpression(SearchQuery query)
    {
        var store = query.Collection.Store;
        var cast = store.Codec == Codec.F32
            ? ""
            : "::" + query.Collection.Extension.Type(VectorExtension.TypeName(store.Codec));
        return $"_pgembed_store._pgembed_embedding {query.Collection.Extension.Operator(store.Space.Metric)} "
            + query.Vector + cast;
    }

    private static string StoreKeys(SearchQuery query) =>
        string.Join(", ", query.Collection.StoreKeys.Select(key => "_pgembed_" + key));

    private static string RowColumns(SearchQuery query) =>
        string.Join(", ", query.Columns.Select(c => $"{query.SourceAlias}.{SqlName.Quote(c.Name)}"));

    private static string Join(SearchQuery query, string keysFrom) =>
        string.Join(" AND ", query.Collection.KeyColumns.Select((column, i) =>
            $"{keysFrom}._pgembed_{StoreInfo.KeyColumn(i)} = {query.SourceAlias}.{SqlName.Quote(column.Name)}"));

    private static string Limit(SearchQuery query) => query.K.ToString(CultureInfo.InvariantCulture);

    // On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    private static string Wrapped(string filter) => $"(\n{filter}\n)";
}
