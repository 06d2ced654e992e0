namespace PgEmbed.Chunking;

/// <summary>
/// Counts a text's tokens, those that stand around every text left out. Safe to use from many threads at once.
/// </summary>
/// <param name="text">The text.</param>
public delegate int TokenCounter(ReadOnlySpan<char> text);
