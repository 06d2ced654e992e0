namespace PgEmbed;

/// <summary>Vectors of two spaces met. They are never compared: the distance would mean nothing.</summary>
public sealed class SpaceMismatchException : PgEmbedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="expected">The space that was asked for.</param>
    /// <param name="actual">The space that came, described.</param>
    /// <param name="innerException">The server's refusal, where it was the server that noticed.</param>
    public SpaceMismatchException(string expected, string actual, Exception? innerException = null)
        : base(
            $"Expected a vector of space {expected}, got one of {actual}.",
            "Embed the text again with the collection's own model.",
            innerException)
    {
    }
}
