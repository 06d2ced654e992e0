namespace PgEmbed.Postgres.Cluster;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Zero for success.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="Error">Its stderr.</param>
internal sealed record SubprocessResult(int ExitCode, string Output, string Error)
{
    /// <summary>What to show a reader: stderr, or stdout where stderr is empty.</summary>
    public string Message => string.IsNullOrWhiteSpace(Error) ? Output.Trim() : Error.Trim();
}
