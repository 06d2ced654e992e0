using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Queries;

/// <summary>A query's values for a log that was asked to have them.</summary>
internal static class ParameterText
{
    public static string Of(SearchQuery query)
    {
        using var command = new NpgsqlCommand();
        query.CopyTo(command.Parameters);
        return string.Join(", ", command.Parameters.Select(
            (parameter, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1} = {Text(parameter.Value)}")));
    }

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
