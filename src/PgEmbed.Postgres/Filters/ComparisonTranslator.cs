using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Comparisons. PostgreSQL takes NaN for equal to itself and greater than all numbers, C# for neither: where the greater
/// side may be NaN, it is bounded by infinity, which an index can use.
/// </summary>
internal sealed class ComparisonTranslator(FilterTranslator filter)
{
    /// <summary>Translates a comparison by an operator.</summary>
    public string Compare(BinaryExpression comparison, Comparison kind, bool negated)
    {
        if (Ordered(comparison, kind) is { } ordered)
            return Order(ordered.Left, ordered.Right, ordered.Kind, negated, comparison);
        if (comparison.Right is ConstantExpression { Value: null } && kind.IsEquality && RowFinder.DependsOnRow(comparison.Left))
            return filter.IsNull(comparison.Left, negated != (kind == Comparison.NotEqual));
        if (comparison.Left is ConstantExpression { Value: null } && kind.IsEquality && RowFinder.DependsOnRow(comparison.Right))
            return filter.IsNull(comparison.Right, negated != (kind == Comparison.NotEqual));
        return Compare(filter.Value(comparison.Left), filter.Value(comparison.Right), kind, negated, comparison);
    }

    /// <summary>Translates a comparison of two operands.</summary>
    public string Compare(Operand left, Operand right, Comparison kind, bool negated, Expression expression)
    {
        if (left is ClientOperand)
            (left, right, kind) = (right, left, kind.Swapped);
        if (left is ClientOperand client)
            left = filter.Parameters.Typed(client.Value, client.Type, expression);
        var term = (SqlTerm)left;
        return right switch
        {
            ClientOperand { Value: null } => kind.IsEquality
                ? FilterTranslator.IsNull(term, negated != (kind == Comparison.NotEqual))
                : FilterTranslator.Truth(negated),
            ClientOperand { Value: { } value } => CompareValue(term, value, kind, negated, expression),
            _ => CompareTerms(filter.Term(term, expression), filter.Term(right, expression), kind, negated, expression),
        };
    }

    private string CompareValue(SqlTerm term, object value, Comparison kind, bool negated, Expression expression)
    {
        MustBeComparable(term, kind, expression);
        if (term.Folding is { } folding && kind.IsEquality)
            return TextTranslator.Match(
                filter, term, (string)value, TextMatch.Equal, folding, negated != (kind == Comparison.NotEqual), expression);
        if (value is bool truth && term.Kind == SqlKind.Boolean)
            return Is(term, truth != (kind == Comparison.NotEqual), kind == Comparison.NotEqual, negated);
        if (value is double.NaN or float.NaN)
            return FilterTranslator.Truth(negated != (kind == Comparison.NotEqual));
        if (DateTranslator.Rounded(value, kind) is not { } bound)
            return FilterTranslator.Truth(negated != (kind == Comparison.NotEqual));
        if (kind.IsEquality)
            return Equal(term, filter.Parameters.Placeholder(bound, term, expression), negated != (kind == Comparison.NotEqual));
        if (term.Kind == SqlKind.Text)
            term = TextTranslator.Ordinal(term, value.ToString()!, expression);
        var placeholder = filter.Parameters.Placeholder(bound, term, expression);
        var guarded = term.MayBeNaN && kind.IsGreater;
        var condition = $"{term.Sql} {kind.Sql} {placeholder}";
        if (guarded)
            condition = $"({condition} AND {term.Sql} <= 'Infinity')";
        if (term.From is not null || (negated && term.MayBeNaN))
            return FilterTranslator.Finish(condition, negated, term);
        if (!negated)
            return condition;
        condition = $"{term.Sql} {kind.Negated.Sql} {placeholder}";
        return term.Nullable ? $"({condition} OR {term.Sql} IS NULL)" : condition;
    }

    private static string Equal(SqlTerm term, string placeholder, bool negated)
    {
        if (term.From is not null || !negated)
            return FilterTranslator.Finish($"{term.Sql} = {placeholder}", negated, term);
        return term.Nullable ? $"{term.Sql} IS DISTINCT FROM {placeholder}" : $"{term.Sql} <> {placeholder}";
    }

    // A flag compared with true is the flag itself: so it is what a partial index says of it.
    private static string Is(SqlTerm flag, bool truth, bool nullCounts, bool negated)
    {
        // x != true holds for null as x == false does not.
        if (nullCounts)
            return Is(flag, !truth, nullCounts: false, !negated);
        var condition = truth ? flag.Sql : $"NOT {flag.Sql}";
        if (flag.From is not null)
            return FilterTranslator.Finish(condition, negated, flag);
        if (!negated)
            return condition;
        return flag.Nullable ? $"({condition}) IS NOT TRUE" : truth ? $"NOT {flag.Sql}" : flag.Sql;
    }

    private static string CompareTerms(SqlTerm left, SqlTerm right, Comparison kind, bool negated, Expression expression)
    {
        MustBeComparable(left, kind, expression);
        MustBeComparable(right, kind, expression);
        (left, right) = Alike(left, right, expression);
        var from = FilterTranslator.Unite(ref left, ref right);
        if (kind.IsEquality)
        {
            negated ^= kind == Comparison.NotEqual;
            if (from is not null && left.Nullable && right.Nullable)
            {
                left = FilterTranslator.Closed(left);
                right = FilterTranslator.Closed(right);
                from = null;
            }

            var bothNull = left.Nullable && right.Nullable;
            var equal = $"{left.Sql} {(bothNull ? "IS NOT DISTINCT FROM" : "=")} {right.Sql}";
            if (left.MayBeNaN && right.MayBeNaN)
                return FilterTranslator.Finish($"({equal} AND {left.Sql} IS DISTINCT FROM 'NaN')", negated, left, right);
            if (from is not null)
                return FilterTranslator.Finish(equal, negated, left, right);
            if (!negated)
                return equal;
            return left.Nullable || right.Nullable
                ? $"{left.Sql} IS DISTINCT FROM {right.Sql}"
                : $"{left.Sql} <> {right.Sql}";
        }

        if (left.Kind == SqlKind.Text)
            throw new FilterNotSupportedException(expression, "The order of two columns of text depends on their collation.");
        var condition = $"{left.Sql} {kind.Sql} {right.Sql}";
        var greater = kind.IsGreater ? left : right;
        if (greater.MayBeNaN)
            condition = $"({condition} AND {greater.Sql} <= 'Infinity')";
        return negated && from is null && !greater.MayBeNaN && !left.Nullable && !right.Nullable
            ? $"{left.Sql} {kind.Negated.Sql} {right.Sql}"
            : FilterTranslator.Finish(condition, negated, left, right);
    }

    private static (SqlTerm Left, SqlTerm Right) Alike(SqlTerm left, SqlTerm right, Expression expression)
    {
        if (left.Kind == right.Kind && left.Type.IsEnum == right.Type.IsEnum)
            return (left, right);
        if (NumberTranslator.IsNumber(left) && NumberTranslator.IsNumber(right))
            return (left, right);
        if (DateTranslator.IsInstant(left) && DateTranslator.IsInstant(right))
            return (DateTranslator.AsTimestamp(left), DateTranslator.AsTimestamp(right));
        if (DateTranslator.IsLocal(left) && DateTranslator.IsLocal(right))
            return (left, right);
        throw new FilterNotSupportedException(
            expression, $"Its two sides are of different types in PostgreSQL ({left.Kind} and {right.Kind}).");
    }

    private static void MustBeComparable(SqlTerm term, Comparison kind, Expression expression)
    {
        switch (term.Kind)
        {
            case SqlKind.Array or SqlKind.Bytes:
                throw new FilterNotSupportedException(
                    expression, "C# compares arrays by identity: use SequenceEqual, Contains, Any or All.");
            case SqlKind.Json:
                throw new FilterNotSupportedException(expression, "Compare a property of the JSON, as text or a number.");
            case SqlKind.Other:
                throw new FilterNotSupportedException(expression, "Its type in PostgreSQL can be tested for null only.");
            case SqlKind.Enumeration when !kind.IsEquality:
            case SqlKind.Text or SqlKind.PaddedText when !kind.IsEquality && term.Type.IsEnum:
                throw new FilterNotSupportedException(
                    expression, "An enumeration has its order in C# only where its column is of integers: compare by == or a list.");
            case SqlKind.PaddedText when !kind.IsEquality:
                throw new FilterNotSupportedException(expression, TextTranslator.Padded);
        }
    }

    /// <summary>Compare(a, b) or a.CompareTo(b), compared with zero, is the comparison of a and b.</summary>
    private (Expression Left, Expression Right, Comparison Kind)? Ordered(BinaryExpression comparison, Comparison kind)
    {
        var (call, zero) = comparison.Left is MethodCallExpression left
            ? (left, comparison.Right)
            : (comparison.Right as MethodCallExpression, comparison.Left);
        if (call is null || RowFinder.DependsOnRow(zero) || !RowFinder.DependsOnRow(call))
            return null;
        if (call != comparison.Left)
            kind = kind.Swapped;
        (Expression, Expression, Comparison)? sides = call switch
        {
            { Method.Name: nameof(IComparable.CompareTo), Object: { } own, Arguments: [var other] }
                when own.Type != typeof(string) => (own, other, kind),
            { Method.Name: nameof(string.CompareOrdinal), Object: null, Arguments: [var one, var other] } =>
                (one, other, kind),
            { Method.Name: nameof(string.Compare), Object: null, Arguments: [var one, var other] }
                when one.Type != typeof(string) => (one, other, kind),
            { Method.Name: nameof(string.Compare), Object: null, Arguments: [var one, var other, var how] }
                when !RowFinder.DependsOnRow(how) && filter.Client(how) is StringComparison.Ordinal => (one, other, kind),
            { Method.Name: nameof(IComparable.CompareTo) or nameof(string.Compare) } => throw new FilterNotSupportedException(
                call, "The order of texts by culture is not PostgreSQL's: use string.CompareOrdinal(a, b) < 0."),
            _ => null,
        };
        if (sides is not null && filter.Client(zero) is not 0)
            throw new FilterNotSupportedException(comparison, "Compare the result with 0.");
        return sides;
    }

    // Unlike the operators, Compare puts null before every value.
    private string Order(Expression one, Expression other, Comparison kind, bool negated, Expression expression)
    {
        var (left, right) = (filter.Value(one), filter.Value(other));
        if (left is ClientOperand)
            (left, right, kind) = (right, left, kind.Swapped);
        if (left is not SqlTerm { Kind: SqlKind.Text or SqlKind.PaddedText } text)
            return Compare(left, right, kind, negated, expression);
        if (right is not ClientOperand { Value: string } value || kind.IsEquality)
            return kind.IsEquality
                ? Compare(left, right, kind, negated, expression)
                : throw new FilterNotSupportedException(expression, "The order of a text is known against a value only.");
        if (negated)
            kind = kind.Negated;
        var condition = CompareValue(FilterTranslator.Closed(text), value.Value!, kind, negated: false, expression);
        return text.Nullable && !kind.IsGreater ? $"({condition} OR {FilterTranslator.Closed(text).Sql} IS NULL)" : condition;
    }
}
