using System.CommandLine;
using System.Net.Sockets;
using Npgsql;
using PgEmbed.Cli.Commands;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli;

/// <summary>The <c>pgembed</c> command: parse, call, print.</summary>
public static class PgEmbedCommand
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 done, 1 failed, 2 misused, 3 out of date.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args,
        TextReader input,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken)
    {
        var terminal = new Terminal(input, output, error);
        var root = new RootCommand("Search by meaning in PostgreSQL: embeddings, pgvector indexes and filtered search.")
        {
            DemoCommand.Create(terminal),
            DatabaseCommand.Create(terminal),
            SchemaCommand.Create(terminal),
            ModelCommand.Create(terminal),
            CollectionCommand.Create(terminal),
            CodecCommand.Create(terminal),
            EmbedCommand.Create(terminal),
            SearchCommand.Create(terminal),
            VectorsCommand.Create(terminal),
            IndexCommand.Create(terminal),
            TextCommand.Create(terminal),
            RelevanceCommand.Create(terminal),
            EvalCommand.Create(terminal),
        };
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // A build that is interrupted removes what it had begun, and may have to wait for a lock to do so.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(20),
        };
        try
        {
            if (parsed.Errors.Count == 0)
                return await parsed.InvokeAsync(configuration, cancellationToken);
            foreach (var mistake in parsed.Errors)
                terminal.Say($"pgembed: {mistake.Message}");
            terminal.Say("Run with --help to see what can be said.");
            return ExitCode.Misused;
        }
        catch (UsageException e)
        {
            terminal.Say($"pgembed: {e.Message}");
            return ExitCode.Misused;
        }
        catch (OperationCanceledException)
        {
            terminal.Say("pgembed: cancelled");
            return ExitCode.Failed;
        }
        catch (Exception e) when (Explanation(e) is { } explanation)
        {
            terminal.Say($"pgembed: {explanation}");
            return ExitCode.Failed;
        }
    }

    /// <summary>A sentence for what a user can do something about; null for what is a fault of the program.</summary>
    private static string? Explanation(Exception exception) => exception switch
    {
        PgEmbedException e => e.Message,
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification } e =>
            $"The server refused the role or its password: {e.MessageText}. Check --connection or PGEMBED_CONNECTION.",
        PostgresException e =>
            $"The server said: {e.MessageText} (SQLSTATE {e.SqlState})"
            + (e.Detail is null ? "" : $" {e.Detail}") + (e.Hint is null ? "" : $" {e.Hint}"),
        NpgsqlException { InnerException: (SocketException or TimeoutException) and var cause } =>
            $"The server can't be reached: {cause.Message}. Check --connection or PGEMBED_CONNECTION, "
            + "and that it runs.",
        NpgsqlException e => $"The connection failed: {e.Message}",
        IOException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };
}
