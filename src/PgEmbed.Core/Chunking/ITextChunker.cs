namespace PgEmbed.Chunking;

/// <summary>Splits a text into chunks to be embedded one by one. Safe to use from many threads at once.</summary>
public interface ITextChunker
{
    /// <summary>Splits a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>
    /// The chunks from the text's beginning to its end, without white space around them; together they have every
    /// character that is not white space. None where the text has no other characters.
    /// </returns>
    IReadOnlyList<TextChunk> Split(string text);
}
