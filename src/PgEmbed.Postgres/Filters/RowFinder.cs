using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>Says whether an expression depends on the row, or is a value that is known beforehand.</summary>
internal sealed class RowFinder : ExpressionVisitor
{
    private readonly ParameterExpression _row;
    private bool _found;

    private RowFinder(ParameterExpression row) => _row = row;

    public static bool Finds(Expression expression, ParameterExpression row)
    {
        var finder = new RowFinder(row);
        finder.Visit(expression);
        return finder._found;
    }

    protected override Expression VisitParameter(ParameterExpression node)
    {
        _found |= node == _row;
        return node;
    }
}
