namespace PgEmbed;

/// <summary>One of a stream's items with its text's vector.</summary>
/// <typeparam name="T">What the source gives.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="Vector">
/// <c>float[d]</c>, of the embedder's space. A place in a larger block of memory: copy it to keep a few of many.
/// </param>
/// <param name="Truncated">Whether the text was longer than the model reads and was cut.</param>
public sealed record Embedded<T>(T Item, ReadOnlyMemory<float> Vector, bool Truncated);
