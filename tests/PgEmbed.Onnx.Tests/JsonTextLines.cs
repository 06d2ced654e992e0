using System.Globalization;
using System.Text;

namespace PgEmbed.Testing;

/// <summary>
/// Texts written as JSON strings, one a line. Unlike the runtime's JSON reader it takes half a surrogate pair as it
/// stands, since what becomes of those is a thing to test.
/// </summary>
internal static class JsonTextLines
{
    public static IEnumerable<string> Read(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
            yield return Parse(line);
    }

    /// <summary>The text that a JSON string stands for, given with its quotes.</summary>
    public static string Parse(ReadOnlySpan<char> json)
    {
        var text = json.Trim()[1..^1];
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            result.Append(text[++i] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)ushort.Parse(
                    text.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var character => character,
            });
            if (text[i] == 'u')
                i += 4;
        }

        return result.ToString();
    }
}
