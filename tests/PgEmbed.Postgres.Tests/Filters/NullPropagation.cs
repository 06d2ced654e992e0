using System.Linq.Expressions;
using static System.Linq.Expressions.Expression;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>
/// Rewrites a filter so that what throws on null is null instead: the second sentence of docs/filters.md on null, said in
/// C#. A condition about null is false, and so is one about a quotient by zero.
/// </summary>
internal sealed class NullPropagation : ExpressionVisitor
{
    public static Expression<Func<Product, bool>> Of(Expression<Func<Product, bool>> filter) =>
        (Expression<Func<Product, bool>>)new NullPropagation().Visit(filter);

    protected override Expression VisitLambda<T>(Expression<T> node) => Lambda<T>(Truth(Visit(node.Body)), node.Parameters);

    protected override Expression VisitMember(MemberExpression node)
    {
        if (node.Expression is null)
            return node;
        var own = Visit(node.Expression);
        if (Nullable.GetUnderlyingType(node.Expression.Type) is not null)
            return node.Member.Name == "Value" ? own : NotEqual(own, Constant(null, own.Type));
        return Guarded([own], given => MakeMemberAccess(given[0], node.Member), node.Type);
    }

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        // The texts' static methods take null; what is given to any other must be there.
        Expression?[] given = [node.Object, .. node.Arguments];
        var visited = given.Select(Visit).ToArray();
        var takesNull = node.Method.DeclaringType == typeof(string) && node.Object is null;
        var guarded = visited.Select((e, i) => e is not null && e is not LambdaExpression && e is not ConstantExpression
            && (e.Type != given[i]!.Type || (!takesNull && !e.Type.IsValueType && (i < 2 || node.Object is not null)
                && !(i == 1 && IsItem(node))))
            ? e : null).ToArray();
        return Guarded(
            guarded,
            inner =>
            {
                var all = visited.Select((e, i) => inner[i] ?? e).ToArray();
                return Call(all[0], node.Method, all.Skip(1)!);
            },
            node.Type);
    }

    protected override Expression VisitBinary(BinaryExpression node)
    {
        var left = Visit(node.Left);
        var right = Visit(node.Right);
        if (node.NodeType is ExpressionType.AndAlso or ExpressionType.OrElse
            || (node.Type == typeof(bool) && node.NodeType is ExpressionType.And or ExpressionType.Or or ExpressionType.ExclusiveOr
                && node.Left.Type == typeof(bool)))
            return MakeBinary(node.NodeType, Truth(left), Truth(right));
        if (node.NodeType == ExpressionType.Coalesce)
            return Expression.Coalesce(left, right.Type == left.Type || Nullable.GetUnderlyingType(left.Type) == right.Type
                ? right : Expression.Convert(right, left.Type));
        var type = Lifted(left.Type) == left.Type && left.Type.IsValueType ? left.Type
            : Lifted(right.Type) == right.Type && right.Type.IsValueType ? right.Type : null;
        if (type is not null && left.Type != right.Type)
        {
            left = Lifted(left.Type) == left.Type ? left : Expression.Convert(left, Lifted(left.Type));
            right = Lifted(right.Type) == right.Type ? right : Expression.Convert(right, Lifted(right.Type));
        }

        var result = MakeBinary(node.NodeType, left, right, liftToNull: false, node.Method);
        if (node.NodeType is not (ExpressionType.Divide or ExpressionType.Modulo))
            return result;
        var zero = Expression.Convert(Constant(0), right.Type);
        return Expression.Condition(
            Equal(right, zero), Default(Lifted(result.Type)), Expression.Convert(result, Lifted(result.Type)));
    }

    protected override Expression VisitUnary(UnaryExpression node)
    {
        var operand = Visit(node.Operand);
        switch (node.NodeType)
        {
            case ExpressionType.Not when node.Type == typeof(bool):
                return Not(Truth(operand));
            case ExpressionType.ArrayLength:
                return Guarded([operand], given => ArrayLength(given[0]!), typeof(int));
            case ExpressionType.Convert or ExpressionType.ConvertChecked when operand.Type != node.Operand.Type && node.Type.IsValueType:
                return Expression.Convert(operand, Lifted(node.Type));
            case ExpressionType.Convert when operand.Type != node.Operand.Type:
                return Expression.Convert(operand, node.Type);
            default:
                return operand.Type == node.Operand.Type ? node.Update(operand) : MakeUnary(node.NodeType, operand, operand.Type);
        }
    }

    protected override Expression VisitConditional(ConditionalExpression node)
    {
        var (whenTrue, whenFalse) = (Visit(node.IfTrue), Visit(node.IfFalse));
        if (node.Type == typeof(bool))
            (whenTrue, whenFalse) = (Truth(whenTrue), Truth(whenFalse));
        else if (whenTrue.Type != whenFalse.Type)
            (whenTrue, whenFalse) = (Expression.Convert(whenTrue, Lifted(node.Type)), Expression.Convert(whenFalse, Lifted(node.Type)));
        return Expression.Condition(Truth(Visit(node.Test)), whenTrue, whenFalse);
    }

    // What is looked for in a list may be null.
    private static bool IsItem(MethodCallExpression node) =>
        node.Method.Name == "Contains" && node.Method.DeclaringType != typeof(string);

    private static Expression Guarded(Expression?[] given, Func<Expression?[], Expression> make, Type type)
    {
        var nullable = given.Select(e => e is not null && e is not ParameterExpression && (!e.Type.IsValueType
            || Nullable.GetUnderlyingType(e.Type) is not null)).ToArray();
        var made = make([.. given.Select((e, i) => nullable[i] && e!.Type.IsValueType ? Property(e, "Value") : e)]);
        var tests = given.Where((_, i) => nullable[i]).Select(e => (Expression)Equal(e!, Constant(null, e!.Type))).ToList();
        if (tests.Count == 0)
            return made;
        // A condition about null is false.
        var result = type == typeof(bool) && made is MethodCallExpression ? type : Lifted(type);
        return Expression.Condition(
            tests.Aggregate(OrElse), Default(result), made.Type == result ? made : Expression.Convert(made, result));
    }

    private static Expression Truth(Expression condition) =>
        condition.Type == typeof(bool?) ? Expression.Coalesce(condition, Constant(false)) : condition;

    private static Type Lifted(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null ? typeof(Nullable<>).MakeGenericType(type) : type;
}
