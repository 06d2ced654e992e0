namespace PgEmbed;

/// <summary>The vectors of some texts, in the order of the texts, and what it took to make them.</summary>
/// <param name="Vectors"><c>float[n × d]</c>, one row a text.</param>
/// <param name="Tokens">How many tokens the model read, special tokens included, padding not.</param>
/// <param name="TruncatedTexts">
/// The places, ascending, of the texts that were longer than the model reads and were cut.
/// </param>
public sealed record TextEmbeddings(VectorBlock Vectors, long Tokens, IReadOnlyList<int> TruncatedTexts)
{
    /// <summary>How many texts were cut.</summary>
    public int Truncated => TruncatedTexts.Count;
}
