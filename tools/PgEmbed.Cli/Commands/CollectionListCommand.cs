using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection list</c>.</summary>
internal static class CollectionListCommand
{
    public static Command Create(Terminal terminal)
    {
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the collections of the database.") { connection, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var all = await new CollectionCatalog(database.DataSource).StatusAsync(cancellationToken: cancellationToken);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(all);
                return ExitCode.Done;
            }

            var table = new Table().Border(TableBorder.Simple)
                .AddColumns("collection", "table", "space", "codec")
                .AddColumn(new TableColumn("vectors").RightAligned())
                .AddColumn("index")
                .AddColumn(new TableColumn("size").RightAligned());
            foreach (var store in all)
                table.AddRow(Array.ConvertAll(
                    [
                        store.Collection + (store.Serving == false ? " (not serving)" : ""),
                        store.Source,
                        store.Space ?? "",
                        store.Codec ?? "",
                        store.Vectors is { } vectors ? Format.Count(vectors) : "",
                        store.IndexesValid switch { true => "hnsw", false => "invalid", null => "none" },
                        store.StoreBytes is { } bytes ? Format.Bytes(bytes + (store.IndexBytes ?? 0)) : "",
                    ],
                    (string cell) => cell.EscapeMarkup()));
            terminal.OutputConsole.Write(table);
            if (all.Count == 0)
                terminal.Say("There is no collection.");
            return ExitCode.Done;
        });
        return command;
    }
}
