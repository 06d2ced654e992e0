using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>Makes parameters of values: of the type that they have in C#, or of the one that they are to be compared with.</summary>
internal sealed class ParameterBinder(SqlParameters parameters)
{
    /// <summary>The statement's parameters.</summary>
    public SqlParameters All => parameters;

    /// <summary>A value as a term of its own type.</summary>
    /// <exception cref="FilterNotSupportedException">It has no type in PostgreSQL.</exception>
    public SqlTerm Typed(object? value, Type type, Expression expression)
    {
        var kind = KindOf(value, type) ?? throw new FilterNotSupportedException(
            expression, $"A value of {type.Name} has no type in PostgreSQL that is known here.");
        return new SqlTerm(Add(Sent(value, kind, expression), kind), type, kind, value is null);
    }

    /// <summary>A value as a term of another's type.</summary>
    /// <exception cref="FilterNotSupportedException">That type can't hold such values.</exception>
    public SqlTerm Like(object? value, SqlTerm like, Expression expression) => value is null
        ? like with { Sql = "NULL", Nullable = true, From = null, Folding = null }
        : like with { Sql = Placeholder(value, like, expression), Nullable = false, From = null, Folding = null };

    /// <summary>The placeholder of a value that a term is to be compared with.</summary>
    public string Placeholder(object value, SqlTerm like, Expression expression) =>
        Add(Sent(Stored(value, like, expression), like.Kind, expression), KindLike(value, like));

    /// <summary>The placeholder of an array of values that a term is to be compared with: at least one, none of them null.</summary>
    public string Array(IReadOnlyList<object> values, SqlTerm like, Expression expression)
    {
        var sent = values.Select(value => Sent(Stored(value, like, expression), like.Kind, expression)!).ToArray();
        if (sent.Select(value => value.GetType()).Distinct().ToArray() is not [var type])
            throw new FilterNotSupportedException(expression, "Its values are of several types.");
        var array = System.Array.CreateInstance(type, sent.Length);
        System.Array.Copy(sent, array, sent.Length);
        var kind = KindLike(values[0], like);
        return kind == SqlKind.Enumeration
            ? parameters.Add(new NpgsqlParameter { Value = array })
            : parameters.Add(new NpgsqlParameter { Value = array, NpgsqlDbType = NpgsqlDbType.Array | DbType(kind) });
    }

    /// <summary>A text, checked.</summary>
    /// <exception cref="FilterNotSupportedException">PostgreSQL can't store it.</exception>
    public static string Text(string text, Expression expression)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new FilterNotSupportedException(expression, "A text in PostgreSQL has no NUL characters.");
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                throw new FilterNotSupportedException(expression, "A text in PostgreSQL has no half of a surrogate pair.");
            i++;
        }

        return text;
    }

    private string Add(object? value, SqlKind kind)
    {
        var parameter = new NpgsqlParameter { Value = value ?? DBNull.Value };
        if (kind != SqlKind.Enumeration)
            parameter.NpgsqlDbType = DbType(kind);
        return parameters.Add(parameter);
    }

    // A number keeps its own type, and a time of day beside a date does: a column that is compared with it is not cut.
    private static SqlKind KindLike(object value, SqlTerm like) => value switch
    {
        DateTime when like.Kind == SqlKind.Date => SqlKind.Timestamp,
        not char when NumberTranslator.IsNumber(like) => KindOf(value, value.GetType()) ?? like.Kind,
        _ => like.Kind,
    };

    private static SqlKind? KindOf(object? value, Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => KindOf(value, Enum.GetUnderlyingType(type)),
        TypeCode.Boolean => SqlKind.Boolean,
        TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.UInt16 => SqlKind.Integer,
        TypeCode.UInt32 or TypeCode.Int64 => SqlKind.BigInteger,
        TypeCode.UInt64 or TypeCode.Decimal => SqlKind.Numeric,
        TypeCode.Single => SqlKind.Single,
        TypeCode.Double => SqlKind.Double,
        TypeCode.String or TypeCode.Char => SqlKind.Text,
        TypeCode.DateTime => value is DateTime { Kind: DateTimeKind.Utc } ? SqlKind.UtcTimestamp : SqlKind.Timestamp,
        _ when type == typeof(DateTimeOffset) => SqlKind.UtcTimestamp,
        _ when type == typeof(DateOnly) => SqlKind.Date,
        _ when type == typeof(TimeOnly) => SqlKind.Time,
        _ when type == typeof(TimeSpan) => SqlKind.Interval,
        _ when type == typeof(Guid) => SqlKind.Uuid,
        _ => null,
    };

    /// <summary>What stands in the database for a value of the term's C# type.</summary>
    private static object Stored(object value, SqlTerm like, Expression expression)
    {
        if (like.Type.IsEnum)
        {
            var member = value.GetType().IsEnum ? value : Enum.ToObject(like.Type, value);
            return like.Kind is SqlKind.Text or SqlKind.PaddedText
                ? member is JsonValueKind ? member.ToString()!.ToLowerInvariant() : member.ToString()!
                : member;
        }

        if (like.Type == typeof(char) && value is not string)
        {
            var character = value is char c ? c : (char)Convert.ToInt32(value, CultureInfo.InvariantCulture);
            return like.Kind is SqlKind.Text or SqlKind.PaddedText ? character.ToString() : (int)character;
        }

        // TimeOnly has no 24:00, which is what a fraction of a microsecond before it is rounded up to.
        return value.GetType() == like.Type || (value is TimeSpan && like.Type == typeof(TimeOnly)) || (NumberTranslator.IsNumber(like) && NumberTranslator.IsNumber(value.GetType()))
            ? value
            : throw new FilterNotSupportedException(
                expression, $"A column of {like.Type.Name} can't be compared with a value of {value.GetType().Name}.");
    }

    /// <summary>What Npgsql is given for a value.</summary>
    private static object? Sent(object? value, SqlKind kind, Expression expression) => value switch
    {
        _ when kind == SqlKind.Enumeration => value,
        Enum member => Sent(
            Convert.ChangeType(member, Enum.GetUnderlyingType(member.GetType()), CultureInfo.InvariantCulture), kind, expression),
        sbyte or byte or short or ushort => Convert.ToInt32(value, CultureInfo.InvariantCulture),
        uint number => (long)number,
        ulong number => (decimal)number,
        char character => Text(character.ToString(), expression),
        string text => Text(text, expression),
        DateTime time => DateTranslator.Sent(time, kind, expression),
        DateTimeOffset time => DateTranslator.Sent(time.UtcDateTime, kind, expression),
        TimeOnly time => time.ToTimeSpan(),
        _ => value,
    };

    private static NpgsqlDbType DbType(SqlKind kind) => kind switch
    {
        SqlKind.Boolean => NpgsqlDbType.Boolean,
        SqlKind.Integer => NpgsqlDbType.Integer,
        SqlKind.BigInteger => NpgsqlDbType.Bigint,
        SqlKind.Numeric => NpgsqlDbType.Numeric,
        SqlKind.Single => NpgsqlDbType.Real,
        SqlKind.Double => NpgsqlDbType.Double,
        SqlKind.Text => NpgsqlDbType.Text,
        SqlKind.PaddedText => NpgsqlDbType.Char,
        SqlKind.Uuid => NpgsqlDbType.Uuid,
        SqlKind.Instant => NpgsqlDbType.TimestampTz,
        SqlKind.Timestamp or SqlKind.UtcTimestamp => NpgsqlDbType.Timestamp,
        SqlKind.Date => NpgsqlDbType.Date,
        SqlKind.Time => NpgsqlDbType.Time,
        SqlKind.Interval => NpgsqlDbType.Interval,
        _ => NpgsqlDbType.Bytea,
    };
}
