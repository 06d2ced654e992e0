using System.Globalization;
using System.Reflection;
using System.Text.Json;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Between a property's values and what Npgsql sends and reads for its column. Most pass as they are; those that Npgsql
/// does not know for the column's type are converted here: enumerations, chars, unsigned numbers, types in JSON, and lists
/// behind an interface.
/// </summary>
internal sealed class ColumnConversion
{
    private static readonly string[] Texts = ["text", "varchar", "bpchar", "name", "citext"];

    private static readonly Dictionary<string, Type> Integers = new(StringComparer.Ordinal)
    {
        ["int2"] = typeof(short),
        ["int4"] = typeof(int),
        ["int8"] = typeof(long),
        ["numeric"] = typeof(decimal),
    };

    private readonly Func<object, object>? _toColumn;

    private ColumnConversion(Type wireType, Func<object, object>? toColumn = null, Func<object, object>? fromColumn = null)
    {
        WireType = wireType;
        _toColumn = toColumn;
        FromColumn = fromColumn;
    }

    /// <summary>The type that Npgsql reads and writes; nullability aside.</summary>
    public Type WireType { get; }

    /// <summary>Makes the property's value of what was read, both boxed; null where they are one.</summary>
    public Func<object, object>? FromColumn { get; }

    /// <summary>What to send for a value of the property that is not null.</summary>
    /// <exception cref="PgEmbedException">The column can't hold it.</exception>
    public object ToColumn(object value) => _toColumn is null ? value : _toColumn(value);

    /// <summary>The conversion between a property of a type and a column.</summary>
    public static ColumnConversion Of(Type propertyType, SourceColumn column)
    {
        var type = Nullable.GetUnderlyingType(propertyType) ?? propertyType;
        var columnType = column.TypeName[(column.TypeName.LastIndexOf('.') + 1)..];
        if (type.IsEnum && Texts.Contains(columnType))
            return EnumName(type, column);
        if (type == typeof(char) && Texts.Contains(columnType))
            return new(typeof(string), value => value.ToString()!, value => Character((string)value, column));
        if (Integers.TryGetValue(columnType, out var integer)
            && (type.IsEnum || type == typeof(char) || IsUnsigned(type)))
            return Integer(type, integer, column);
        if (columnType is "json" or "jsonb" && !IsJsonToNpgsql(type))
            return new(
                typeof(string),
                value => JsonSerializer.Serialize(value, type),
                value => JsonSerializer.Deserialize((string)value, type)
                    ?? throw Unreadable(column, "null", type));
        if (type.IsInterface && type.IsGenericType && type.GetGenericArguments() is [var element]
            && type.IsAssignableFrom(element.MakeArrayType()))
            return new(element.MakeArrayType(), ToArrayOf(element));
        return new(type);
    }

    private static ColumnConversion EnumName(Type type, SourceColumn column) => new(
        typeof(string),
        value => value.ToString() is var name && (char.IsAsciiDigit(name![0]) || name[0] == '-')
            ? throw new PgEmbedException(
                $"Expected a named value of {type.Name} for column {SqlName.Quote(column.Name)}, got {name}.")
            : name,
        value => Enum.TryParse(type, (string)value, ignoreCase: false, out var parsed)
            ? parsed
            : throw Unreadable(column, $"'{value}'", type));

    private static ColumnConversion Integer(Type type, Type integer, SourceColumn column)
    {
        var number = type.IsEnum ? Enum.GetUnderlyingType(type) : type;
        return new(
            integer,
            value => Change(value, number, integer, () => new PgEmbedException(
                $"Expected a value of {type.Name} that fits column {SqlName.Quote(column.Name)} ({column.Type}), "
                + $"got {value}.")),
            value =>
            {
                var read = Change(value, integer, number, () => Unreadable(column, value, type));
                return type.IsEnum ? Enum.ToObject(type, read) : read;
            });
    }

    // A char has no conversion from or to decimal and its like in .NET, so it goes by way of its number.
    private static object Change(object value, Type from, Type to, Func<Exception> error)
    {
        try
        {
            var number = from == typeof(char)
                ? Convert.ToInt32((char)value)
                : Convert.ChangeType(value, from, CultureInfo.InvariantCulture);
            return to == typeof(char)
                ? Convert.ToChar(Convert.ToInt32(number, CultureInfo.InvariantCulture))
                : Convert.ChangeType(number, to, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            throw error();
        }
    }

    private static char Character(string text, SourceColumn column) =>
        text.Length == 1 ? text[0] : throw Unreadable(column, $"'{text}'", typeof(char));

    private static Func<object, object> ToArrayOf(Type element)
    {
        var make = typeof(Enumerable).GetMethod(nameof(Enumerable.ToArray), BindingFlags.Public | BindingFlags.Static)!
            .MakeGenericMethod(element);
        return value => value is Array ? value : make.Invoke(null, [value])!;
    }

    private static bool IsUnsigned(Type type) =>
        type == typeof(ushort) || type == typeof(uint) || type == typeof(ulong);

    private static bool IsJsonToNpgsql(Type type) =>
        type == typeof(string) || type == typeof(byte[]) || type == typeof(JsonDocument) || type == typeof(JsonElement);

    private static PgEmbedException Unreadable(SourceColumn column, object found, Type type) => new(
        $"Expected a value of {type.Name} in column {SqlName.Quote(column.Name)} ({column.Type}), found {found}.");
}
