using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Translates a C# condition over a row into SQL over its table: this class the logic, one beside it each kind of value.
/// </summary>
/// <remarks>
/// C# has two truth values, SQL three. Negation is pushed down to the single comparisons, so that an unknown value can
/// only stand where it acts as false; each comparison is then written so that its unknown is C#'s false, and its
/// negation true for NULL where C#'s is. A member of null is null, as after <c>?.</c>, and a condition about null is
/// false. Every value becomes a parameter.
/// </remarks>
internal sealed class FilterTranslator
{
    private readonly Dictionary<ParameterExpression, FilterRow> _rows = [];
    private readonly ClientValue _client = new();
    private readonly ComparisonTranslator _comparisons;
    private readonly ConversionTranslator _conversions;
    private readonly NumberTranslator _numbers;
    private readonly TextTranslator _texts;
    private readonly DateTranslator _dates;
    private readonly MembershipTranslator _membership;
    private readonly ArrayTranslator _arrays;
    private readonly JsonTranslator _json;
    private readonly RelationTranslator _relations;
    private int _aliases;

    private FilterTranslator(SqlParameters parameters)
    {
        Parameters = new ParameterBinder(parameters);
        _comparisons = new ComparisonTranslator(this);
        _conversions = new ConversionTranslator(this);
        _numbers = new NumberTranslator(this);
        _texts = new TextTranslator(this);
        _dates = new DateTranslator(this);
        _arrays = new ArrayTranslator(this);
        _membership = new MembershipTranslator(this, _arrays);
        _json = new JsonTranslator(this);
        _relations = new RelationTranslator(this);
    }

    /// <summary>Takes the values.</summary>
    public ParameterBinder Parameters { get; }

    /// <summary>Translates a filter.</summary>
    /// <param name="filter">The condition.</param>
    /// <param name="map">Which property stands for which column.</param>
    /// <param name="alias">The table's alias, quoted.</param>
    /// <param name="parameters">Takes the values.</param>
    /// <exception cref="FilterNotSupportedException">A part of it has no translation.</exception>
    public static string Translate<T>(
        Expression<Func<T, bool>> filter, RowMap<T> map, string alias, SqlParameters parameters) =>
        Translate(filter, map.Table, alias, parameters);

    /// <inheritdoc cref="Translate{T}(Expression{Func{T, bool}}, RowMap{T}, string, SqlParameters)"/>
    public static string Translate(LambdaExpression filter, FilterTable table, string alias, SqlParameters parameters)
    {
        try
        {
            return new FilterTranslator(parameters).Condition(filter, new FilterRow(table, alias, Element: null), false);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new FilterNotSupportedException(
                filter.Body.NodeType.ToString(), "It is nested too deeply: use Contains of a list for many alternatives.");
        }
    }

    /// <summary>The condition of a lambda whose parameter stands for a row or an element.</summary>
    public string Condition(LambdaExpression lambda, FilterRow row, bool negated)
    {
        if (lambda.Parameters is not [var parameter])
            throw new FilterNotSupportedException(lambda);
        _rows[parameter] = row;
        try
        {
            return Condition(lambda.Body, negated);
        }
        finally
        {
            _rows.Remove(parameter);
        }
    }

    /// <summary>SQL that is true for just the rows for which a C# condition is; false or unknown for the others.</summary>
    /// <param name="expression">The condition.</param>
    /// <param name="negated">For which it is not, instead.</param>
    public string Condition(Expression expression, bool negated)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case BinaryExpression both when IsLogic(both):
                return Join(both, negated);
            case UnaryExpression { NodeType: ExpressionType.Not } not when not.Type == typeof(bool):
                return Condition(not.Operand, !negated);
            case var value when !RowFinder.DependsOnRow(value):
                return Truth(Client(value) is true != negated);
            case ConditionalExpression choice when !RowFinder.DependsOnRow(choice.Test):
                return Condition(Client(choice.Test) is true ? choice.IfTrue : choice.IfFalse, negated);
            case ConditionalExpression choice:
                return $"CASE WHEN {Condition(choice.Test, false)} THEN {Condition(choice.IfTrue, negated)} "
                    + $"ELSE {Condition(choice.IfFalse, negated)} END";
            case BinaryExpression { NodeType: ExpressionType.ExclusiveOr } either when either.Type == typeof(bool):
                return _comparisons.Compare(
                    Expression.NotEqual(either.Left, either.Right), Comparison.NotEqual, negated);
            case BinaryExpression comparison when Comparison.Of(comparison.NodeType) is { } kind:
                return _comparisons.Compare(comparison, kind, negated);
            case MemberExpression { Member.Name: nameof(Nullable<int>.HasValue), Expression: { } tested }
                when Nullable.GetUnderlyingType(tested.Type) is not null:
                return IsNull(tested, !negated);
            case MethodCallExpression call when CallCondition(call, negated) is { } condition:
                return condition;
            default:
                return expression.Type == typeof(bool) && ValueOrNull(expression) is SqlTerm { Kind: SqlKind.Boolean } flag
                    ? Truth(flag, negated)
                    : throw new FilterNotSupportedException(expression);
        }
    }

    /// <summary>The value of an expression: known beforehand, or a term.</summary>
    public Operand Value(Expression expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return ValueOrNull(expression) ?? Predicate(expression);
    }

    /// <summary>A value as a term: a value known beforehand becomes a parameter of its own type.</summary>
    /// <exception cref="FilterNotSupportedException">A change of case or a type that has no SQL stands in it.</exception>
    public SqlTerm Term(Expression expression) => Term(Value(expression), expression);

    /// <inheritdoc cref="Term(Expression)"/>
    public SqlTerm Term(Operand operand, Expression expression) => operand switch
    {
        ClientOperand client => Parameters.Typed(client.Value, client.Type, expression),
        SqlTerm { Folding: not null } => throw new FilterNotSupportedException(
            expression, "A text in upper or lower case can be compared with a value only, or searched for one."),
        var term => (SqlTerm)term,
    };

    /// <summary>A value known beforehand.</summary>
    public object? Client(Expression expression) => _client.Of(expression);

    /// <summary>What a parameter of the filter, or of a lambda within it, stands for.</summary>
    public FilterRow Row(ParameterExpression parameter) =>
        _rows.TryGetValue(parameter, out var row) ? row : throw new FilterNotSupportedException(parameter);

    /// <summary>The row that a chain of casts ends at; null where there is none.</summary>
    public FilterRow? RowOf(Expression? expression)
    {
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.TypeAs } cast)
            expression = cast.Operand;
        return expression is ParameterExpression parameter ? Row(parameter) : null;
    }

    /// <summary>The related row that an expression leads to; null where it doesn't.</summary>
    public FilterRow? RelatedRow(Expression? expression) => _relations.Row(expression);

    /// <summary>A new alias, for a table within the filter.</summary>
    public string NewAlias() => string.Create(CultureInfo.InvariantCulture, $"_pgembed_{++_aliases}");

    /// <summary>A comparison of two operands by hand.</summary>
    public string Compare(Operand left, Operand right, Comparison kind, bool negated, Expression expression) =>
        _comparisons.Compare(left, right, kind, negated, expression);

    /// <summary>Whether a value is null.</summary>
    public string IsNull(Expression tested, bool negated) =>
        _relations.Row(tested) is { From: { } joined }
            ? (negated ? "" : "NOT ") + joined.Exists(null)
            : IsNull((SqlTerm)Value(tested), negated);

    /// <summary>Whether a term is null.</summary>
    public static string IsNull(SqlTerm term, bool negated) =>
        term.From is null
            ? $"{term.NullTest} IS {(negated ? "NOT " : "")}NULL"
            : Finish($"{term.NullTest} IS NOT NULL", !negated, term);

    /// <summary>
    /// A condition that is not true where a term in it is NULL, or its negation: with the subqueries of joined rows put
    /// around it.
    /// </summary>
    /// <param name="condition">The condition.</param>
    /// <param name="negated">Whether the rows are asked for which it is not true.</param>
    /// <param name="terms">The terms in it; at most one joined row is among them (see <see cref="Closed"/>).</param>
    public static string Finish(string condition, bool negated, params ReadOnlySpan<SqlTerm> terms)
    {
        foreach (var term in terms)
        {
            if (term.From is { } joined)
                return (negated ? "NOT " : "") + joined.Exists($"({condition})");
        }

        return negated ? $"({condition}) IS NOT TRUE" : condition;
    }

    /// <summary>A term that reads no joined row, or does so in a subquery of its own.</summary>
    public static SqlTerm Closed(SqlTerm term) =>
        term.From is null ? term : term with { Sql = term.From.Select(term.Sql), From = null, Nullable = true };

    /// <summary>The joined row of an expression made of terms; those of more than one are closed first.</summary>
    public static JoinedRow? Unite(ref SqlTerm left, ref SqlTerm right)
    {
        if (left.From is not null && right.From is not null && left.From != right.From)
        {
            left = Closed(left);
            right = Closed(right);
        }

        return left.From ?? right.From;
    }

    /// <summary>A type without <see cref="Nullable{T}"/>.</summary>
    public static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>A condition that is always the same.</summary>
    public static string Truth(bool holds) => holds ? "true" : "false";

    private static string Truth(SqlTerm flag, bool negated) =>
        flag.From is not null ? Finish(flag.Sql, negated, flag)
        : !negated ? flag.Sql
        : flag.Nullable ? $"{flag.Sql} IS NOT TRUE"
        : $"NOT {flag.Sql}";

    private static SqlTerm Lifted(string sql) => new(sql, typeof(bool), SqlKind.Boolean, Nullable: true);

    // A chain of one operator is left-deep in C#, and may be thousands long: it is walked, not descended into.
    private string Join(BinaryExpression chain, bool negated)
    {
        var isAnd = IsAnd(chain);
        var operands = new Stack<Expression>();
        Expression left = chain;
        while (left is BinaryExpression both && IsLogic(both) && IsAnd(both) == isAnd)
        {
            operands.Push(both.Right);
            left = both.Left;
        }

        operands.Push(left);
        var conditions = new List<string>();
        foreach (var operand in operands)
        {
            // As in C#, what comes after the operand that decides is not computed.
            if (IsLogic(operand) || RowFinder.DependsOnRow(operand))
                conditions.Add(Condition(operand, negated));
            else if (Client(operand) is true != isAnd)
                return Truth(isAnd == negated);
        }

        return conditions.Count switch
        {
            0 => Truth(isAnd != negated),
            1 => conditions[0],
            _ => $"({string.Join(isAnd != negated ? " AND " : " OR ", conditions)})",
        };
    }

    private static bool IsLogic(Expression expression) =>
        expression.Type == typeof(bool)
        && expression.NodeType is ExpressionType.AndAlso or ExpressionType.OrElse or ExpressionType.And or ExpressionType.Or;

    private static bool IsAnd(Expression logic) => logic.NodeType is ExpressionType.AndAlso or ExpressionType.And;

    private string? CallCondition(MethodCallExpression call, bool negated) =>
        SqlCondition(call, negated) ?? Equality(call, negated) ?? _texts.Condition(call, negated)
        ?? _relations.Condition(call, negated) ?? _membership.Condition(call, negated) ?? _arrays.Condition(call, negated)
        ?? _json.Condition(call, negated) ?? _numbers.Condition(call, negated);

    /// <summary>Equals of one argument is the operator.</summary>
    private string? Equality(MethodCallExpression call, bool negated)
    {
        var sides = call switch
        {
            { Method.Name: nameof(Equals), Object: { } own, Arguments: [var other] } => (own, other),
            { Method.Name: nameof(Equals), Object: null, Arguments: [var one, var other] } => (one, other),
            _ => default,
        };
        if (sides is not ({ } left, { } right))
            return null;
        if (Plain(Unboxed(left).Type) != Plain(Unboxed(right).Type))
            throw new FilterNotSupportedException(call, "Equals of two types is false in C#: convert one, and use ==.");
        if (Plain(Unboxed(left).Type) == typeof(double) || Plain(Unboxed(left).Type) == typeof(float))
            throw new FilterNotSupportedException(call, "Equals takes NaN for equal, unlike ==: use ==.");
        return _comparisons.Compare(
            Value(Unboxed(left)), Value(Unboxed(right)), Comparison.Equal, negated, call);

        static Expression Unboxed(Expression expression) =>
            expression is UnaryExpression { NodeType: ExpressionType.Convert } box && box.Type == typeof(object)
                ? box.Operand
                : expression;
    }

    private string? SqlCondition(MethodCallExpression call, bool negated)
    {
        if (call.Method.DeclaringType != typeof(SqlFilter) || call.Method.Name != nameof(SqlFilter.Matches))
            return null;
        var filter = Client(call.Object!) as SqlFilter
            ?? throw new FilterNotSupportedException(call, "Expected an SQL filter that is not null.");
        var condition = $"(\n{filter.ToSql(Parameters.All)}\n)";
        return negated ? $"{condition} IS NOT TRUE" : condition;
    }

    private Operand? Member(MemberExpression member)
    {
        if (RowOf(member.Expression) is { Element: null } row)
            return Column(row, member);
        if (RelatedRow(member.Expression) is { } related)
            return Column(related, member);
        if (member.Expression is null)
            throw new FilterNotSupportedException(member);
        if (Nullable.GetUnderlyingType(member.Expression.Type) is not null)
            return member.Member.Name == nameof(Nullable<int>.Value) ? Value(member.Expression) : null;
        return _relations.Member(member) ?? _texts.Member(member) ?? _dates.Member(member) ?? _json.Member(member)
            ?? (Operand?)_arrays.Member(member);
    }

    private SqlTerm Column(FilterRow row, MemberExpression member)
    {
        if (!row.Table!.Columns.TryGetValue(member.Member.Name, out var column))
            throw new FilterNotSupportedException(
                member, $"Property {member.Member.Name} of {row.Table.RowType.Name} is not mapped to a column.");
        var term = ColumnTerm.Of($"{row.Alias}.{SqlName.Quote(column.Name)}", column, Plain(member.Type));
        if (row.From is not null)
            term = term with { From = row.From, Nullable = true };
        return term.Kind == SqlKind.Json
            ? new JsonTerm(term.Sql, term.Type, term.Nullable, [], Parameters.All) { From = term.From }
            : term;
    }

    /// <summary>The value of an expression; null where it is a condition, or has no translation.</summary>
    private Operand? ValueOrNull(Expression expression)
    {
        if (!RowFinder.DependsOnRow(expression))
            return new ClientOperand(Client(expression), Plain(expression.Type));
        return expression switch
        {
            ParameterExpression parameter => Row(parameter).Element,
            MemberExpression member => Member(member),
            UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert =>
                _conversions.Convert(convert),
            UnaryExpression { NodeType: ExpressionType.ArrayLength } length => _arrays.Count(length.Operand),
            UnaryExpression { NodeType: ExpressionType.Not } not when not.Type == typeof(bool?) =>
                Lifted($"(NOT {BooleanTerm(not.Operand).Sql})"),
            UnaryExpression unary => _numbers.Unary(unary),
            ConditionalExpression choice => Choose(choice),
            BinaryExpression { NodeType: ExpressionType.Coalesce } coalesce => Coalesce(coalesce),
            BinaryExpression { NodeType: ExpressionType.And or ExpressionType.Or } both when both.Type == typeof(bool?) =>
                Lifted($"({BooleanTerm(both.Left).Sql} {(IsAnd(both) ? "AND" : "OR")} {BooleanTerm(both.Right).Sql})"),
            BinaryExpression { NodeType: ExpressionType.ArrayIndex } index => _json.Index(index),
            BinaryExpression binary => _texts.Concatenate(binary) ?? _dates.Arithmetic(binary)
                ?? _numbers.Arithmetic(binary),
            MethodCallExpression call => _texts.Value(call) ?? _dates.Value(call) ?? _numbers.Value(call)
                ?? GetValueOrDefault(call) ?? _relations.Value(call) ?? _arrays.Value(call) ?? _json.Value(call),
            _ => null,
        };
    }

    private Operand Choose(ConditionalExpression choice)
    {
        if (!RowFinder.DependsOnRow(choice.Test))
            return Value(Client(choice.Test) is true ? choice.IfTrue : choice.IfFalse);
        var (whenTrue, whenFalse) = Alike(choice.IfTrue, choice.IfFalse, choice);
        return new SqlTerm(
            $"(CASE WHEN {Condition(choice.Test, false)} THEN {whenTrue.Sql} ELSE {whenFalse.Sql} END)",
            Plain(choice.Type),
            whenTrue.Kind,
            whenTrue.Nullable || whenFalse.Nullable);
    }

    private Operand Coalesce(BinaryExpression coalesce)
    {
        if (coalesce.Conversion is not null)
            throw new FilterNotSupportedException(coalesce);
        if (!RowFinder.DependsOnRow(coalesce.Left))
            return Client(coalesce.Left) is { } value ? new ClientOperand(value, Plain(coalesce.Type)) : Value(coalesce.Right);
        return Coalesce(coalesce.Left, coalesce.Right, coalesce);
    }

    private SqlTerm Coalesce(Expression first, Expression second, Expression expression)
    {
        var (left, right) = Alike(first, second, expression);
        return new SqlTerm($"COALESCE({left.Sql}, {right.Sql})", Plain(expression.Type), left.Kind, right.Nullable);
    }

    private SqlTerm? GetValueOrDefault(MethodCallExpression call)
    {
        if (call.Method.Name != nameof(Nullable<int>.GetValueOrDefault) || call.Object is null
            || Nullable.GetUnderlyingType(call.Object.Type) is not { } type)
            return null;
        return Coalesce(call.Object, call.Arguments is [var argument] ? argument : Expression.Default(type), call);
    }

    // PostgreSQL gives CASE and COALESCE one type; it must be C#'s.
    private (SqlTerm Left, SqlTerm Right) Alike(Expression first, Expression second, Expression expression)
    {
        var (one, other) = (Value(first), Value(second));
        var left = Closed(one is ClientOperand value && other is SqlTerm like
            ? Parameters.Like(value.Value, like, first) : Term(one, first));
        var right = Closed(other is ClientOperand ? Parameters.Like(((ClientOperand)other).Value, left, second) : Term(other, second));
        if (left.Kind == right.Kind)
            return (left, right);
        if (NumberTranslator.IsNumber(left) && NumberTranslator.IsNumber(right))
        {
            var kind = (SqlKind)Math.Max((int)left.Kind, (int)right.Kind);
            return (left with { Kind = kind }, right with { Kind = kind });
        }

        if (DateTranslator.IsInstant(left) && DateTranslator.IsInstant(right))
            return (DateTranslator.AsTimestamp(left), DateTranslator.AsTimestamp(right));
        throw new FilterNotSupportedException(expression, "Its two values are of different types in PostgreSQL.");
    }

    private SqlTerm BooleanTerm(Expression expression) =>
        Closed(Term(expression)) is { Kind: SqlKind.Boolean } term ? term : throw new FilterNotSupportedException(expression);

    /// <summary>A condition as a value: two-valued, as C#'s.</summary>
    private SqlTerm Predicate(Expression expression)
    {
        var condition = expression switch
        {
            MethodCallExpression call => CallCondition(call, negated: false),
            BinaryExpression or UnaryExpression { NodeType: ExpressionType.Not } or MemberExpression
                when expression.Type == typeof(bool) => Condition(expression, negated: false),
            _ => null,
        };
        return condition is null
            ? throw new FilterNotSupportedException(expression)
            : new SqlTerm($"(({condition}) IS TRUE)", typeof(bool), SqlKind.Boolean, Nullable: false);
    }
}
