using System.CommandLine;
using PgEmbed.Cli.Demo;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed demo</c>: everything once, on real texts.</summary>
internal static class DemoCommand
{
    public static Command Create(Terminal terminal)
    {
        var connection = CommonOptions.Connection();
        var model = CommonOptions.Model();
        var json = CommonOptions.Json();
        var command = new Command(
            "demo", "Load, embed and index 5,034 package descriptions, and search them under SQL filters.")
        {
            connection,
            model,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var report = await new DemoRun(database, embedder, terminal).RunAsync(cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(report);
            else
                DemoPrinter.Print(terminal, database.Connection, report);
            return ExitCode.Done;
        });
        return command;
    }
}
