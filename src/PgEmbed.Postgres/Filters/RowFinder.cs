using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Says whether an expression depends on a row, or is a value that is known beforehand: whether it has a parameter that
/// no lambda within it declares.
/// </summary>
internal sealed class RowFinder : ExpressionVisitor
{
    private readonly HashSet<ParameterExpression> _declared = [];
    private bool _found;

    private RowFinder()
    {
    }

    public static bool DependsOnRow(Expression expression)
    {
        if (expression is ConstantExpression)
            return false;
        var finder = new RowFinder();
        finder.Visit(expression);
        return finder._found;
    }

    public override Expression? Visit(Expression? node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return _found ? node : base.Visit(node);
    }

    protected override Expression VisitLambda<T>(Expression<T> node)
    {
        _declared.UnionWith(node.Parameters);
        return base.VisitLambda(node);
    }

    protected override Expression VisitParameter(ParameterExpression node)
    {
        _found |= !_declared.Contains(node);
        return node;
    }
}
