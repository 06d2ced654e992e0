using System.Collections.Immutable;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using PgEmbed.Postgres.Filters;
using static System.Linq.Expressions.Expression;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>
/// Draws filters from a grammar of all that is translated. Integer arithmetic is checked, so that C# says nothing of a
/// row where it would overflow.
/// </summary>
internal sealed class FilterGenerator(int seed)
{
    private static readonly Type[] Numbers =
        [typeof(int), typeof(int?), typeof(long), typeof(long?), typeof(decimal), typeof(decimal?), typeof(double), typeof(double?), typeof(float)];

    private static readonly ExpressionType[] Comparisons =
    [
        ExpressionType.Equal, ExpressionType.NotEqual, ExpressionType.LessThan, ExpressionType.LessThanOrEqual,
        ExpressionType.GreaterThan, ExpressionType.GreaterThanOrEqual,
    ];

    private readonly Random _random = new(seed);
    private readonly ParameterExpression _row = Parameter(typeof(Product), "p");

    public Expression<Func<Product, bool>> Next() => Lambda<Func<Product, bool>>(Condition(_random.Next(4)), _row);

    private Expression Condition(int depth)
    {
        if (depth == 0)
            return Leaf();
        return _random.Next(8) switch
        {
            0 or 1 => AndAlso(Condition(depth - 1), Condition(depth - 1)),
            2 or 3 => OrElse(Condition(depth - 1), Condition(depth - 1)),
            4 => Not(Condition(depth - 1)),
            5 => Expression.Condition(Condition(depth - 1), Condition(depth - 1), Condition(depth - 1)),
            6 => MakeBinary(
                Pick(ExpressionType.Equal, ExpressionType.NotEqual, ExpressionType.ExclusiveOr, ExpressionType.And, ExpressionType.Or),
                Condition(depth - 1),
                Condition(depth - 1)),
            _ => Not(AndAlso(Condition(depth - 1), Not(Condition(depth - 1)))),
        };
    }

    private Expression Leaf() => _random.Next(14) switch
    {
        0 or 1 or 2 => NumberCondition(),
        3 or 4 or 5 => TextCondition(),
        6 or 7 => DateCondition(),
        8 => FlagCondition(),
        9 => EnumCondition(),
        10 => ArrayCondition(),
        11 => JsonCondition(),
        12 => RelationCondition(),
        _ => GuidCondition(),
    };

    private Expression NumberCondition()
    {
        var type = Pick(Numbers);
        if (_random.Next(6) == 0)
            return In(Number(type, 1), type);
        if (Nullable.GetUnderlyingType(type) is not null && _random.Next(4) == 0)
            return _random.Next(2) == 0 ? Property(Number(type, 0), "HasValue") : Equal(Number(type, 0), Constant(null, type));
        return MakeBinary(Pick(Comparisons), Number(type, 2), Number(type, 1));
    }

    private Expression Number(Type type, int depth)
    {
        var plain = Nullable.GetUnderlyingType(type);
        if (depth == 0 || _random.Next(3) == 0)
        {
            if (plain is null)
                return _random.Next(2) == 0 ? Column(type) : Constant(Value(type), type);
            return _random.Next(3) == 0 ? Expression.Convert(Number(plain, 0), type) : Column(type);
        }

        switch (_random.Next(6))
        {
            case 0 when plain is null && type != typeof(float):
                return Coalesce(Number(typeof(Nullable<>).MakeGenericType(type), depth - 1), Number(type, depth - 1));
            case 1 when plain is null:
                return Expression.Condition(Leaf(), Number(type, depth - 1), Number(type, depth - 1));
            case 2 when plain is null && type != typeof(int):
                var narrow = type == typeof(float) ? typeof(int)
                    : type == typeof(double) ? Pick(typeof(int), typeof(long), typeof(float)) : Pick(typeof(int), typeof(short));
                return Expression.Convert(narrow == typeof(short) ? Column(narrow) : Number(narrow, depth - 1), type);
            case 2 when plain is not null:
                return Expression.Convert(Number(plain, depth - 1), type);
            case 3 when plain is null && (type == typeof(int) || type == typeof(long)):
                return _random.Next(2) == 0
                    ? Call(typeof(Math), nameof(Math.Abs), null, Number(type, depth - 1))
                    : NegateChecked(Number(type, depth - 1));
            case 4 when (plain ?? type) == typeof(int) || (plain ?? type) == typeof(long):
                return MakeBinary(
                    Pick(ExpressionType.Divide, ExpressionType.Modulo, ExpressionType.And, ExpressionType.Or, ExpressionType.ExclusiveOr),
                    Number(type, depth - 1),
                    Number(type, depth - 1));
            default:
                // Floats overflow to infinity in C# and to an error in PostgreSQL; decimals beyond 28 digits are rounded.
                if ((plain ?? type) == typeof(double) || (plain ?? type) == typeof(float) || (plain ?? type) == typeof(decimal))
                    return Number(type, 0);
                return MakeBinary(
                    Pick(ExpressionType.AddChecked, ExpressionType.SubtractChecked, ExpressionType.MultiplyChecked),
                    Number(type, depth - 1),
                    Number(type, depth - 1));
        }
    }

    private MemberExpression Column(Type type) => Property(_row, Pick(
        typeof(Product).GetProperties().Where(p => p.PropertyType == type && p.Name is not "CategoryId").ToArray()));

    private object Value(Type type) =>
        type == typeof(int) ? Pick(ProductData.Ints)
        : type == typeof(long) ? Pick(ProductData.Longs)
        : type == typeof(short) ? (short)_random.Next(-3, 60)
        : type == typeof(decimal) ? Pick(ProductData.Decimals)
        : type == typeof(double) ? Pick(ProductData.Doubles)
        : type == typeof(float) ? Pick(ProductData.Floats)
        : type == typeof(string) ? Pick(ProductData.Texts)
        : type == typeof(Guid) ? Pick(ProductData.Guids)
        : type == typeof(DateTime) ? Utc()
        : type == typeof(DateTimeOffset) ? new DateTimeOffset(Utc().AddTicks(0), TimeSpan.Zero)
        : type == typeof(DateOnly) ? DateOnly.FromDateTime(Pick(ProductData.Times))
        : type == typeof(TimeOnly) ? TimeOnly.FromTimeSpan(new TimeSpan(Math.Min(Pick(ProductData.DayTimes).Ticks + _random.Next(2), TimeOnly.MaxValue.Ticks)))
        : type == typeof(TimeSpan) ? Pick(ProductData.Spans) + TimeSpan.FromTicks(_random.Next(-1, 2))
        : Pick(Enum.GetValues(type).Cast<object>().ToArray());

    private DateTime Utc() => DateTime.SpecifyKind(Pick(ProductData.Times).AddTicks(_random.Next(3)), DateTimeKind.Utc);

    private MethodCallExpression In(Expression item, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var values = Array.CreateInstance(type, _random.Next(4));
        for (var i = 0; i < values.Length; i++)
        {
            if (plain == type || _random.Next(3) > 0)
                values.SetValue(Value(plain), i);
        }

        return _random.Next(2) == 0
            ? Call(typeof(Enumerable), nameof(Enumerable.Contains), [type], Constant(values), item)
            : Call(Constant(Activator.CreateInstance(typeof(List<>).MakeGenericType(type), values)), "Contains", null, item);
    }

    private Expression Text(int depth)
    {
        if (depth == 0 || _random.Next(3) == 0)
            return Property(_row, Pick("Name", "Note", "Code"));
        var inner = Text(depth - 1);
        return _random.Next(6) switch
        {
            0 => Call(inner, Pick("Trim", "TrimStart", "TrimEnd"), null),
            1 => Coalesce(inner, Text(depth - 1)),
            2 => Add(inner, Text(depth - 1), typeof(string).GetMethod("Concat", [typeof(string), typeof(string)])),
            3 => Call(inner, "Replace", null, Constant(Pick("a", "ß", "😀", " ")), Constant(Pick("", "b", "σ"))),
            4 => Expression.Condition(Leaf(), inner, Text(depth - 1)),
            _ => inner,
        };
    }

    private MethodCallExpression Folded() => Call(Text(1), Pick("ToLowerInvariant", "ToUpperInvariant", "ToLower", "ToUpper"), null);

    private Expression TextCondition()
    {
        var comparison = Constant(Pick(StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase));
        var value = Constant(Pick(ProductData.Texts));
        var part = Constant(Part(Pick(ProductData.Texts)));
        switch (_random.Next(12))
        {
            case 0 or 1:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Text(2), _random.Next(2) == 0 ? value : Text(1));
            case 2 or 3:
                return Call(Text(1), Pick("Contains", "StartsWith", "EndsWith"), null, part, comparison);
            case 4:
                return Call(Folded(), Pick("Contains", "StartsWith", "EndsWith"), null, part, Constant(StringComparison.Ordinal));
            case 5:
                return MakeBinary(
                    Pick(ExpressionType.Equal, ExpressionType.NotEqual),
                    Folded(),
                    Constant(_random.Next(2) == 0 ? ((string)value.Value!).ToLowerInvariant() : ((string)value.Value!).ToUpperInvariant()));
            case 6:
                return Call(typeof(string), "Equals", null, Text(1), value, comparison);
            case 7:
                return Call(typeof(string), Pick("IsNullOrEmpty", "IsNullOrWhiteSpace"), null, Text(2));
            case 8:
                return MakeBinary(Pick(Comparisons), Property(Text(1), "Length"), Constant(_random.Next(6)));
            case 9:
                return MakeBinary(
                    Pick(Comparisons), Call(typeof(string), "CompareOrdinal", null, Text(1), value), Constant(0));
            case 10:
                var set = new HashSet<string>(
                    Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(ProductData.Texts)),
                    Pick(StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase));
                return Call(Constant(set), "Contains", null, Text(1));
            default:
                return Call(Text(1), Pick("Contains", "StartsWith", "EndsWith"), null, Text(1), Constant(StringComparison.Ordinal));
        }
    }

    // A part of a text, cut between characters.
    private string Part(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        var start = _random.Next(runes.Count + 1);
        return string.Concat(runes.Skip(start).Take(_random.Next(3)).Select(r => r.ToString()));
    }

    private Expression DateCondition()
    {
        var property = Pick("CreatedAt", "UpdatedAt", "SeenAt", "Day", "Due", "Opens", "Took", "LocalAt");
        Expression column = Property(_row, property);
        var type = column.Type;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var value = property == "LocalAt"
            ? DateTime.SpecifyKind((DateTime)Value(plain), DateTimeKind.Unspecified)
            : Value(plain);
        var spans = plain == typeof(DateTime) && property != "LocalAt";
        switch (_random.Next(7))
        {
            case 0 when plain != typeof(TimeOnly) && plain != typeof(TimeSpan):
                var part = Pick("Year", "Month", "Day", "DayOfYear");
                return MakeBinary(Pick(Comparisons), Property(Some(column), part), Constant(Pick(1, 12, 29, 31, 60, 366, 2000, 2024, 9999)));
            case 1 when plain != typeof(DateOnly) && plain != typeof(TimeSpan):
                return MakeBinary(Pick(Comparisons), Property(Some(column), Pick("Hour", "Minute", "Second", "Millisecond")), Constant(Pick(0, 8, 23, 30, 59, 999)));
            case 2 when spans:
                return MakeBinary(
                    Pick(Comparisons), Subtract(Some(column), Property(_row, "CreatedAt")), Constant((TimeSpan)Value(typeof(TimeSpan))));
            case 3 when spans:
                var moved = _random.Next(2) == 0
                    ? Call(Some(column), Pick("AddDays", "AddHours"), null, Constant(Pick(-30.0, 0.5, 400)))
                    : Call(Some(column), Pick("AddMonths", "AddYears"), null, Constant(Pick(-1, 1, 13)));
                return MakeBinary(Pick(Comparisons), moved, Constant(Utc()));
            case 4:
                return property == "LocalAt" ? Leaf() : In(column, type);
            case 5 when plain == typeof(DateTime) && property != "LocalAt":
                return MakeBinary(Pick(Comparisons), Property(Some(column), "Date"), Constant(((DateTime)value).Date));
            default:
                return MakeBinary(Pick(Comparisons), column, Expression.Convert(Constant(value), type));
        }

        static Expression Some(Expression column) =>
            Nullable.GetUnderlyingType(column.Type) is null ? column : Property(column, "Value");
    }

    private Expression FlagCondition() => _random.Next(5) switch
    {
        0 => Property(_row, "Active"),
        1 => MakeBinary(
            Pick(ExpressionType.Equal, ExpressionType.NotEqual),
            Property(_row, "Checked"),
            Constant(Pick(true, false, (bool?)null), typeof(bool?))),
        2 => Coalesce(Property(_row, "Checked"), Constant(_random.Next(2) == 0)),
        3 => Equal(
            MakeBinary(Pick(ExpressionType.And, ExpressionType.Or), Property(_row, "Checked"), Expression.Convert(Leaf(), typeof(bool?))),
            Constant(Pick(true, false, (bool?)null), typeof(bool?))),
        _ => Property(_row, Pick("Checked", "Stock")) is var nullable ? Property(nullable, "HasValue") : null!,
    };

    private Expression EnumCondition()
    {
        switch (_random.Next(6))
        {
            case 0:
                return Compare(Pick(ExpressionType.Equal, ExpressionType.NotEqual), "Color", typeof(Color));
            case 1:
                return MakeBinary(
                    Pick(ExpressionType.Equal, ExpressionType.NotEqual),
                    Expression.Convert(Property(_row, "Trim"), typeof(int?)),
                    Constant(Pick(0, 1, 7, (int?)null), typeof(int?)));
            case 2:
                return Compare(Pick(Comparisons), "Level", typeof(Level));
            case 3:
                return Call(Property(_row, "Rights"), "HasFlag", null, Expression.Convert(Constant((Rights)_random.Next(8)), typeof(Enum)));
            case 4:
                return MakeBinary(
                    Pick(Comparisons), Expression.Convert(Property(_row, "Grade"), typeof(int)), Constant((int)Pick('A', 'a', 'b', 'ß')));
            default:
                return _random.Next(2) == 0 ? In(Property(_row, "Trim"), typeof(Color?)) : In(Property(_row, "Level"), typeof(Level));
        }

        // As the compiler has it: both sides as their integer.
        Expression Compare(ExpressionType type, string property, Type enumeration) => MakeBinary(
            type,
            Expression.Convert(Property(_row, property), typeof(int)),
            Constant(System.Convert.ToInt32(Value(enumeration), CultureInfo.InvariantCulture)));
    }

    private Expression ArrayCondition()
    {
        var tags = Property(_row, "Tags");
        var numbers = Property(_row, "Numbers");
        var item = Parameter(typeof(string), "t");
        var number = Parameter(typeof(int), "n");
        switch (_random.Next(8))
        {
            case 0:
                return Call(typeof(Enumerable), "Contains", [typeof(string)], tags, Constant(Pick(ProductData.Texts)));
            case 1:
                return Call(typeof(Enumerable), "Contains", [typeof(string)], tags, Text(1));
            case 2:
                return Call(numbers, "Contains", null, Number(typeof(int), 1));
            case 3:
                return Call(
                    typeof(Enumerable),
                    Pick("Any", "All"),
                    [typeof(string)],
                    tags,
                    Lambda<Func<string, bool>>(
                        Call(item, Pick("Contains", "StartsWith"), null, Constant(Part(Pick(ProductData.Texts))), Constant(StringComparison.Ordinal)),
                        item));
            case 4:
                return Call(
                    typeof(Enumerable),
                    Pick("Any", "All"),
                    [typeof(int)],
                    numbers,
                    Lambda<Func<int, bool>>(MakeBinary(Pick(Comparisons), number, Number(typeof(int), 1)), number));
            case 5:
                var list = Enumerable.Range(0, _random.Next(4)).Select(_ => Pick(ProductData.Texts)).ToList();
                return Call(
                    typeof(Enumerable),
                    Pick("Any", "All"),
                    [typeof(string)],
                    tags,
                    Lambda<Func<string, bool>>(Call(Constant(list), "Contains", null, item), item));
            case 6:
                return MakeBinary(Pick(Comparisons), _random.Next(2) == 0 ? ArrayLength(tags) : Property(numbers, "Count"), Constant(_random.Next(6)));
            default:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), numbers, Constant(null, numbers.Type));
        }
    }

    private Expression JsonCondition()
    {
        Expression data = Property(_row, "Data");
        switch (_random.Next(9))
        {
            case 0:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Property(data, "Maker"), Constant(Pick(ProductData.Texts)));
            case 1:
                return Call(Property(Property(data, "From"), "City"), "StartsWith", null, Constant(Part(Pick(ProductData.Texts))), Constant(StringComparison.Ordinal));
            case 2:
                return MakeBinary(Pick(Comparisons), Property(data, "Parts"), Expression.Convert(Number(typeof(int), 1), typeof(int?)));
            case 3:
                return MakeBinary(Pick(Comparisons), Property(data, "NetWeight"), Number(typeof(double?), 1));
            case 4:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Property(data, "Fragile"), Constant(Pick(true, false, (bool?)null), typeof(bool?)));
            case 5:
                return Call(Property(data, "Labels"), "Contains", null, Constant(Pick(ProductData.Texts)));
            case 6:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Property(data, Pick("From", "Labels", "Maker")) is var place ? place : data, Constant(null, place.Type));
            case 7:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Property(data, "Batch"), Expression.Convert(Constant(Pick(ProductData.Guids)), typeof(Guid?)));
            default:
                var element = Call(Property(Property(_row, "Doc"), "RootElement"), "GetProperty", null, Constant(Pick("Maker", "Parts", "From")));
                return _random.Next(2) == 0
                    ? Equal(Call(element, "GetString", null), Constant(Pick(ProductData.Texts)))
                    : MakeBinary(Pick(Comparisons), Call(element, "GetInt32", null), Constant(Pick(ProductData.Ints)));
        }
    }

    private Expression RelationCondition()
    {
        Expression category = Property(_row, "Category");
        var review = Parameter(typeof(Review), "r");
        switch (_random.Next(8))
        {
            case 0:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), category, Constant(null, typeof(Category)));
            case 1:
                return MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Property(category, "Title"), _random.Next(2) == 0 ? Constant(Pick(ProductData.Texts)) : Text(1));
            case 2:
                return MakeBinary(Pick(Comparisons), Property(category, "Rank"), Number(typeof(int?), 1));
            case 3:
                return Call(Property(category, "Title"), Pick("Contains", "StartsWith"), null, Constant(Part(Pick(ProductData.Texts))), Constant(Pick(StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase)));
            case 4:
                return MakeBinary(Pick(Comparisons), Property(category, "Since"), Property(_row, "CreatedAt"));
            case 5:
                return MakeBinary(Pick(Comparisons), Coalesce(Property(category, "Rank"), Number(typeof(int), 1)), Constant(_random.Next(5)));
            case 6:
                return MakeBinary(Pick(Comparisons), Property(Property(_row, "Reviews"), "Count"), Constant(_random.Next(4)));
            default:
                Expression body = _random.Next(2) == 0
                    ? MakeBinary(Pick(Comparisons), Property(review, "Stars"), Number(typeof(int), 1))
                    : MakeBinary(Pick(ExpressionType.Equal, ExpressionType.NotEqual), Property(review, "Text"), Text(1));
                return Call(
                    typeof(Enumerable), Pick("Any", "All"), [typeof(Review)], Property(_row, "Reviews"), Lambda<Func<Review, bool>>(body, review));
        }
    }

    private Expression GuidCondition() => _random.Next(3) switch
    {
        0 => In(Property(_row, "OtherToken"), typeof(Guid?)),
        1 => MakeBinary(Pick(Comparisons), Call(Property(_row, "Token"), "CompareTo", null, Constant(Value(typeof(Guid)))), Constant(0)),
        _ => MakeBinary(
            Pick(ExpressionType.Equal, ExpressionType.NotEqual),
            Expression.Convert(Property(_row, "Token"), typeof(Guid?)),
            Property(_row, "OtherToken")),
    };

    private TValue Pick<TValue>(params TValue[] values) => values[_random.Next(values.Length)];
}
