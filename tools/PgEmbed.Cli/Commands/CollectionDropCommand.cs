using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection drop</c>.</summary>
internal static class CollectionDropCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var yes = new Option<bool>("--yes") { Description = "Do it; without, only say what would be dropped." };
        var connection = CommonOptions.Connection();
        var command = new Command("drop", "Drop a collection and its vectors; its table stays.") { name, yes, connection };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var catalog = new CollectionCatalog(database.DataSource);
            var collection = parsed.GetValue(name)!;
            if (!parsed.GetValue(yes))
            {
                var stores = await catalog.StatusAsync(collection, cancellationToken);
                terminal.Say(
                    $"Would drop collection {collection} with {Format.Count(stores.Sum(s => s.Vectors ?? 0))} vectors "
                    + $"({Format.Bytes(stores.Sum(s => (s.StoreBytes ?? 0) + (s.IndexBytes ?? 0)))}). Repeat with --yes.");
                return ExitCode.Misused;
            }

            terminal.Say(await catalog.DropAsync(collection, cancellationToken)
                ? $"Dropped collection {collection}."
                : $"There is no collection {collection}.");
            return ExitCode.Done;
        });
        return command;
    }
}
