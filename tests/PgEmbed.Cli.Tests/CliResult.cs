namespace PgEmbed.Cli.Tests;

/// <summary>What a command did.</summary>
internal sealed record CliResult(int Code, string Output, string Error);
