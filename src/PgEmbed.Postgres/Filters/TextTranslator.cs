using System.Globalization;
using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Texts. Everything is ordinal, as == is in C#; StartsWith and EndsWith without a comparison are taken so too, though C#
/// asks the culture.
/// </summary>
internal sealed class TextTranslator(FilterTranslator filter)
{
    public const string Padded =
        "A column of type character(n) is filled up with blanks, which C# sees and PostgreSQL doesn't: only == and lists are "
        + "the same in both.";

    // In UTF-16, which C# orders by, these come after the surrogates of the characters that follow them in UTF-8.
    private const char FirstDisordered = '\uD800';

    private static readonly string WhiteSpace = string.Concat(
        Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(char.IsWhiteSpace));

    /// <summary>Looks for a value in a text.</summary>
    /// <param name="filter">The translator.</param>
    /// <param name="text">The text.</param>
    /// <param name="value">The value.</param>
    /// <param name="match">Where it is looked for.</param>
    /// <param name="folding">How the case of the text is changed before; null: not.</param>
    /// <param name="negated">Whether the rows are asked for in which it is not.</param>
    /// <param name="expression">What is translated.</param>
    public static string Match(
        FilterTranslator filter,
        SqlTerm text,
        string value,
        TextMatch match,
        CaseFolding? folding,
        bool negated,
        Expression expression)
    {
        ParameterBinder.Text(value, expression);
        var sql = text.Sql;
        if (folding is not null)
        {
            if (folding.Ascii(value) is not { } ascii)
            {
                return folding.Pattern(value, match) is { } pattern
                    ? FilterTranslator.Finish(
                        $"({sql} COLLATE \"C\") ~ {filter.Parameters.All.Add(pattern)}", negated, text)
                    : FilterTranslator.Truth(negated);
            }

            sql = $"{folding.Function}({sql} COLLATE \"C\")";
            value = ascii;
        }

        if (match == TextMatch.Equal)
            return FilterTranslator.Finish($"{sql} = {filter.Parameters.All.Add(value)}", negated, text);
        var escaped = value.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
        var like = $"{(match == TextMatch.StartsWith ? "" : "%")}{escaped}{(match == TextMatch.EndsWith ? "" : "%")}";
        return FilterTranslator.Finish($"{sql} LIKE {filter.Parameters.All.Add(like)}", negated, text);
    }

    /// <summary>A text whose order is C#'s ordinal one, as far as the value that it is compared with goes.</summary>
    /// <exception cref="FilterNotSupportedException">The order of the value's characters differs.</exception>
    public static SqlTerm Ordinal(SqlTerm text, string value, Expression expression) =>
        text.Folding is null && value.All(character => character < FirstDisordered)
            ? text with { Sql = $"({text.Sql} COLLATE \"C\")" }
            : throw new FilterNotSupportedException(
                expression, "The order of characters from U+D800 on is another in UTF-16 than in PostgreSQL.");

    /// <summary>Translates Length; null for any other member.</summary>
    public SqlTerm? Member(MemberExpression member)
    {
        if (member.Expression!.Type != typeof(string) || member.Member.Name != nameof(string.Length))
            return null;
        // A character beyond the basic plane is two in UTF-16.
        var text = Text(member.Expression);
        return text with
        {
            Sql = $"(length({text.Sql}) + length(regexp_replace({text.Sql}, E'[^\\\\U00010000-\\\\U0010FFFF]+', '', 'g')))",
            Type = typeof(int),
            Kind = SqlKind.Integer,
        };
    }

    /// <summary>Translates + of texts; null for any other operator.</summary>
    public SqlTerm? Concatenate(BinaryExpression binary) =>
        binary.NodeType == ExpressionType.Add && binary.Type == typeof(string) ? Concatenate([binary.Left, binary.Right]) : null;

    /// <summary>Translates a function that makes a text; null for any other call.</summary>
    public SqlTerm? Value(MethodCallExpression call)
    {
        if (call.Method.Name == nameof(ToString) && call is { Object: { } value, Arguments: [] })
            return ToText(value, call);
        if (call.Method.DeclaringType != typeof(string))
            return null;
        if (call is { Object: null, Method.Name: nameof(string.Concat) } && call.Arguments.All(a => a.Type == typeof(string)))
            return Concatenate(call.Arguments);
        if (call.Object is null)
            return null;
        var name = call.Method.Name;
        switch (call)
        {
            case { Method.Name: nameof(string.ToLower) or nameof(string.ToUpper), Arguments: [] }:
                return Folded(call.Object, CultureInfo.CurrentCulture, name == nameof(string.ToUpper), call);
            case { Method.Name: nameof(string.ToLower) or nameof(string.ToUpper), Arguments: [var culture] }:
                return Folded(
                    call.Object, (CultureInfo?)Known(culture, call) ?? CultureInfo.CurrentCulture, name == nameof(string.ToUpper), call);
            case { Method.Name: nameof(string.ToLowerInvariant) or nameof(string.ToUpperInvariant) }:
                return Folded(
                    call.Object, CultureInfo.InvariantCulture, name == nameof(string.ToUpperInvariant), call);
            case { Method.Name: nameof(string.Trim) or nameof(string.TrimStart) or nameof(string.TrimEnd) }:
                return Trimmed(call);
            case { Method.Name: nameof(string.Replace), Arguments: [var old, var @new] }:
                var part = Known(old, call)?.ToString();
                if (string.IsNullOrEmpty(part))
                    throw new FilterNotSupportedException(call, "Expected a text to replace, got none.");
                var text = Text(call.Object);
                return text with
                {
                    Sql = $"replace({text.Sql}, {Parameter(part, call)}, {Parameter(Known(@new, call)?.ToString() ?? "", call)})",
                };
            default:
                return null;
        }
    }

    /// <summary>Translates Contains, StartsWith and their like; null for any other call.</summary>
    public string? Condition(MethodCallExpression call, bool negated)
    {
        if (call.Method.DeclaringType != typeof(string))
            return null;
        switch (call)
        {
            case { Object: null, Method.Name: nameof(string.IsNullOrEmpty), Arguments: [var tested] }:
                return Empty(Text(tested), negated);
            case { Object: null, Method.Name: nameof(string.IsNullOrWhiteSpace), Arguments: [var tested] }:
                var text = Text(tested);
                return Empty(text with { Sql = $"btrim({text.Sql}, {Parameter(WhiteSpace, call)})" }, negated);
            case { Object: null, Method.Name: nameof(string.Equals), Arguments: [var one, var other, var how] }:
                return Equal(one, other, FoldingOf(how, call), negated, call);
            case { Object: { } own, Method.Name: nameof(string.Equals), Arguments: [var other, var how] }:
                return Equal(own, other, FoldingOf(how, call), negated, call);
        }

        TextMatch? match = call.Method.Name switch
        {
            nameof(string.Contains) => TextMatch.Contains,
            nameof(string.StartsWith) => TextMatch.StartsWith,
            nameof(string.EndsWith) => TextMatch.EndsWith,
            _ => null,
        };
        if (match is null || call.Object is null || call.Arguments.Count > 2)
            return null;
        var folding = call.Arguments is [_, var comparison] ? FoldingOf(comparison, call) : null;
        return Find(call.Object, call.Arguments[0], match.Value, folding, negated, call);
    }

    private string Find(
        Expression whole, Expression part, TextMatch match, CaseFolding? folding, bool negated, Expression expression)
    {
        if (!RowFinder.DependsOnRow(part))
        {
            var value = filter.Client(part)?.ToString()
                ?? throw new FilterNotSupportedException(expression, "Expected a part that is not null.");
            var text = TextTerm(whole);
            if (text.Folding is not null && folding is not null)
                throw new FilterNotSupportedException(expression, "Change the case or ignore it, not both.");
            return Match(filter, text, value, match, folding ?? text.Folding, negated, expression);
        }

        if (folding is not null)
            throw new FilterNotSupportedException(expression, "The case can be ignored beside a value, not beside a column.");
        var (left, right) = (Text(whole), Text(part));
        FilterTranslator.Unite(ref left, ref right);
        var condition = match switch
        {
            TextMatch.Contains => $"strpos({left.Sql}, {right.Sql}) > 0",
            TextMatch.StartsWith => $"starts_with({left.Sql}, {right.Sql})",
            _ => $"right({left.Sql}, length({right.Sql})) = {right.Sql}",
        };
        return FilterTranslator.Finish(condition, negated, left, right);
    }

    private string Equal(Expression one, Expression other, CaseFolding? folding, bool negated, Expression expression)
    {
        if (folding is null)
            return filter.Compare(filter.Value(one), filter.Value(other), Comparison.Equal, negated, expression);
        if (!RowFinder.DependsOnRow(one))
            (one, other) = (other, one);
        if (RowFinder.DependsOnRow(other))
            throw new FilterNotSupportedException(expression, "The case can be ignored beside a value, not beside a column.");
        return filter.Client(other) is string value
            ? Match(filter, Text(one), value, TextMatch.Equal, folding, negated, expression)
            : filter.IsNull(one, negated);
    }

    private static string Empty(SqlTerm text, bool negated)
    {
        text = FilterTranslator.Closed(text);
        if (negated)
            return $"{text.Sql} <> ''";
        return text.Nullable ? $"({text.Sql} = '' OR {text.Sql} IS NULL)" : $"{text.Sql} = ''";
    }

    private CaseFolding? FoldingOf(Expression comparison, Expression expression) =>
        Known(comparison, expression) switch
        {
            StringComparison.Ordinal => null,
            StringComparison.OrdinalIgnoreCase => CaseFolding.OrdinalIgnoreCase,
            _ => throw new FilterNotSupportedException(
                expression, "Texts can be compared as StringComparison.Ordinal or OrdinalIgnoreCase, not by culture."),
        };

    private SqlTerm Folded(Expression whole, CultureInfo culture, bool upper, Expression expression)
    {
        var text = TextTerm(whole);
        return text.Folding is null
            ? text with { Folding = CaseFolding.Of(culture, upper) }
            : throw new FilterNotSupportedException(expression, "Change the case once.");
    }

    // White space has one case, so that the case may be changed before or after.
    private SqlTerm Trimmed(MethodCallExpression call)
    {
        var text = TextTerm(call.Object!);
        var characters = call.Arguments is [var given]
            ? Known(given, call) switch
            {
                char one => one.ToString(),
                char[] { Length: > 0 } several => new string(several),
                _ => WhiteSpace,
            }
            : WhiteSpace;
        if (text.Folding is not null && characters != WhiteSpace)
            throw new FilterNotSupportedException(call, "Trim first, then change the case.");
        var function = call.Method.Name switch
        {
            nameof(string.TrimStart) => "ltrim",
            nameof(string.TrimEnd) => "rtrim",
            _ => "btrim",
        };
        return text with { Sql = $"{function}({text.Sql}, {Parameter(characters, call)})" };
    }

    private SqlTerm? ToText(Expression value, Expression expression)
    {
        if (value.Type == typeof(string))
            return TextTerm(value);
        var term = filter.Term(value);
        if (term.Kind is SqlKind.Text && (term.Type.IsEnum || term.Type == typeof(char)))
            return term with { Type = typeof(string) };
        return term.Kind is SqlKind.Integer or SqlKind.BigInteger or SqlKind.Uuid && !term.Type.IsEnum && term.Type != typeof(char)
            ? term with { Sql = $"{term.Sql}::text", Type = typeof(string), Kind = SqlKind.Text }
            : throw new FilterNotSupportedException(expression, "How it is written differs between C# and PostgreSQL.");
    }

    // A null part counts as an empty one.
    private SqlTerm Concatenate(IEnumerable<Expression> parts)
    {
        var terms = parts.Select(part => !RowFinder.DependsOnRow(part) && filter.Client(part) is null
            ? Text(Expression.Constant(""))
            : FilterTranslator.Closed(Text(part)));
        var sql = terms.Select(term => term.Nullable ? $"COALESCE({term.Sql}, '')" : term.Sql);
        return new SqlTerm($"({string.Join(" || ", sql)})", typeof(string), SqlKind.Text, Nullable: false);
    }

    private SqlTerm Text(Expression expression) => filter.Term(TextTerm(expression), expression);

    private SqlTerm TextTerm(Expression expression)
    {
        var term = filter.Value(expression) switch
        {
            ClientOperand value => filter.Parameters.Typed(value.Value, value.Type, expression),
            var operand => (SqlTerm)operand,
        };
        if (term.Kind == SqlKind.PaddedText)
            throw new FilterNotSupportedException(expression, Padded);
        return term.Kind == SqlKind.Text && (term.Type == typeof(string) || term.Type == typeof(char))
            ? term
            : throw new FilterNotSupportedException(expression, "Expected a text.");
    }

    private object? Known(Expression expression, Expression whole) => RowFinder.DependsOnRow(expression)
        ? throw new FilterNotSupportedException(whole, "Its arguments must not depend on the row.")
        : filter.Client(expression);

    private string Parameter(string text, Expression expression) =>
        filter.Parameters.All.Add(ParameterBinder.Text(text, expression));
}
