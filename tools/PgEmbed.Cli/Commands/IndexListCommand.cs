using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index list</c>.</summary>
internal static class IndexListCommand
{
    public static Command Create(Terminal terminal)
    {
        var stores = new Option<bool>("--stores") { Description = "Only those of collections." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the HNSW indexes of the database, and what failed builds left.")
        {
            stores, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var indexes = await new IndexManager(database.DataSource)
                .ListAsync(parsed.GetValue(stores), cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(indexes);
            else if (indexes.Count == 0)
                terminal.Say("There is no HNSW index.");
            else
                terminal.OutputConsole.Write(TableOf(indexes));
            return ExitCode.Done;
        });
        return command;
    }

    private static Table TableOf(IReadOnlyList<HnswIndex> indexes)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn(new TableColumn("index").NoWrap())
            .AddColumns("on", "operator class", "m", "ef_construction", "rows", "size", "scans", "state");
        foreach (var index in indexes)
            Add(table, index, "");
        return table;
    }

    private static void Add(Table table, HnswIndex index, string indent)
    {
        string[] cells =
        [
            indent + index.Name,
            (index.Collection is null || indent != "" ? index.TableSql : $"collection {index.Collection}")
                + (index.Filter is null ? "" : $" WHERE {Format.Cut(index.Filter, 40)}"),
            index.OperatorClass?.Name ?? "another's",
            index.M.ToString(CultureInfo.InvariantCulture),
            index.EfConstruction.ToString(CultureInfo.InvariantCulture),
            index.TableRows < 0 ? "?" : Format.Count((long)index.TableRows),
            Format.Bytes(index.Bytes),
            Format.Count(index.Scans),
            index.State switch
            {
                HnswIndexState.Valid => "valid",
                HnswIndexState.Building => $"being built by process {index.BuildingProcessId}",
                _ => index.IsOurs ? "invalid: pgembed index drop --leftovers" : "invalid, not PgEmbed's",
            },
        ];
        table.AddRow(cells.Select(Markup.Escape).ToArray());
        foreach (var partition in index.Partitions)
            Add(table, partition, indent + "  ");
    }
}
