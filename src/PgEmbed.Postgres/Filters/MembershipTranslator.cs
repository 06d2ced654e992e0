using System.Collections;
using System.Linq.Expressions;
using Npgsql;

namespace PgEmbed.Postgres.Filters;

/// <summary>Contains, Any and All of a list that is known beforehand; of a column they go to their own translators.</summary>
internal sealed class MembershipTranslator(FilterTranslator filter, ArrayTranslator arrays)
{
    private const int MostAlternatives = 1_000;

    /// <summary>
    /// The list and the item of a call of Contains: a list's own method, Enumerable's, or the span's that C# chooses for
    /// arrays. Null for any other call, and for Contains of a text.
    /// </summary>
    public static (Expression List, Expression Item, Expression? Comparer)? Parts(MethodCallExpression call) =>
        call.Method.Name != nameof(Enumerable.Contains) || call.Method.DeclaringType == typeof(string) ? null
        : call switch
        {
            { Object: { } list, Arguments: [var item] } => (list, item, null),
            { Object: null, Arguments: [var list, var item] } => (WithoutSpan(list), item, null),
            { Object: null, Arguments: [var list, var item, var comparer] } => (WithoutSpan(list), item, comparer),
            _ => null,
        };

    /// <summary>The list behind a span.</summary>
    public static Expression WithoutSpan(Expression list) => list switch
    {
        MethodCallExpression { Method.Name: "op_Implicit" or nameof(MemoryExtensions.AsSpan), Arguments: [var array] } =>
            WithoutSpan(array),
        _ => list,
    };

    /// <summary>Translates Contains, Any and All; null for any other call.</summary>
    public string? Condition(MethodCallExpression call, bool negated)
    {
        if (Parts(call) is var (list, item, comparer))
        {
            var given = comparer is null ? null : filter.Client(comparer);
            if (!RowFinder.DependsOnRow(list))
                return Contains(Values(list, call), given ?? ComparerOf(filter.Client(list)!), item, negated, call);
            if (given is not null && !IsDefault(given, item.Type))
                throw new FilterNotSupportedException(call, "The comparer can't be taken to PostgreSQL.");
            return arrays.Contains(list, item, negated, call);
        }

        return call is { Object: null, Method.Name: nameof(Enumerable.Any) or nameof(Enumerable.All) }
            && call.Arguments is [var alternatives, LambdaExpression { Parameters: [var parameter] } condition]
            && !RowFinder.DependsOnRow(alternatives)
            ? Expand(call, Values(alternatives, call), parameter, condition.Body, negated)
            : null;
    }

    /// <summary>The values of a list that is known beforehand.</summary>
    public List<object?> Values(Expression list, Expression expression) => filter.Client(list) switch
    {
        IQueryable and not EnumerableQuery => throw new FilterNotSupportedException(
            expression, "The list is a query of its own: run it first, with ToList()."),
        IEnumerable values => [.. values.Cast<object?>()],
        _ => throw new FilterNotSupportedException(expression, "Expected a list that is not null."),
    };

    private string Contains(List<object?> values, object? comparer, Expression item, bool negated, Expression expression)
    {
        var term = filter.Value(item) as SqlTerm ?? throw new FilterNotSupportedException(expression);
        var folding = term.Folding;
        if (comparer is not null && !IsDefault(comparer, item.Type))
        {
            folding = comparer.Equals(StringComparer.OrdinalIgnoreCase) && folding is null
                ? CaseFolding.OrdinalIgnoreCase
                : throw new FilterNotSupportedException(
                    expression, "Of comparers, only StringComparer.Ordinal and OrdinalIgnoreCase can be taken to PostgreSQL.");
        }

        if (term.Kind is SqlKind.Array or SqlKind.Bytes or SqlKind.Json or SqlKind.Other)
            throw new FilterNotSupportedException(expression, "The item must be a text, a number, a date or their like.");
        var hasNull = values.Contains(null);
        // A time between two microseconds is in no column.
        var present = values.OfType<object>()
            .Select(value => DateTranslator.Rounded(value, Comparison.Equal)).OfType<object>().Distinct().ToList();
        if (hasNull || folding is not null)
            term = FilterTranslator.Closed(term);
        if (folding is not null)
            return Folded(term with { Folding = null }, [.. present.Cast<string>()], folding, hasNull, negated, expression);
        if (present.Count == 0)
            return hasNull ? FilterTranslator.IsNull(term, negated) : FilterTranslator.Truth(negated);
        var array = filter.Parameters.Array(present, term, expression);
        if (negated && term.From is null && (hasNull || !term.Nullable))
            return $"{term.Sql} <> ALL ({array})";
        var condition = $"{term.Sql} = ANY ({array})";
        return FilterTranslator.Finish(hasNull ? $"({condition} OR {term.Sql} IS NULL)" : condition, negated, term);
    }

    private string Folded(
        SqlTerm term, List<string> values, CaseFolding folding, bool hasNull, bool negated, Expression expression)
    {
        var conditions = values.Select(value => TextTranslator.Match(
            filter, term, value, TextMatch.Equal, folding, negated: false, expression)).ToList();
        if (hasNull)
            conditions.Add($"{term.Sql} IS NULL");
        return conditions.Count == 0
            ? FilterTranslator.Truth(negated)
            : FilterTranslator.Finish($"({string.Join(" OR ", conditions)})", negated, term);
    }

    // Any over a list of values is their disjunction.
    private string Expand(
        MethodCallExpression call, List<object?> values, ParameterExpression parameter, Expression body, bool negated)
    {
        if (values.Count > MostAlternatives)
            throw new FilterNotSupportedException(
                call, $"Expected a list of at most {MostAlternatives} values, got {values.Count}: use Contains where it is enough.");
        var any = call.Method.Name == nameof(Enumerable.Any);
        if (values.Count == 0)
            return FilterTranslator.Truth(any == negated);
        var conditions = values.Select(value => filter.Condition(
            new Substitution(parameter, Expression.Constant(value, parameter.Type)).Visit(body), negated));
        return $"({string.Join(any != negated ? " OR " : " AND ", conditions)})";
    }

    private static object? ComparerOf(object list) =>
        (list.GetType().GetProperty("Comparer") ?? list.GetType().GetProperty("KeyComparer"))?.GetValue(list);

    // The default order of texts is their culture's, so a sorted set of them is none of these.
    private static bool IsDefault(object comparer, Type type) =>
        comparer.Equals(StringComparer.Ordinal)
        || comparer.Equals(Default(typeof(EqualityComparer<>), type))
        || (type != typeof(string) && comparer.Equals(Default(typeof(Comparer<>), type)));

    private static object? Default(Type comparer, Type type) =>
        comparer.MakeGenericType(type).GetProperty(nameof(EqualityComparer<int>.Default))!.GetValue(null);

    private sealed class Substitution(ParameterExpression parameter, Expression value) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? value : node;
    }
}
