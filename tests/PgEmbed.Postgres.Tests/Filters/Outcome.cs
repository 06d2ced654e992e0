namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>What C# says of a row.</summary>
internal static class Outcome
{
    /// <summary>True, false, or null where C# throws: on null, on overflow, on a missing property.</summary>
    public static bool? Of(Func<Product, bool> filter, Product row)
    {
        try
        {
            return filter(row);
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or ArgumentException
            or ArithmeticException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            return null;
        }
    }
}
