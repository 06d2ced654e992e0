using System.Globalization;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Numbers for people.</summary>
internal static class Format
{
    public static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    /// <summary>Reads a size as PostgreSQL writes it: 64kB, 512MB, 4GB, in powers of 1,024.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static long ParseBytes(string text)
    {
        (string Unit, long Bytes)[] units = [("kB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40), ("B", 1)];
        foreach (var (unit, bytes) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(
                    text.AsSpan(0, text.Length - unit.Length).Trim(),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number)
                && number * bytes is > 0 and < long.MaxValue)
                return (long)(number * bytes);
        }

        throw new UsageException($"Expected a size such as 512MB or 4GB, got '{text}'.");
    }

    /// <summary>A time of about so long.</summary>
    public static string Duration(TimeSpan time) =>
        time.TotalSeconds < 90 ? $"{Number(time.TotalSeconds, "0")} s"
        : time.TotalMinutes < 90 ? $"{Number(time.TotalMinutes, "0")} min"
        : $"{Number(time.TotalHours, "0.0")} h";

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>One line of at most so many characters, cut with an ellipsis.</summary>
    public static string Cut(string text, int length)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= length ? line : string.Concat(line.AsSpan(0, length - 1), "…");
    }
}
