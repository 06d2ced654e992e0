using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Translates a C# condition over a row into SQL over its table.
/// </summary>
/// <remarks>
/// C# has two truth values, SQL three. Negation is pushed down to the single comparisons, so that an unknown value can
/// only stand where it acts as false; each comparison is then written so that its unknown is C#'s false, and its
/// negation true for NULL where C#'s is. Every value becomes a parameter.
/// </remarks>
/// <typeparam name="T">The row.</typeparam>
internal sealed class FilterTranslator<T>
{
    private readonly RowMap<T> _map;
    private readonly string _alias;
    private readonly SqlParameters _parameters;
    private readonly ParameterExpression _row;

    private FilterTranslator(RowMap<T> map, string alias, SqlParameters parameters, ParameterExpression row)
    {
        _map = map;
        _alias = alias;
        _parameters = parameters;
        _row = row;
    }

    /// <summary>Translates a filter.</summary>
    /// <param name="filter">The condition.</param>
    /// <param name="map">Which property stands for which column.</param>
    /// <param name="alias">The table's alias, quoted.</param>
    /// <param name="parameters">Takes the values.</param>
    /// <exception cref="FilterNotSupportedException">A part of it has no translation.</exception>
    public static string Translate(
        Expression<Func<T, bool>> filter, RowMap<T> map, string alias, SqlParameters parameters) =>
        new FilterTranslator<T>(map, alias, parameters, filter.Parameters[0]).Condition(filter.Body, negated: false);

    private string Condition(Expression expression, bool negated)
    {
        switch (expression)
        {
            case UnaryExpression { NodeType: ExpressionType.Not } not when not.Type == typeof(bool):
                return Condition(not.Operand, !negated);
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.OrElse } both:
                var and = both.NodeType == ExpressionType.AndAlso != negated;
                return $"({Condition(both.Left, negated)} {(and ? "AND" : "OR")} {Condition(both.Right, negated)})";
            case BinaryExpression comparison when Comparison.Of(comparison.NodeType) is { } kind:
                return Compare(comparison, negated ? kind.Negated : kind, negated);
            case MethodCallExpression call:
                return Call(call, negated);
            case MemberExpression { Member.Name: "HasValue" } member when ColumnOf(member.Expression) is { } column:
                return $"{column.Sql} IS {(negated ? "" : "NOT ")}NULL";
            default:
                if (!UsesRow(expression))
                    return Value(expression) is true != negated ? "true" : "false";
                if (expression.Type == typeof(bool) && ColumnOf(expression) is { } flag)
                    return negated ? $"{flag.Sql} IS NOT TRUE" : flag.Sql;
                throw new FilterNotSupportedException(expression);
        }
    }

    private string Compare(BinaryExpression expression, Comparison kind, bool negated)
    {
        var left = expression.Left;
        var right = expression.Right;
        if (!UsesRow(expression))
        {
            var holds = Value(expression) is true;
            return holds != negated ? "true" : "false";
        }

        if (!UsesRow(left))
        {
            (left, right) = (right, left);
            kind = kind.Swapped;
        }

        var column = ColumnOf(left) ?? throw new FilterNotSupportedException(left);
        if (UsesRow(right))
        {
            var other = ColumnOf(right) ?? throw new FilterNotSupportedException(right);
            return CompareColumns(column, other, kind, negated);
        }

        var value = Value(right);
        if (value is null)
        {
            // Only equality has a meaning with null; every other comparison with it is false in C#.
            return kind.Sql switch
            {
                "=" => $"{column.Sql} IS NULL",
                "<>" => $"{column.Sql} IS NOT NULL",
                _ => negated ? "true" : "false",
            };
        }

        value = Underlying(expression, left, value);
        if (value is double.NaN || value is float.NaN)
            throw new FilterNotSupportedException(
                expression, "NaN compares otherwise in PostgreSQL than in C#: leave it out.");
        var placeholder = _parameters.Add(value);
        if (!column.Nullable)
            return $"{column.Sql} {kind.Sql} {placeholder}";
        if (kind.Sql == "<>")
            return $"{column.Sql} IS DISTINCT FROM {placeholder}";
        return negated && kind.Sql != "="
            ? $"({column.Sql} {kind.Sql} {placeholder} OR {column.Sql} IS NULL)"
            : $"{column.Sql} {kind.Sql} {placeholder}";
    }

    private static string CompareColumns(ColumnReference left, ColumnReference right, Comparison kind, bool negated)
    {
        if (!left.Nullable && !right.Nullable)
            return $"{left.Sql} {kind.Sql} {right.Sql}";
        return kind.Sql switch
        {
            "=" => $"{left.Sql} IS NOT DISTINCT FROM {right.Sql}",
            "<>" => $"{left.Sql} IS DISTINCT FROM {right.Sql}",
            _ => negated
                ? $"({left.Sql} {kind.Sql} {right.Sql}) IS NOT FALSE"
                : $"{left.Sql} {kind.Sql} {right.Sql}",
        };
    }

    private string Call(MethodCallExpression call, bool negated)
    {
        if (!UsesRow(call))
            return Value(call) is true != negated ? "true" : "false";
        if (call is { Object: not null, Method.Name: nameof(string.Equals), Arguments: [var same] }
            && call.Object.Type == same.Type)
            return Compare(
                Expression.Equal(call.Object, same), negated ? Comparison.NotEqual : Comparison.Equal, negated);
        if (call.Method.DeclaringType == typeof(string))
            return TextCall(call, negated);
        if (call.Method.Name == nameof(Enumerable.Contains) && Membership(call) is var (list, item))
            return Contains(call, list, item, negated);
        throw new FilterNotSupportedException(call);
    }

    private string TextCall(MethodCallExpression call, bool negated)
    {
        if (call is { Object: null, Method.Name: nameof(string.IsNullOrEmpty), Arguments: [var text] }
            && ColumnOf(text) is { } tested)
            return negated ? $"{tested.Sql} <> ''" : $"({tested.Sql} = '' OR {tested.Sql} IS NULL)";
        var (before, after) = call.Method.Name switch
        {
            nameof(string.Contains) => ("%", "%"),
            nameof(string.StartsWith) => ("", "%"),
            nameof(string.EndsWith) => ("%", ""),
            _ => throw new FilterNotSupportedException(call),
        };
        if (call.Object is null || ColumnOf(call.Object) is not { } column || UsesRow(call.Arguments[0])
            || (call.Arguments.Count == 2 && Value(call.Arguments[1]) is not StringComparison.Ordinal)
            || call.Arguments.Count > 2)
            throw new FilterNotSupportedException(
                call, "The text must be a column and its part a value, compared ordinally.");
        var part = Value(call.Arguments[0]) switch
        {
            string value => value,
            char value => value.ToString(),
            _ => throw new FilterNotSupportedException(call, "Expected a part that is not null."),
        };
        var escaped = part.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
        var condition = $"{column.Sql} LIKE {_parameters.Add(before + escaped + after)}";
        return negated ? $"({condition}) IS NOT TRUE" : condition;
    }

    private string Contains(MethodCallExpression call, Expression list, Expression item, bool negated)
    {
        string condition;
        if (UsesRow(list))
        {
            if (ColumnOf(list) is not { } array || UsesRow(item))
                throw new FilterNotSupportedException(call);
            condition = $"{_parameters.Add(Value(item))} = ANY ({array.Sql})";
        }
        else
        {
            var column = ColumnOf(item) ?? throw new FilterNotSupportedException(item);
            if (Value(list) is not IEnumerable values)
                throw new FilterNotSupportedException(call, "Expected a list that is not null.");
            var (array, hasNull) = Values(values, item.Type);
            condition = $"{column.Sql} = ANY ({_parameters.Add(array)})";
            if (hasNull)
                condition = $"({condition} OR {column.Sql} IS NULL)";
        }

        return negated ? $"({condition}) IS NOT TRUE" : condition;
    }

    /// <summary>
    /// The list and the item of a call of Contains: a list's own method, Enumerable's, or the span's that C# 14 chooses
    /// for arrays.
    /// </summary>
    private static (Expression List, Expression Item)? Membership(MethodCallExpression call) => call switch
    {
        { Object: { } list, Arguments: [var item] } => (list, item),
        { Object: null, Arguments: [var list, var item] } => (WithoutSpan(list), item),
        { Object: null, Arguments: [var list, var item, ConstantExpression { Value: null }] } => (WithoutSpan(list), item),
        _ => null,
    };

    private static Expression WithoutSpan(Expression list) =>
        list is MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var array] } ? array : list;

    private static (Array Values, bool HasNull) Values(IEnumerable values, Type type)
    {
        var items = values.Cast<object?>().ToList();
        var present = items.OfType<object>().ToList();
        var element = present.Count > 0 ? present[0].GetType() : Nullable.GetUnderlyingType(type) ?? type;
        var array = Array.CreateInstance(element, present.Count);
        for (var i = 0; i < present.Count; i++)
            array.SetValue(present[i], i);
        return (array, present.Count < items.Count);
    }

    /// <summary>C# compares enumerations and chars as integers; what the column holds is the value itself.</summary>
    private static object Underlying(BinaryExpression expression, Expression column, object value)
    {
        var type = column is UnaryExpression { NodeType: ExpressionType.Convert } convert
            ? convert.Operand.Type
            : column.Type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum || type == typeof(char))
            throw new FilterNotSupportedException(
                expression, $"A column of {type.Name} can't be compared in a filter: map it as text or a number.");
        return value;
    }

    private ColumnReference? ColumnOf(Expression? expression)
    {
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert } convert
            && Widening.Keeps(convert.Operand.Type, convert.Type))
            expression = convert.Operand;
        if (expression is MemberExpression { Member.Name: "Value", Expression: MemberExpression inner }
            && Nullable.GetUnderlyingType(inner.Type) is not null)
            expression = inner;
        if (expression is not MemberExpression { Member: PropertyInfo property } member || member.Expression != _row)
            return null;
        for (var i = 0; i < _map.Properties.Count; i++)
        {
            if (_map.Properties[i].Property.Name == property.Name)
                return new ColumnReference(
                    $"{_alias}.{SqlName.Quote(_map.Columns[i].Name)}", _map.Columns[i].Nullable);
        }

        throw new FilterNotSupportedException(member, $"Property {property.Name} is not mapped to a column.");
    }

    private bool UsesRow(Expression expression) => RowFinder.Finds(expression, _row);

    private static object? Value(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member =>
            field.GetValue(member.Expression is null ? null : Value(member.Expression)),
        UnaryExpression { NodeType: ExpressionType.Convert, Operand: { } operand } convert
            when convert.Type.IsAssignableFrom(operand.Type) => Value(operand),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object)))
            .Compile(preferInterpretation: true)(),
    };

    private readonly record struct ColumnReference(string Sql, bool Nullable);
}
