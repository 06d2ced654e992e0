using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Filters;

/// <summary>Makes terms of columns: what kind of value they hold, and how to have texts compared byte by byte.</summary>
internal static class ColumnTerm
{
    private const string Builtin = "pg_catalog.";

    /// <summary>A column as a term.</summary>
    /// <param name="sql">The column, with its alias.</param>
    /// <param name="column">What the catalog knows of it.</param>
    /// <param name="type">The property's type, without <see cref="Nullable{T}"/>.</param>
    public static SqlTerm Of(string sql, SourceColumn column, Type type)
    {
        var term = Of(sql, column.TypeName, type, column.Nullable);
        return column.LooseCollation && term.Kind == SqlKind.Text ? term with { Sql = $"({sql} COLLATE \"C\")" } : term;
    }

    /// <summary>An element of an array column as a term.</summary>
    /// <param name="sql">The element.</param>
    /// <param name="arrayType">The array's type for Npgsql.</param>
    /// <param name="type">The element's type in C#.</param>
    public static SqlTerm ElementOf(string sql, string arrayType, Type type) =>
        Of(sql, arrayType.Replace("._", ".", StringComparison.Ordinal), type, nullable: true);

    private static SqlTerm Of(string sql, string typeName, Type type, bool nullable)
    {
        if (typeName.EndsWith(".citext", StringComparison.Ordinal))
            return Term(SqlKind.Text, "::text");
        if (!typeName.StartsWith(Builtin, StringComparison.Ordinal))
            return type.IsEnum ? Term(SqlKind.Enumeration)
                : type == typeof(string) ? Term(SqlKind.Text, "::text")
                : Term(SqlKind.Other);
        return typeName[Builtin.Length..] switch
        {
            "bool" => Term(SqlKind.Boolean),
            "int2" or "int4" => Term(SqlKind.Integer),
            "int8" => Term(SqlKind.BigInteger),
            "numeric" => Term(SqlKind.Numeric),
            "money" => Term(SqlKind.Numeric, "::numeric"),
            "float4" => Term(SqlKind.Single),
            "float8" => Term(SqlKind.Double),
            "text" or "varchar" => Term(SqlKind.Text),
            "bpchar" => Term(SqlKind.PaddedText),
            "uuid" => Term(SqlKind.Uuid),
            "timestamptz" => Term(SqlKind.Instant),
            "timestamp" => Term(SqlKind.Timestamp),
            "date" => Term(SqlKind.Date),
            "time" when type == typeof(TimeSpan) => Term(SqlKind.Interval, "::interval"),
            "time" => Term(SqlKind.Time),
            "interval" => Term(SqlKind.Interval),
            "bytea" => Term(SqlKind.Bytes),
            "json" when type != typeof(string) => Term(SqlKind.Json, "::jsonb"),
            "jsonb" when type != typeof(string) => Term(SqlKind.Json),
            ['_', ..] => Term(SqlKind.Array) with { ArrayType = typeName },
            _ when type == typeof(string) || type == typeof(char) => Term(SqlKind.Text, "::text"),
            _ => Term(SqlKind.Other),
        };

        SqlTerm Term(SqlKind kind, string cast = "") => new(sql + cast, type, kind, nullable);
    }
}
