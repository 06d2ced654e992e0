namespace PgEmbed;

/// <summary>
/// Stands where a model would, for a space whose vectors are all made elsewhere: a collection of it is filled and searched
/// by vectors, and whatever needs a text embedded is refused.
/// </summary>
/// <param name="space">The space.</param>
public sealed class VectorsOnlyEmbedder(VectorSpace space) : ITextEmbedder
{
    /// <inheritdoc/>
    public VectorSpace Space { get; } = space ?? throw new ArgumentNullException(nameof(space));

    /// <summary>Refuses.</summary>
    /// <exception cref="PgEmbedException">Always: there is no model.</exception>
    public Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default) =>
        Task.FromException<TextEmbeddings>(new PgEmbedException(
            $"Expected vectors of space {Space.Name}, got a text: no model is loaded that makes them.",
            "Give vectors, or open the collection with its model."));
}
