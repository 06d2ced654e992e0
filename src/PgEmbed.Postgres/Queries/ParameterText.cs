using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>A query's values as text: for a log that was asked to have them, and to tell queries apart.</summary>
internal static class ParameterText
{
    /// <summary>The query vector and the filter's values, in the order of the statement.</summary>
    public static string Of(SearchQuery query)
    {
        using var command = new NpgsqlCommand();
        query.CopyTo(command.Parameters, Codec.F32);
        return Of(command.Parameters.Cast<NpgsqlParameter>());
    }

    /// <summary>The values by themselves.</summary>
    public static string Of(SqlParameters parameters) => Of(parameters.Clone());

    private static string Of(IEnumerable<NpgsqlParameter> parameters) => string.Join(", ", parameters.Select(
        (parameter, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1} = {Text(parameter.Value)}")));

    private static string Text(object? value) => value switch
    {
        null or DBNull => "NULL",
        ReadOnlyMemory<float> vector => $"[{string.Join(
            ',', vector.ToArray().Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}]",
        string text => $"'{text}'",
        Array array => $"{{{string.Join(", ", array.Cast<object?>().Select(Text))}}}",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
