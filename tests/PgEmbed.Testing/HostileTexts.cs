using System.Text;

namespace PgEmbed.Testing;

/// <summary>
/// 500 names and values that mean harm, or break what is quoted badly: quotes of every kind, comments, dollar quotes,
/// placeholders, format strings, escapes, what Unicode has that looks like a quote or hides, and lengths about the 63
/// bytes of a name. Whatever of them was executed would touch a <see cref="Canary"/>.
/// </summary>
public static class HostileTexts
{
    private static readonly string[] Cores =
    [
        "'", "''", "\"", "\"\"", "\\", "\\'", "\\\\", "\\\"", ";", "--", "/*", "*/", "$$", "$a$", "$1", "$2", "$99", "{0}", "{1}",
        "{", "}", "{{", "%", "%s", "%I", "%L", "%1$s", "_", "@p0", ":p1", "?", "E'\\''", "U&\"\\0041\"", "&", "|", "<=>", "\u2019",
        "\u02BC", "\uFF07", "\uFF02", "\u00B4", "\u202E", "\u200B", "\r\n", "\t", "\u0085", "\u2028", "\uFEFF", "😀", "null", "select",
        "a.b", "pg_catalog", "ä", "a\u0308", " ", "Ω", "K", "\u0001", "\u007F",
    ];

    private static readonly Func<string, string>[] Wrappings =
    [
        core => core,
        core => $"x{core}y",
        core => $"{core}; DROP TABLE canary; --",
        core => $"{core}); SELECT touch(); --",
        core => $"{core} OR touch() OR {core}",
        core => $"x{core} UNION SELECT touch()--",
        core => $"{core};CREATE ROLE canary;--",
        core => $"$body${core}$body$",
        core => FilledTo(63, core),
        core => FilledTo(64, core),
        core => $"{core}\0{core}",
        core => string.Concat(Enumerable.Repeat(core, 40)),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Wrappings.SelectMany(wrap => Cores.Select(wrap)).Append("").Distinct().Take(500)];

    /// <summary>Those that PostgreSQL stores as texts.</summary>
    public static IReadOnlyList<string> Values { get; } = [.. All.Where(text => !text.Contains('\0', StringComparison.Ordinal))];

    /// <summary>Those that PostgreSQL takes as names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Values.Where(text => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= 63)];

    /// <summary>Those that PostgreSQL doesn't take as names.</summary>
    public static IReadOnlyList<string> NoNames { get; } = [.. All.Except(Names)];

    private static string FilledTo(int bytes, string core) =>
        core + new string('n', Math.Max(0, bytes - Encoding.UTF8.GetByteCount(core)));
}
