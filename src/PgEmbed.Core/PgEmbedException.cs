namespace PgEmbed;

/// <summary>
/// What PgEmbed throws when something outside the program is wrong: a model folder, a server, a schema, a vector.
/// The message says what was expected and what came; <see cref="Remedy"/> says what to do.
/// </summary>
public class PgEmbedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="remedy">What the reader can do about it; appended to the message.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public PgEmbedException(string message, string? remedy = null, Exception? innerException = null)
        : base(remedy is null ? message : $"{message} {remedy}", innerException) => Remedy = remedy;

    /// <summary>What the reader can do about it, or null where there is nothing to add.</summary>
    public string? Remedy { get; }
}
