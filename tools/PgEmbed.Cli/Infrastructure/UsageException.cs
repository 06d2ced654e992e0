namespace PgEmbed.Cli.Infrastructure;

/// <summary>The command line asks for something that can't be: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
