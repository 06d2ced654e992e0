using System.Globalization;
using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Arithmetic. Integers are computed in the next wider type, so that the statement can't fail by overflow: where C# would
/// wrap round, the true number counts. A division by zero has no result, so a condition about it is false.
/// </summary>
internal sealed class NumberTranslator(FilterTranslator filter)
{
    public static bool IsNumber(SqlTerm term) => term.Kind is SqlKind.Integer or SqlKind.BigInteger or SqlKind.Numeric
        or SqlKind.Single or SqlKind.Double;

    public static bool IsNumber(Type type) =>
        !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal;

    /// <summary>Translates + − * / % and the bits' &amp; | ^; null for any other operator.</summary>
    public SqlTerm? Arithmetic(BinaryExpression binary)
    {
        var type = FilterTranslator.Plain(binary.Type);
        if (Operator(binary.NodeType) is not { } op || !IsNumber(type))
            return null;
        var left = filter.Term(binary.Left);
        var right = filter.Term(binary.Right);
        if (!IsNumber(left) || !IsNumber(right))
            throw new FilterNotSupportedException(binary);
        var from = FilterTranslator.Unite(ref left, ref right);
        var divides = binary.NodeType is ExpressionType.Divide or ExpressionType.Modulo;
        var nullable = left.Nullable || right.Nullable || divides;
        if (divides && (MayBeZero(binary.Right)))
        {
            if (type == typeof(double) || type == typeof(float))
                throw new FilterNotSupportedException(binary, "A float divided by zero is infinite in C#, an error in PostgreSQL.");
            right = right with { Sql = $"NULLIF({right.Sql}, 0)" };
        }

        var (sql, kind) = type == typeof(decimal) ? Decimal(left, right, op, binary)
            : type == typeof(double) || type == typeof(float) ? Float(left, right, op, type, binary)
            : Integer(left, right, op, binary);
        return new SqlTerm(sql, type, kind, nullable) { From = from };
    }

    /// <summary>Translates − and ~; null for any other operator.</summary>
    public SqlTerm? Unary(UnaryExpression unary)
    {
        if (!IsNumber(FilterTranslator.Plain(unary.Type)))
            return null;
        var term = filter.Term(unary.Operand);
        if (!IsNumber(term))
            throw new FilterNotSupportedException(unary);
        return unary.NodeType switch
        {
            ExpressionType.UnaryPlus => term,
            ExpressionType.Negate or ExpressionType.NegateChecked => Widened(term, sql => $"(- {sql})"),
            ExpressionType.OnesComplement or ExpressionType.Not when term.Kind is SqlKind.Integer or SqlKind.BigInteger =>
                term with { Sql = $"(~ {term.Sql})" },
            _ => throw new FilterNotSupportedException(unary),
        };
    }

    /// <summary>Translates functions of Math; null for any other call.</summary>
    public SqlTerm? Value(MethodCallExpression call)
    {
        if (call.Method.DeclaringType != typeof(Math) || call.Arguments is not [var argument])
            return null;
        var term = filter.Term(argument);
        return call.Method.Name switch
        {
            nameof(Math.Abs) => Widened(term, sql => $"abs({sql})"),
            nameof(Math.Floor) => term with { Sql = $"floor({term.Sql})" },
            nameof(Math.Ceiling) => term with { Sql = $"ceil({term.Sql})" },
            nameof(Math.Truncate) => term with { Sql = $"trunc({term.Sql})" },
            _ => null,
        };
    }

    /// <summary>Translates HasFlag and IsNaN; null for any other call.</summary>
    public string? Condition(MethodCallExpression call, bool negated)
    {
        if (call is { Object: { } flags, Method.Name: nameof(Enum.HasFlag), Arguments: [var flag] })
        {
            var term = filter.Term(flags);
            if (term.Kind is not (SqlKind.Integer or SqlKind.BigInteger) || RowFinder.DependsOnRow(flag))
                throw new FilterNotSupportedException(call, "Flags must stand in an integer column, and be compared with a value.");
            var value = filter.Client(flag) ?? throw new FilterNotSupportedException(call);
            var placeholder = filter.Parameters.Placeholder(value, term, call);
            return FilterTranslator.Finish($"({term.Sql} & {placeholder}) = {placeholder}", negated, term);
        }

        if (call is { Object: null, Method.Name: nameof(double.IsNaN), Arguments: [var number] } && IsNumber(number.Type))
        {
            var term = filter.Term(number);
            return FilterTranslator.Finish($"{term.Sql} = 'NaN'", negated, term);
        }

        return null;
    }

    private bool MayBeZero(Expression divisor) =>
        RowFinder.DependsOnRow(divisor)
        || filter.Client(divisor) is not { } value
        || Convert.ToDouble(value, CultureInfo.InvariantCulture) == 0;

    private static string? Operator(ExpressionType type) => type switch
    {
        ExpressionType.Add or ExpressionType.AddChecked => "+",
        ExpressionType.Subtract or ExpressionType.SubtractChecked => "-",
        ExpressionType.Multiply or ExpressionType.MultiplyChecked => "*",
        ExpressionType.Divide => "/",
        ExpressionType.Modulo => "%",
        ExpressionType.And => "&",
        ExpressionType.Or => "|",
        ExpressionType.ExclusiveOr => "#",
        _ => null,
    };

    private static (string Sql, SqlKind Kind) Integer(SqlTerm left, SqlTerm right, string op, Expression expression)
    {
        if (left.Kind is SqlKind.Single or SqlKind.Double || right.Kind is SqlKind.Single or SqlKind.Double)
            throw new FilterNotSupportedException(expression);
        if (op is "&" or "|" or "#")
        {
            return left.Kind == SqlKind.Numeric || right.Kind == SqlKind.Numeric
                ? throw new FilterNotSupportedException(expression)
                : ($"({left.Sql} {op} {right.Sql})", (SqlKind)Math.Max((int)left.Kind, (int)right.Kind));
        }

        if (left.Kind == SqlKind.Integer && right.Kind == SqlKind.Integer)
            return ($"({left.Sql}::bigint {op} {right.Sql})", SqlKind.BigInteger);
        return op == "/"
            ? ($"div({left.Sql}::numeric, {right.Sql}::numeric)", SqlKind.Numeric)
            : ($"({left.Sql}::numeric {op} {right.Sql})", SqlKind.Numeric);
    }

    private static (string Sql, SqlKind Kind) Decimal(SqlTerm left, SqlTerm right, string op, Expression expression) =>
        op == "/"
            ? throw new FilterNotSupportedException(
                expression, "A quotient of decimals is rounded at another place in PostgreSQL: multiply instead.")
            : ($"({left.Sql}::numeric {op} {right.Sql})", SqlKind.Numeric);

    private static (string Sql, SqlKind Kind) Float(SqlTerm left, SqlTerm right, string op, Type type, Expression expression)
    {
        if (op == "%")
            throw new FilterNotSupportedException(expression, "PostgreSQL has no remainder of floats.");
        var (kind, cast) = type == typeof(double) ? (SqlKind.Double, "double precision") : (SqlKind.Single, "real");
        return ($"({As(left)} {op} {As(right)})", kind);

        string As(SqlTerm term) => term.Kind == kind ? term.Sql : $"{term.Sql}::{cast}";
    }

    // The smallest integer has no positive counterpart of its own type.
    private static SqlTerm Widened(SqlTerm term, Func<string, string> function) => term.Kind switch
    {
        SqlKind.Integer => term with { Sql = function(term.Sql + "::bigint"), Kind = SqlKind.BigInteger },
        SqlKind.BigInteger => term with { Sql = function(term.Sql + "::numeric"), Kind = SqlKind.Numeric },
        _ => term with { Sql = function(term.Sql) },
    };
}
