using System.Globalization;
using Npgsql.NameTranslation;

namespace PgEmbed.Postgres.Mapping;

/// <summary>The name in SQL of something that has no other: <c>InstalledKb</c>: <c>installed_kb</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string name) =>
        NpgsqlSnakeCaseNameTranslator.ConvertToSnakeCase(name, CultureInfo.InvariantCulture);
}
