namespace PgEmbed;

/// <summary>The vectors of some texts, in the order of the texts, and what it took to make them.</summary>
/// <param name="Vectors"><c>float[n × d]</c>, one row a text.</param>
/// <param name="Tokens">How many tokens the model read, special tokens included, padding not.</param>
/// <param name="Truncated">How many texts were longer than the model reads and were cut.</param>
public sealed record TextEmbeddings(VectorBlock Vectors, long Tokens, int Truncated);
