using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json.Serialization;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// A place in a JSON document. What is missing there, or is of another kind than asked for, is null; nothing in a document
/// can make the statement fail.
/// </summary>
/// <param name="Root">The document, as jsonb.</param>
/// <param name="Type">Its type in C#.</param>
/// <param name="Nullable">Whether it may be NULL.</param>
/// <param name="Path">The names and positions that lead there.</param>
/// <param name="Parameters">Takes the path.</param>
internal sealed record JsonTerm(string Root, Type Type, bool Nullable, string[] Path, SqlParameters Parameters)
    : SqlTerm(Root, Type, SqlKind.Json, Nullable)
{
    // Npgsql reads the JSON document null as a document, and System.Text.Json as no object.
    public override string NullTest =>
        Path.Length == 0 && (Type == typeof(System.Text.Json.JsonDocument) || Type == typeof(System.Text.Json.JsonElement))
            ? Root
            : Text();

    /// <summary>A place within this one.</summary>
    public JsonTerm At(string step, Type type) =>
        this with { Path = [.. Path, step], Type = FilterTranslator.Plain(type), Nullable = true };

    /// <summary>The value as a term of a type of C#; null where that is none of a single value.</summary>
    /// <param name="type">The type.</param>
    /// <param name="member">The property that it is of, where it is of one: its attributes count.</param>
    public SqlTerm? As(Type type, MemberInfo? member = null)
    {
        type = FilterTranslator.Plain(type);
        if (type == typeof(string) || type == typeof(char) || (type.IsEnum && IsWrittenByName(type, member)))
            return Term(Text(), type, SqlKind.Text);
        if (type == typeof(Guid))
        {
            var text = Text();
            return Term(
                $"(CASE WHEN {text} ~ '^[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$' THEN {text}::uuid END)",
                type,
                SqlKind.Uuid);
        }

        if (type == typeof(bool))
            return Term($"(CASE {Value()} WHEN 'true' THEN true WHEN 'false' THEN false END)", type, SqlKind.Boolean);
        if (type == typeof(double))
        {
            var value = Value();
            // A document may hold numbers that no double does.
            return Term(
                $"(CASE WHEN jsonb_typeof({value}) = 'number' THEN CASE WHEN abs({value}::numeric) < 1.7976931348623158e308 "
                + $"THEN round({value}::numeric, 340)::double precision ELSE sign({value}::numeric) * 'Infinity'::double precision END END)",
                type,
                SqlKind.Double);
        }

        if (type.IsEnum || (NumberTranslator.IsNumber(type) && type != typeof(float)))
        {
            var value = Value();
            return Term($"(CASE WHEN jsonb_typeof({value}) = 'number' THEN {value}::numeric END)", type, SqlKind.Numeric);
        }

        return null;
    }

    /// <summary>What kind of value it is, by the names of <see cref="System.Text.Json.JsonValueKind"/> in lower case.</summary>
    public SqlTerm ValueKind()
    {
        var value = Value();
        return Term(
            $"(CASE jsonb_typeof({value}) WHEN 'boolean' THEN {value}::text ELSE jsonb_typeof({value}) END)",
            typeof(System.Text.Json.JsonValueKind),
            SqlKind.Text);
    }

    /// <summary>How many elements an array has.</summary>
    public SqlTerm Count()
    {
        var value = Value();
        return Term(
            $"(CASE WHEN jsonb_typeof({value}) = 'array' THEN jsonb_array_length({value}) END)", typeof(int), SqlKind.Integer);
    }

    /// <summary>Whether an array contains a value.</summary>
    public string Contains(Operand item, bool negated, Expression expression) => item switch
    {
        ClientOperand { Value: null } => FilterTranslator.Finish($"{Value()} @> 'null'", negated, this),
        ClientOperand { Value: string text } => FilterTranslator.Finish(
            $"{Value()} @> to_jsonb({Parameters.Add(ParameterBinder.Text(text, expression))})", negated, this),
        ClientOperand { Value: bool or short or int or long or decimal or double } value => FilterTranslator.Finish(
            $"{Value()} @> to_jsonb({Parameters.Add(value.Value)})", negated, this),
        _ => throw new FilterNotSupportedException(expression, "A list in JSON can be searched for a text, a number or a flag."),
    };

    /// <summary>Whether an object has a property.</summary>
    public string Has(string name, bool negated, Expression expression) => FilterTranslator.Finish(
        $"{Value()} ? {Parameters.Add(ParameterBinder.Text(name, expression))}", negated, this);

    private string Value() => Path.Length == 0 ? Root : $"({Root} #> {Parameters.Add(Path)})";

    // NULL for the JSON value null too.
    private string Text() => $"({Root} #>> {Parameters.Add(Path)})";

    private SqlTerm Term(string sql, Type type, SqlKind kind) => new(sql, type, kind, Nullable: true) { From = From };

    private static bool IsWrittenByName(Type type, MemberInfo? member) =>
        (member?.GetCustomAttribute<JsonConverterAttribute>() ?? type.GetCustomAttribute<JsonConverterAttribute>())
            ?.ConverterType is { } converter
        && converter.Name.StartsWith(nameof(JsonStringEnumConverter), StringComparison.Ordinal);
}
