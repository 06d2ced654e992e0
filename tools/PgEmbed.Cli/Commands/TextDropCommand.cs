using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Hybrid;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed text drop</c>.</summary>
internal static class TextDropCommand
{
    public static Command Create(Terminal terminal)
    {
        var collection = new Argument<string>("collection") { Description = "The collection's name." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; say what would be dropped." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the SQL." };
        var connection = CommonOptions.Connection();
        var command = new Command("drop", "Drop a collection's text index, and what was fitted for it.")
        {
            collection, dryRun, showSql, connection,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(collection)!;
            if (parsed.GetValue(showSql))
                terminal.Output.WriteLine($"SELECT pgembed.drop_text_index({SqlLiteral.Of(name)});");
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new TextIndexManager(database.DataSource);
            var (there, done) = parsed.GetValue(dryRun)
                ? (await manager.ExistsAsync(name, cancellationToken), "Would drop it.")
                : (await manager.DropAsync(name, cancellationToken), "Dropped.");
            terminal.Say(there ? done : "There is none.");
            return ExitCode.Done;
        });
        return command;
    }
}
