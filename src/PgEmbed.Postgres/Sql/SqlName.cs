using System.Text;

namespace PgEmbed.Postgres.Sql;

/// <summary>The one way by which a name gets into a statement.</summary>
public static class SqlName
{
    /// <summary>PostgreSQL cuts longer names off, silently: NAMEDATALEN − 1.</summary>
    public const int MaxBytes = 63;

    /// <summary>Quotes a name, always, so that capitals, reserved words and quotes in it are kept.</summary>
    /// <exception cref="PgEmbedException">The name is empty, has a NUL, or takes more than 63 bytes.</exception>
    public static string Quote(string name)
    {
        Check(name);
        return string.Concat("\"", name.Replace("\"", "\"\"", StringComparison.Ordinal), "\"");
    }

    /// <summary>Quotes a name within its schema.</summary>
    /// <exception cref="PgEmbedException">As <see cref="Quote"/>, for either part.</exception>
    public static string Qualify(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";

    /// <summary>Quotes names and puts commas between them.</summary>
    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    /// <summary>Throws where PostgreSQL would not keep the name as it is.</summary>
    /// <exception cref="PgEmbedException">The name is empty, has a NUL, or takes more than 63 bytes.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
            throw new PgEmbedException("Expected a name, got an empty one.");
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new PgEmbedException("Expected a name without NUL characters, got one with.");
        var bytes = Encoding.UTF8.GetByteCount(name);
        if (bytes > MaxBytes)
            throw new PgEmbedException($"Expected a name of at most {MaxBytes} bytes, got '{name}' with {bytes}.");
    }

    /// <summary>
    /// A name made of a stem and an ending, the stem shortened on a character boundary where both don't fit in
    /// 63 bytes. The ending is kept whole, so it is what makes the name unique.
    /// </summary>
    public static string WithEnding(string stem, string ending)
    {
        ArgumentNullException.ThrowIfNull(stem);
        ArgumentNullException.ThrowIfNull(ending);
        var room = MaxBytes - Encoding.UTF8.GetByteCount(ending);
        var kept = new StringBuilder();
        foreach (var rune in stem.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
                break;
            kept.Append(rune);
        }

        return kept.Append(ending).ToString();
    }
}
