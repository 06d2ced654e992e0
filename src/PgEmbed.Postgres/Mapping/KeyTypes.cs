using System.Globalization;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Mapping;

/// <summary>Which .NET types a key column takes.</summary>
internal static class KeyTypes
{
    private static readonly Type[] Integers =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>
    /// Whether values of a type can be keys in a column. Types of columns that are not common for keys are left to Npgsql.
    /// </summary>
    public static bool Fits(Type type, SourceColumn column) => column.TypeName switch
    {
        "pg_catalog.int2" or "pg_catalog.int4" or "pg_catalog.int8" =>
            Integers.Contains(type) || type.IsEnum || type == typeof(char),
        "pg_catalog.uuid" => type == typeof(Guid),
        "pg_catalog.text" or "pg_catalog.varchar" or "pg_catalog.bpchar" =>
            type == typeof(string) || type == typeof(char) || type.IsEnum,
        _ => true,
    };

    /// <summary>An integer as its column's own type, so that equal keys are equal in .NET too.</summary>
    /// <exception cref="PgEmbedException">The column can't hold it.</exception>
    public static object Normalize(object value, SourceColumn column)
    {
        try
        {
            return column.TypeName switch
            {
                "pg_catalog.int2" => Convert.ToInt16(value, CultureInfo.InvariantCulture),
                "pg_catalog.int4" => Convert.ToInt32(value, CultureInfo.InvariantCulture),
                "pg_catalog.int8" => Convert.ToInt64(value, CultureInfo.InvariantCulture),
                _ => value,
            };
        }
        catch (OverflowException)
        {
            throw new PgEmbedException(
                $"Expected a key that fits column {SqlName.Quote(column.Name)} ({column.Type}), got {value}.");
        }
    }

    /// <summary>A key's value as the caller has it: an integer as another type of integer too.</summary>
    /// <exception cref="PgEmbedException">It does not fit, or is of another type.</exception>
    public static T As<T>(object value)
    {
        if (value is T same)
            return same;
        try
        {
            return (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException)
        {
            throw new PgEmbedException(
                $"Expected a key of {typeof(T).Name}, found {value} ({value.GetType().Name}).", innerException: e);
        }
    }
}
