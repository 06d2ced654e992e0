using System.Buffers;
using System.Globalization;
using System.Text;
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

    /// <summary>An integer as its column's own type, so that equal keys are equal in .NET too; a text as it is.</summary>
    /// <exception cref="PgEmbedException">The column can't hold it.</exception>
    public static object Normalize(object value, SourceColumn column)
    {
        if (value is string text && !CanBeStored(text))
            throw new PgEmbedException(
                $"Expected a key that PostgreSQL can store in column {SqlName.Quote(column.Name)}, got a text with a NUL "
                + "character or an unpaired surrogate.");
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

    private static bool CanBeStored(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            return false;
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var surrogate;)
        {
            if (Rune.DecodeFromUtf16(rest[surrogate..], out _, out var length) != OperationStatus.Done)
                return false;
            rest = rest[(surrogate + length)..];
        }

        return true;
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
