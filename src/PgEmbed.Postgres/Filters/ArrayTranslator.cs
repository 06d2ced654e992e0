using System.Linq.Expressions;
using Npgsql;
using NpgsqlTypes;

namespace PgEmbed.Postgres.Filters;

/// <summary>Columns of arrays: what they contain, how long they are, and conditions on their elements.</summary>
internal sealed class ArrayTranslator(FilterTranslator filter)
{
    // For these the value that is looked for has the elements' own type, so that a GIN index can serve.
    private static readonly Dictionary<string, Type> Indexable = new(StringComparer.Ordinal)
    {
        ["pg_catalog._text"] = typeof(string),
        ["pg_catalog._int4"] = typeof(int),
        ["pg_catalog._int8"] = typeof(long),
        ["pg_catalog._uuid"] = typeof(Guid),
    };

    /// <summary>How many elements an array has.</summary>
    public SqlTerm? Count(Expression array) => Source(array) switch
    {
        JsonTerm json => json.Count(),
        { } term => term with { Sql = $"cardinality({term.Sql})", Type = typeof(int), Kind = SqlKind.Integer, ArrayType = null },
        null => null,
    };

    /// <summary>Translates Length and Count; null for any other member.</summary>
    public SqlTerm? Member(MemberExpression member) =>
        member.Member.Name is nameof(Array.Length) or nameof(List<int>.Count) ? Count(member.Expression!) : null;

    /// <summary>Translates Count(); null for any other call.</summary>
    public SqlTerm? Value(MethodCallExpression call) =>
        call is { Object: null, Method.Name: nameof(Enumerable.Count), Arguments: [var array] } ? Count(array) : null;

    /// <summary>Translates Any, All and SequenceEqual; null for any other call.</summary>
    public string? Condition(MethodCallExpression call, bool negated)
    {
        var (list, lambda) = call switch
        {
            { Object: null, Arguments: [var source] } => (source, null),
            { Object: null, Arguments: [var source, LambdaExpression condition] } => (source, condition),
            { Object: { } source, Arguments: [LambdaExpression condition] } => (source, condition),
            _ => default((Expression?, LambdaExpression?)),
        };
        switch (call.Method.Name)
        {
            case nameof(Enumerable.Any) when list is not null && lambda is null && Count(list) is { } count:
                return FilterTranslator.Finish($"{count.Sql} > 0", negated, count);
            case nameof(Enumerable.Any) or nameof(List<int>.Exists) when lambda is not null && Source(list!) is { } array:
                return Any(array, list!, lambda, negated, call);
            case nameof(Enumerable.All) or nameof(List<int>.TrueForAll) when lambda is not null && Source(list!) is { } array:
                return All(array, list!, lambda, negated, call);
            case nameof(Enumerable.SequenceEqual) when call.Arguments is [var one, var other]:
                return SequenceEqual(
                    MembershipTranslator.WithoutSpan(one), MembershipTranslator.WithoutSpan(other), negated, call);
            default:
                return null;
        }
    }

    /// <summary>Translates Contains of an array that depends on the row.</summary>
    public string Contains(Expression list, Expression item, bool negated, Expression expression)
    {
        var array = Source(list) ?? throw new FilterNotSupportedException(expression);
        if (array is JsonTerm json)
            return json.Contains(filter.Value(item), negated, expression);
        if (RowFinder.DependsOnRow(item))
        {
            // It takes NULL for equal to NULL, as C# does.
            var position = $"array_position({FilterTranslator.Closed(array).Sql}, {FilterTranslator.Closed(filter.Term(item)).Sql})";
            return $"{position} IS {(negated ? "" : "NOT ")}NULL";
        }

        if (filter.Client(item) is not { } value)
            return FilterTranslator.Finish($"array_position({array.Sql}, NULL) IS NOT NULL", negated, array);
        var element = Element(array, list, "");
        if (DateTranslator.Rounded(value, Comparison.Equal) is not { } known)
            return FilterTranslator.Truth(negated);
        var placeholder = filter.Parameters.Placeholder(known, element, expression);
        return FilterTranslator.Finish(
            Indexable.TryGetValue(array.ArrayType!, out var type) && type == known.GetType()
                ? $"{array.Sql} @> ARRAY[{placeholder}]"
                : $"{placeholder} = ANY ({array.Sql})",
            negated,
            array);
    }

    private string Any(SqlTerm array, Expression list, LambdaExpression condition, bool negated, Expression expression)
    {
        if (Overlap(array, condition) is { } overlap)
            return FilterTranslator.Finish(overlap, negated, array);
        return (negated ? "NOT " : "") + Exists(array, list, condition, negated: false, expression);
    }

    // Of no array at all C# can't say anything, so it is taken for false.
    private string All(SqlTerm array, Expression list, LambdaExpression condition, bool negated, Expression expression)
    {
        var closed = FilterTranslator.Closed(array).Sql;
        var exception = Exists(array, list, condition, negated: true, expression);
        return negated ? $"({closed} IS NULL OR {exception})" : $"({closed} IS NOT NULL AND NOT {exception})";
    }

    private string Exists(SqlTerm array, Expression list, LambdaExpression condition, bool negated, Expression expression)
    {
        if (array is JsonTerm)
            throw new FilterNotSupportedException(expression, "Of a list in JSON, only Contains and Count can be asked.");
        var alias = filter.NewAlias();
        var element = Element(array, list, $"{alias}.element");
        return $"EXISTS (SELECT FROM unnest({FilterTranslator.Closed(array).Sql}) AS {alias} (element) WHERE "
            + filter.Condition(condition, new FilterRow(Table: null, alias, element), negated) + ")";
    }

    /// <summary>Whether one of a list's values is among the elements: what a GIN index answers at once.</summary>
    private string? Overlap(SqlTerm array, LambdaExpression condition)
    {
        if (condition.Body is not MethodCallExpression call || array.ArrayType is null
            || MembershipTranslator.Parts(call) is not (var list, ParameterExpression item, null)
            || item != condition.Parameters[0] || RowFinder.DependsOnRow(list)
            || !Indexable.TryGetValue(array.ArrayType, out var type)
            || Values(list, type) is not { } values)
            return null;
        return $"{array.Sql} && {Parameter(values, array.ArrayType)}";
    }

    private string SequenceEqual(Expression one, Expression other, bool negated, Expression expression)
    {
        if (!RowFinder.DependsOnRow(one))
            (one, other) = (other, one);
        var array = (SqlTerm)filter.Value(one);
        if (RowFinder.DependsOnRow(other))
            throw new FilterNotSupportedException(expression, "An array column can be compared with a value.");
        if (array.Kind == SqlKind.Bytes && filter.Client(other) is byte[] bytes)
            return FilterTranslator.Finish($"{array.Sql} = {filter.Parameters.All.Add(bytes)}", negated, array);
        return array.ArrayType is not null && Indexable.TryGetValue(array.ArrayType, out var type)
            && Values(other, type) is { } values
            ? FilterTranslator.Finish($"{array.Sql} = {Parameter(values, array.ArrayType)}", negated, array)
            : throw new FilterNotSupportedException(
                expression, "SequenceEqual is translated for bytea, text[], integer[], bigint[] and uuid[], and a list without null.");
    }

    /// <summary>The values of a list that is known beforehand; null where one is null or of another type.</summary>
    private Array? Values(Expression list, Type type)
    {
        // A set may have a comparer of its own.
        if (filter.Client(list) is not System.Collections.IEnumerable source
            || source.GetType() is { IsArray: false } and not { Name: "List`1" or "ImmutableArray`1" })
            return null;
        var values = source.Cast<object?>().ToList();
        if (!values.TrueForAll(value => value?.GetType() == type))
            return null;
        var array = Array.CreateInstance(type, values.Count);
        for (var i = 0; i < values.Count; i++)
            array.SetValue(values[i] is string text ? ParameterBinder.Text(text, list) : values[i], i);
        return array;
    }

    private string Parameter(Array values, string arrayType) =>
        filter.Parameters.All.Add(new NpgsqlParameter
        {
            Value = values,
            NpgsqlDbType = NpgsqlDbType.Array | arrayType switch
            {
                "pg_catalog._int4" => NpgsqlDbType.Integer,
                "pg_catalog._int8" => NpgsqlDbType.Bigint,
                "pg_catalog._uuid" => NpgsqlDbType.Uuid,
                _ => NpgsqlDbType.Text,
            },
        });

    private SqlTerm? Source(Expression list)
    {
        list = MembershipTranslator.WithoutSpan(list);
        return list.Type == typeof(string) || !RowFinder.DependsOnRow(list)
            || !typeof(System.Collections.IEnumerable).IsAssignableFrom(list.Type)
            ? null
            : filter.Value(list) as SqlTerm is { Kind: SqlKind.Array or SqlKind.Json } term ? term : null;
    }

    private static SqlTerm Element(SqlTerm array, Expression list, string sql)
    {
        var type = list.Type.IsArray
            ? list.Type.GetElementType()!
            : list.Type.GetInterfaces().Append(list.Type)
                .First(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>)).GetGenericArguments()[0];
        return ColumnTerm.ElementOf(sql, array.ArrayType!, FilterTranslator.Plain(type));
    }
}
