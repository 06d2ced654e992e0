using System.Linq.Expressions;
using System.Text.Json.Nodes;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Conversions. One that keeps every value leaves the SQL as it is, so that an index on the column serves; one that rounds
/// as PostgreSQL's does becomes a cast; what cuts is refused.
/// </summary>
internal sealed class ConversionTranslator(FilterTranslator filter)
{
    private static readonly Type[] Integers =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>Translates a conversion of something that depends on the row.</summary>
    /// <exception cref="FilterNotSupportedException">It cuts or rounds otherwise than PostgreSQL.</exception>
    public Operand Convert(UnaryExpression convert)
    {
        var operand = filter.Value(convert.Operand);
        var from = FilterTranslator.Plain(convert.Operand.Type);
        var to = FilterTranslator.Plain(convert.Type);
        if (to.IsAssignableFrom(from))
            return operand;
        if (operand is JsonTerm json && typeof(JsonNode).IsAssignableFrom(from))
            return json.As(to) ?? throw new FilterNotSupportedException(convert);
        var term = filter.Term(operand, convert.Operand);
        if (from.IsEnum || to.IsEnum)
            return Enumeration(term, from, to) ?? throw new FilterNotSupportedException(convert);
        if (from == typeof(char) && Integers.Contains(to) && term.Kind is SqlKind.Text or SqlKind.PaddedText)
            return term;
        return Number(term, from, to) ?? throw new FilterNotSupportedException(
            convert, "The conversion cuts or rounds: compare the unconverted value.");
    }

    // C# compares enumerations as integers. One that stands as a number is one; the others keep their type until the
    // value is known that they meet.
    private static SqlTerm? Enumeration(SqlTerm term, Type from, Type to)
    {
        var (number, other) = from.IsEnum ? (Enum.GetUnderlyingType(from), to) : (Enum.GetUnderlyingType(to), from);
        if (number != other && !(from.IsEnum ? Keeps(number, other) : Keeps(other, number)))
            return null;
        return NumberTranslator.IsNumber(term) ? term with { Type = to } : from.IsEnum ? term : null;
    }

    private static SqlTerm? Number(SqlTerm term, Type from, Type to)
    {
        if (!NumberTranslator.IsNumber(term))
            return null;
        // A sum of integers may be wider than its C# type, and a number in a numeric column wider still.
        var wide = term.Kind == SqlKind.Numeric || (term.Kind == SqlKind.BigInteger && from == typeof(int));
        if (Keeps(from, to) && !(wide && (to == typeof(double) || to == typeof(float))))
            return term with { Type = to };
        if (!Integers.Contains(from))
            return null;
        if (to == typeof(double))
            return term with { Type = to, Sql = $"{term.Sql}::double precision", Kind = SqlKind.Double };
        return to == typeof(float) ? term with { Type = to, Sql = $"{term.Sql}::real", Kind = SqlKind.Single } : null;
    }

    /// <summary>Whether every value of the first type is the same value in the second.</summary>
    private static bool Keeps(Type from, Type to)
    {
        if (from == to)
            return true;
        if (from == typeof(char))
            from = typeof(ushort);
        if (from == typeof(float))
            return to == typeof(double);
        if (!Integers.Contains(from))
            return false;
        var bits = Bits(from);
        if (to == typeof(decimal))
            return true;
        if (to == typeof(double))
            return bits <= 32;
        if (to == typeof(float))
            return bits <= 16;
        // An unsigned number fits a wider signed one; a signed one never an unsigned.
        return Integers.Contains(to) && Bits(to) > bits && (IsSigned(to) || !IsSigned(from));
    }

    private static int Bits(Type type) => 8 << (Array.IndexOf(Integers, type) / 2);

    private static bool IsSigned(Type type) =>
        type == typeof(sbyte) || type == typeof(short) || type == typeof(int) || type == typeof(long);
}
