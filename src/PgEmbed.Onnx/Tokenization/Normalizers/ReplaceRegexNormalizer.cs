using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Replaces what a regular expression matches, in time linear in the text.</summary>
/// <remarks>
/// The pattern is written for another engine (Oniguruma). What both read alike is taken, the rest is refused: classes
/// in classes, intersections, lookaround, references, and escapes that only the other has.
/// </remarks>
internal sealed partial class ReplaceRegexNormalizer : INormalizer
{
    private readonly Regex _pattern;
    private readonly string _content;

    private ReplaceRegexNormalizer(Regex pattern, string content)
    {
        _pattern = pattern;
        _content = content;
        JoinsSpaces = pattern.ToString() == " {2,}" && content == " ";
    }

    /// <summary>Whether it makes one space of several: the pattern that most Unigram tokenizers have.</summary>
    public bool JoinsSpaces { get; }

    /// <summary>Makes the normalizer; false where the pattern or the content is not surely read as it is meant.</summary>
    public static bool TryCreate(
        string pattern, string content, [NotNullWhen(true)] out ReplaceRegexNormalizer? normalizer)
    {
        normalizer = null;
        if (pattern.Length == 0 || content.Contains('$', StringComparison.Ordinal) || OtherSyntax().IsMatch(pattern))
            return false;
        try
        {
            var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            if (regex.IsMatch(""))
                return false;
            normalizer = new ReplaceRegexNormalizer(regex, content);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (JoinsSpaces && !text.Contains("  ", StringComparison.Ordinal))
        {
            output.Append(text);
            return;
        }

        var written = 0;
        foreach (var match in _pattern.EnumerateMatches(text))
        {
            // This engine matches UTF-16 units. A match of a pair's second unit belongs to that of its first.
            var withinPair = match.Index == written && written > 0 && char.IsLowSurrogate(text[written])
                && char.IsHighSurrogate(text[written - 1]);
            if (!withinPair)
            {
                output.Append(text[written..match.Index]);
                output.Append(_content);
            }

            written = match.Index + match.Length;
        }

        output.Append(text[written..]);
    }

    [GeneratedRegex(@"\[[^\]]*\[|&&|\\[^\\.\[\](){}*+?|^$/\-nrtfvsSdDwWpPxu ]|\(\?|[+*?}]\+|\\[pP]\{(?!\^?[LMNPSZC][a-z]?\})")]
    private static partial Regex OtherSyntax();
}
