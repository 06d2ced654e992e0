namespace PgEmbed.Chunking;

/// <summary>What is not broken any more: a word, or a piece of one that alone has too many tokens.</summary>
/// <param name="Start">The offset of its first character.</param>
/// <param name="End">The offset behind its last character.</param>
/// <param name="Tokens">How many tokens it has with the white space before it.</param>
/// <param name="Before">What ends before it.</param>
internal readonly record struct TextUnit(int Start, int End, int Tokens, TextBreak Before);
