using System.Globalization;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>A filter written in SQL: a condition over the table's columns.</summary>
public sealed class SqlFilter
{
    private readonly string _format;
    private readonly object?[] _values;

    private SqlFilter(string format, object?[] values)
    {
        if (string.IsNullOrWhiteSpace(format))
            throw new PgEmbedException("Expected a filter, got an empty one.", "Leave it out to search all rows.");
        _format = format;
        _values = values;
    }

    /// <summary>A condition whose interpolated values become parameters: <c>$"price &lt; {most}"</c>.</summary>
    /// <exception cref="PgEmbedException">The condition is empty.</exception>
    public static SqlFilter From(FormattableString condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new SqlFilter(condition.Format, condition.GetArguments());
    }

    /// <summary>
    /// A condition as it is, as a person typed it. It runs with the rights of the connection's role and can't write;
    /// never build one from an application's input: that is what <see cref="From"/> is for.
    /// </summary>
    /// <exception cref="PgEmbedException">The condition is empty.</exception>
    public static SqlFilter Raw(string condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new SqlFilter(
            condition.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal), []);
    }

    /// <summary>The condition with its values among the parameters.</summary>
    internal string ToSql(SqlParameters parameters) => string.Format(
        CultureInfo.InvariantCulture, _format, Array.ConvertAll(_values, object? (value) => parameters.Add(value)));
}
