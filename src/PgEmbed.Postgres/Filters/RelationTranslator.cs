using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>Other tables' rows: the one that a property leads to, and conditions on the many. No row is ever doubled.</summary>
internal sealed class RelationTranslator(FilterTranslator filter)
{
    /// <summary>The row that a reference leads to; null where an expression is none.</summary>
    public FilterRow? Row(Expression? expression)
    {
        if (Relation(expression) is not (var table, var own) || table.Many)
            return null;
        var alias = filter.NewAlias();
        return new FilterRow(table.Rows, alias, Element: null) { From = table.Of(own.Alias, alias) };
    }

    /// <summary>Translates the count of related rows; null for any other member.</summary>
    public SqlTerm? Member(MemberExpression member) =>
        member.Member.Name is nameof(List<int>.Count) or nameof(Array.Length) ? Count(member.Expression, null) : null;

    /// <summary>Translates Count; null for any other call.</summary>
    public SqlTerm? Value(MethodCallExpression call) =>
        call is { Object: null, Method.Name: nameof(Enumerable.Count), Arguments: [var rows, ..] }
            ? Count(rows, call.Arguments.ElementAtOrDefault(1) as LambdaExpression)
            : null;

    /// <summary>Translates Any and All of related rows; null for any other call.</summary>
    public string? Condition(MethodCallExpression call, bool negated)
    {
        var (rows, condition) = call.Object is null
            ? (call.Arguments.ElementAtOrDefault(0), call.Arguments.ElementAtOrDefault(1))
            : (call.Object, call.Arguments.ElementAtOrDefault(0));
        if (call.Method.Name is not (nameof(Enumerable.Any) or nameof(Enumerable.All) or nameof(List<int>.Exists)
            or nameof(List<int>.TrueForAll)) || Relation(rows) is not (var table, var own) || !table.Many)
            return null;
        var all = call.Method.Name is nameof(Enumerable.All) or nameof(List<int>.TrueForAll);
        var alias = filter.NewAlias();
        var met = condition is LambdaExpression lambda
            ? filter.Condition(lambda, new FilterRow(table.Rows, alias, Element: null), all)
            : null;
        // All of them means that none is otherwise.
        return (all != negated ? "NOT " : "") + table.Of(own.Alias, alias).Exists(met);
    }

    private SqlTerm? Count(Expression? rows, LambdaExpression? condition)
    {
        if (Relation(rows) is not (var table, var own) || !table.Many)
            return null;
        var alias = filter.NewAlias();
        var joined = table.Of(own.Alias, alias);
        var met = condition is null
            ? ""
            : $" AND {filter.Condition(condition, new FilterRow(table.Rows, alias, Element: null), negated: false)}";
        return new SqlTerm(
            (joined with { Join = joined.Join + met }).Select("count(*)"), typeof(int), SqlKind.BigInteger, Nullable: false);
    }

    private (RelatedTable Table, FilterRow Own)? Relation(Expression? expression)
    {
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.TypeAs } cast)
            expression = cast.Operand;
        return expression is MemberExpression member && filter.RowOf(member.Expression) is { Table: { } own } row
            && own.Relations.TryGetValue(member.Member.Name, out var table)
            ? (table, row)
            : null;
    }
}
