namespace PgEmbed.Postgres.Filters;

/// <summary>Tells conversions that change no comparison from those that round or cut.</summary>
internal static class Widening
{
    private static readonly Type[] Integers =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>
    /// Whether every value of the first type is the same value in the second: nullable, object, or a wider number.
    /// </summary>
    public static bool Keeps(Type from, Type to)
    {
        from = Nullable.GetUnderlyingType(from) ?? from;
        to = Nullable.GetUnderlyingType(to) ?? to;
        if (to.IsAssignableFrom(from))
            return true;
        // An enumeration or a char comes as its integer; the translator refuses those columns by name.
        if (from.IsEnum || from == typeof(char))
            return true;
        if (from == typeof(float))
            return to == typeof(double);
        if (!Integers.Contains(from))
            return false;
        return to == typeof(decimal) || to == typeof(double) || to == typeof(float)
            || (Integers.Contains(to) && Bits(to) > Bits(from));
    }

    private static int Bits(Type type) => Array.IndexOf(Integers, type) / 2;
}
