using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// A filter written in SQL: a condition over the table's columns. Filters can be put together, and stand within a C# one
/// by <see cref="Matches"/>.
/// </summary>
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
        try
        {
            _ = string.Format(CultureInfo.InvariantCulture, format, Array.ConvertAll(values, object? (_) => ""));
        }
        catch (FormatException e)
        {
            throw new PgEmbedException(
                $"Expected a filter as an interpolated string makes it, got '{format}'.", "Write { as {{ and } as }}.", e);
        }
    }

    /// <summary>
    /// A condition whose interpolated values become parameters: <c>$"price &lt; {most}"</c>. An interpolated
    /// <see cref="SqlFilter"/> becomes a part of the condition, a list an array, JSON a jsonb; an
    /// <see cref="NpgsqlParameter"/> is taken as it is.
    /// </summary>
    /// <exception cref="PgEmbedException">The condition is empty, or a value has no type in PostgreSQL.</exception>
    public static SqlFilter From(FormattableString condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new SqlFilter(condition.Format, Array.ConvertAll(condition.GetArguments(), Value));
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

    /// <summary>Rows that meet both.</summary>
    public SqlFilter And(SqlFilter other) => new("{0} AND {1}", [this, Checked(other)]);

    /// <summary>Rows that meet one of the two, or both.</summary>
    public SqlFilter Or(SqlFilter other) => new("{0} OR {1}", [this, Checked(other)]);

    /// <summary>Rows that don't meet it: those too for which it is unknown, as it is of a comparison with NULL.</summary>
    public SqlFilter Not() => new("{0} IS NOT TRUE", [this]);

    /// <summary>
    /// Whether a row meets the condition: for a C# filter, <c>a => a.Price &lt; 5 &amp;&amp; sql.Matches(a)</c>. Within a
    /// condition on related rows, plain column names are those of the related table.
    /// </summary>
    /// <param name="row">The filter's row.</param>
    /// <exception cref="NotSupportedException">Always, when it is called: it is for PostgreSQL to say.</exception>
    public bool Matches(object row)
    {
        ArgumentNullException.ThrowIfNull(row);
        throw new NotSupportedException($"'{this}' can be asked in a search's filter only: PostgreSQL answers it.");
    }

    /// <summary>The condition, its values as <c>$n</c>.</summary>
    public override string ToString() => ToSql(new SqlParameters());

    /// <summary>The condition with its values among the parameters.</summary>
    internal string ToSql(SqlParameters parameters) => string.Format(
        CultureInfo.InvariantCulture, _format, Array.ConvertAll(_values, object? (value) => value switch
        {
            // On lines of its own: a comment at the end of a part must not take the parenthesis with it.
            SqlFilter part => $"(\n{part.ToSql(parameters)}\n)",
            NpgsqlParameter parameter => parameters.Add(parameter.Clone()),
            _ => parameters.Add(value),
        }));

    private static SqlFilter Checked(SqlFilter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other;
    }

    private static object? Value(object? value) => value switch
    {
        FormattableString => throw new PgEmbedException(
            "Expected a value, got an interpolated string.", "Make a part of the condition by SqlFilter.From($\"…\")."),
        Enum member => throw new PgEmbedException(
            $"Expected a value that PostgreSQL knows, got {member.GetType().Name}.{member}.",
            "Write {(int)value} or {value.ToString()}; for an enumeration type of PostgreSQL an NpgsqlParameter."),
        ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong number => (decimal)number,
        char character => character.ToString(),
        JsonElement json => new NpgsqlParameter { Value = json.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb },
        JsonDocument json => new NpgsqlParameter { Value = json.RootElement.GetRawText(), NpgsqlDbType = NpgsqlDbType.Jsonb },
        JsonNode json => new NpgsqlParameter { Value = json.ToJsonString(), NpgsqlDbType = NpgsqlDbType.Jsonb },
        string or Array => value,
        IEnumerable list when ElementOf(list.GetType()) is { } element => typeof(Enumerable)
            .GetMethod(nameof(Enumerable.ToArray))!.MakeGenericMethod(element).Invoke(null, [list]),
        _ => value,
    };

    private static Type? ElementOf(Type list) => list.GetInterfaces()
        .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>))
        ?.GetGenericArguments()[0];
}
