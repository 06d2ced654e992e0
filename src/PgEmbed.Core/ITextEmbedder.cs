namespace PgEmbed;

/// <summary>Texts in, vectors of one space out. Safe to call from many threads at once.</summary>
public interface ITextEmbedder
{
    /// <summary>The space of the vectors.</summary>
    VectorSpace Space { get; }

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">The texts; an empty list gives an empty block. An unpaired surrogate is read as U+FFFD.</param>
    /// <param name="role">What they are embedded as.</param>
    /// <param name="cancellationToken">Stops the run within one batch.</param>
    /// <returns>A vector a text, in their order.</returns>
    /// <exception cref="PgEmbedException">The model can't be run on them.</exception>
    Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default);
}
