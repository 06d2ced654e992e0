namespace PgEmbed;

/// <summary>
/// A vector can't stand in its space: the wrong dimension, a NaN or infinite value, or a zero vector under cosine.
/// </summary>
public sealed class InvalidVectorException : PgEmbedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="remedy">What the reader can do about it.</param>
    public InvalidVectorException(string message, string? remedy = null)
        : base(message, remedy)
    {
    }
}
