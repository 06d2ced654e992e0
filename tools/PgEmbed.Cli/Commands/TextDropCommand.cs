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
        var connection = CommonOptions.Connection();
        var command = new Command("drop", "Drop a collection's text index, and what was fitted for it.")
        {
            collection, connection,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var dropped = await new TextIndexManager(database.DataSource)
                .DropAsync(parsed.GetValue(collection)!, cancellationToken);
            terminal.Say(dropped ? "Dropped." : "There is none.");
            return ExitCode.Done;
        });
        return command;
    }
}
