using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Dates and times. An instant (timestamptz) is taken apart as UTC, which is how Npgsql reads it. PostgreSQL keeps
/// microseconds, C# tenths of them: a bound is rounded to the side that lets the same rows through.
/// </summary>
internal sealed class DateTranslator(FilterTranslator filter)
{
    private const int TicksPerMicrosecond = (int)TimeSpan.TicksPerMicrosecond;

    private static readonly Type[] Dates =
        [typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan)];

    public static bool IsInstant(SqlTerm term) => term.Kind is SqlKind.Instant or SqlKind.UtcTimestamp;

    public static bool IsLocal(SqlTerm term) => term.Kind is SqlKind.Timestamp or SqlKind.Date;

    /// <summary>An instant as a timestamp of UTC; any other term as it is.</summary>
    public static SqlTerm AsTimestamp(SqlTerm term) => term.Kind == SqlKind.Instant
        ? term with { Sql = $"({term.Sql} AT TIME ZONE 'UTC')", Kind = SqlKind.UtcTimestamp }
        : term;

    /// <summary>
    /// A bound in whole microseconds by which a column compares as by the given one; null where no column equals it.
    /// Values that are no dates come back as they are.
    /// </summary>
    public static object? Rounded(object value, Comparison kind)
    {
        var ticks = value switch
        {
            DateTime time => time.Ticks,
            DateTimeOffset time => time.UtcTicks,
            TimeOnly time => time.Ticks,
            TimeSpan span => span.Ticks,
            _ => 0,
        };
        var rest = ((ticks % TicksPerMicrosecond) + TicksPerMicrosecond) % TicksPerMicrosecond;
        // The latest time is Npgsql's infinity.
        if (rest == 0 || ticks == DateTime.MaxValue.Ticks || ticks == long.MaxValue)
            return value;
        if (kind.IsEquality)
            return null;
        ticks -= rest;
        if (kind.Sql is "<" or ">=")
            ticks += TicksPerMicrosecond;
        return value switch
        {
            DateTime time => ticks > DateTime.MaxValue.Ticks ? DateTime.MaxValue : new DateTime(ticks, time.Kind),
            DateTimeOffset => ticks > DateTime.MaxValue.Ticks ? DateTimeOffset.MaxValue : new DateTimeOffset(ticks, TimeSpan.Zero),
            _ => new TimeSpan(ticks),
        };
    }

    /// <summary>What Npgsql is given for a time that meets a term of some kind.</summary>
    /// <exception cref="FilterNotSupportedException">The one is of UTC and the other is not.</exception>
    public static DateTime Sent(DateTime time, SqlKind kind, Expression expression)
    {
        var isUtc = kind is SqlKind.Instant or SqlKind.UtcTimestamp;
        var isEnd = time.Ticks == DateTime.MinValue.Ticks || time.Ticks == DateTime.MaxValue.Ticks;
        if (isUtc && time.Kind != DateTimeKind.Utc && !isEnd)
            throw new FilterNotSupportedException(
                expression, $"A timestamptz column holds UTC, the value is of Kind {time.Kind}: give one of DateTimeKind.Utc.");
        if (!isUtc && time.Kind == DateTimeKind.Utc && !isEnd)
            throw new FilterNotSupportedException(
                expression, "A timestamp column has no time zone, the value is UTC: give one of DateTimeKind.Unspecified.");
        var ticks = isEnd ? time.Ticks : time.Ticks - (time.Ticks % TicksPerMicrosecond);
        return new DateTime(ticks, kind == SqlKind.Instant ? DateTimeKind.Utc : DateTimeKind.Unspecified);
    }

    /// <summary>Translates a part of a date, such as Year; null for any other member.</summary>
    public SqlTerm? Member(MemberExpression member)
    {
        if (!Dates.Contains(member.Expression!.Type) || member.Expression.Type == typeof(TimeSpan))
            return null;
        var whole = filter.Term(member.Expression);
        var term = Finite(AsTimestamp(whole));
        // The parts of a DateTimeOffset are DateTimes of no kind.
        var kind = whole.Type == typeof(DateTimeOffset) ? SqlKind.Timestamp : term.Kind;
        return member.Member.Name switch
        {
            nameof(DateTime.Year) => Part("year"),
            nameof(DateTime.Month) => Part("month"),
            nameof(DateTime.Day) => Part("day"),
            nameof(DateTime.Hour) => Part("hour"),
            nameof(DateTime.Minute) => Part("minute"),
            nameof(DateTime.Second) => Part("second", "floor({0})"),
            nameof(DateTime.Millisecond) => Part("milliseconds", "(floor({0}) % 1000)"),
            nameof(DateTime.DayOfYear) => Part("doy"),
            nameof(DateTime.DayOfWeek) => Part("dow") with { Type = typeof(DayOfWeek) },
            nameof(DateTime.Date) => term with
            {
                Sql = $"date_trunc('day', {term.Sql})",
                Type = typeof(DateTime),
                Kind = kind == SqlKind.Date ? SqlKind.Timestamp : kind,
            },
            nameof(DateTime.TimeOfDay) => term with
            {
                Sql = $"{term.Sql}::time::interval",
                Type = typeof(TimeSpan),
                Kind = SqlKind.Interval,
            },
            nameof(DateTimeOffset.UtcDateTime) => whole with { Type = typeof(DateTime) },
            nameof(DateTimeOffset.DateTime) => AsTimestamp(whole) with { Type = typeof(DateTime), Kind = SqlKind.Timestamp },
            _ => null,
        };

        SqlTerm Part(string field, string format = "{0}") => term with
        {
            Sql = string.Format(null, format, $"extract({field} FROM {term.Sql})"),
            Type = typeof(int),
            Kind = SqlKind.Numeric,
        };
    }

    /// <summary>Translates + and − of dates and spans; null for any other operator.</summary>
    public SqlTerm? Arithmetic(BinaryExpression binary)
    {
        if (!Dates.Contains(FilterTranslator.Plain(binary.Left.Type))
            || binary.NodeType is not (ExpressionType.Add or ExpressionType.Subtract))
            return null;
        return Combine(binary.Left, binary.Right, binary.NodeType == ExpressionType.Add ? "+" : "-", binary);
    }

    /// <summary>Translates a method of a date, such as AddDays; null for any other call.</summary>
    public SqlTerm? Value(MethodCallExpression call)
    {
        if (!Dates.Contains(call.Method.DeclaringType))
            return null;
        return call switch
        {
            { Object: null, Method.Name: nameof(DateOnly.FromDateTime), Arguments: [var time] } =>
                Cast(time, call.Type == typeof(DateOnly) ? ("date", SqlKind.Date) : ("time", SqlKind.Time), call.Type),
            { Object: { } date, Method.Name: nameof(DateTime.Add), Arguments: [var span] } => Combine(date, span, "+", call),
            { Object: { } date, Method.Name: nameof(DateTime.Subtract), Arguments: [var other] } => Combine(date, other, "-", call),
            { Object: { } date, Method.Name: nameof(DateTime.ToUniversalTime) } when IsInstant(filter.Term(date)) => filter.Term(date),
            { Object: { } date, Arguments: [var amount] } when UnitOf(call.Method.Name) is { } unit
                && date.Type != typeof(TimeOnly) => Add(date, amount, unit, call),
            _ => null,
        };
    }

    private static string? UnitOf(string method) => method switch
    {
        nameof(DateTime.AddYears) => "years",
        nameof(DateTime.AddMonths) => "months",
        nameof(DateTime.AddDays) => "days",
        nameof(DateTime.AddHours) => "hours",
        nameof(DateTime.AddMinutes) => "mins",
        nameof(DateTime.AddSeconds) => "secs",
        _ => null,
    };

    // Adding to an instant goes by way of UTC: a day is then 24 hours in every session's time zone.
    private SqlTerm Add(Expression date, Expression amount, string unit, MethodCallExpression call)
    {
        var term = Finite(AsTimestamp(filter.Term(date)));
        SqlTerm interval;
        if (unit is "years" or "months" || RowFinder.DependsOnRow(amount) || date.Type == typeof(DateOnly))
        {
            var count = filter.Term(amount);
            if (count.Kind is not (SqlKind.Integer or SqlKind.Double)
                || (count.Kind == SqlKind.Double && (unit != "secs" || RowFinder.DependsOnRow(amount))))
                throw new FilterNotSupportedException(call, "Add a whole number of days, hours, minutes or seconds.");
            interval = count with { Sql = $"make_interval({unit} => {count.Sql})", Kind = SqlKind.Interval };
        }
        else
        {
            // What C# makes of a fraction of a day is computed by C#.
            var origin = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            var moved = (DateTime)filter.Client(Expression.Call(
                Expression.Constant(origin), typeof(DateTime).GetMethod(call.Method.Name, [typeof(double)])!, amount))!;
            interval = filter.Parameters.Typed(moved - origin, typeof(TimeSpan), call);
        }

        var from = FilterTranslator.Unite(ref term, ref interval);
        var sum = term with
        {
            Sql = $"({term.Sql} + {interval.Sql})",
            Nullable = term.Nullable || interval.Nullable,
            From = from,
        };
        return sum.Kind != SqlKind.Date ? sum
            : sum.Type == typeof(DateOnly) ? sum with { Sql = sum.Sql + "::date" }
            : sum with { Kind = SqlKind.Timestamp };
    }

    private SqlTerm Cast(Expression time, (string Type, SqlKind Kind) to, Type type)
    {
        var term = AsTimestamp(filter.Term(time));
        return term with { Sql = $"{term.Sql}::{to.Type}", Kind = to.Kind, Type = type };
    }

    private SqlTerm Combine(Expression one, Expression other, string op, Expression expression)
    {
        var left = AsTimestamp(filter.Term(one));
        var right = AsTimestamp(filter.Term(other));
        var span = right.Kind == SqlKind.Interval;
        if (!span && (op == "+" || left.Kind == SqlKind.Interval || left.Kind == SqlKind.Time || IsInstant(left) != IsInstant(right)))
            throw new FilterNotSupportedException(expression);
        if (left.Kind == SqlKind.Time)
            throw new FilterNotSupportedException(expression, "A time of day wraps round at midnight.");
        (left, right) = (Finite(left), Finite(right));
        var from = FilterTranslator.Unite(ref left, ref right);
        return new SqlTerm(
            $"({left.Sql} {op} {right.Sql})",
            FilterTranslator.Plain(expression.Type),
            !span ? SqlKind.Interval : left.Kind == SqlKind.Date ? SqlKind.Timestamp : left.Kind,
            left.Nullable || right.Nullable)
        {
            From = from,
        };
    }

    // To Npgsql the first and the last time are PostgreSQL's infinities, which have no parts, and before version 17 no
    // difference.
    private static SqlTerm Finite(SqlTerm term) => term.Sql.StartsWith('$') ? term : term.Kind switch
    {
        SqlKind.Date => term with { Sql = $"LEAST(GREATEST({term.Sql}, '0001-01-01'), '9999-12-31')" },
        SqlKind.Timestamp or SqlKind.UtcTimestamp => term with
        {
            Sql = $"LEAST(GREATEST({term.Sql}, '0001-01-01'), '9999-12-31 23:59:59.999999')",
        },
        _ => term,
    };
}
