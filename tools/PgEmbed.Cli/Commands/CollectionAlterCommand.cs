using System.CommandLine;
using System.Diagnostics;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection alter</c>.</summary>
internal static class CollectionAlterCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var shape = new StoreShapeOptions();
        var plain = new Option<bool>("--plain") { Description = "Carry nothing, and keep the store in one table." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check it and change nothing." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "alter",
            "Give a collection other carried columns or partitions: all that it is to have. Nothing is embedded again, and "
            + "it is searched and written meanwhile.")
        {
            name,
        };
        shape.AddTo(command);
        foreach (var option in (Option[])[plain, dryRun, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (shape.Given(parsed) == parsed.GetValue(plain))
                throw new UsageException("Expected --carry and --partition-by for what it is to have, or --plain.");
            var (collection, carried, partitioning) =
                (parsed.GetValue(name)!, shape.Carried(parsed), shape.Partitioning(parsed));
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            if (parsed.GetValue(dryRun))
            {
                var status = (await new CollectionCatalog(database.DataSource).StatusAsync(collection, cancellationToken))[0];
                terminal.Say(
                    $"Would copy {Format.Count(status.Vectors ?? 0)} vectors "
                    + $"({Format.Bytes((status.StoreBytes ?? 0) + (status.IndexBytes ?? 0))}) into a new store that carries "
                    + $"{(carried.Count == 0 ? "nothing" : string.Join(", ", carried))}"
                    + $"{(partitioning is null ? "" : $", partitioned by {partitioning}")}, "
                    + $"{(status.IndexesValid == true ? "build its index, " : "")}and switch to it.");
                return ExitCode.Done;
            }

            var watch = Stopwatch.StartNew();
            var result = await new CollectionAlteration(database.DataSource, new AlterationPrinter(terminal))
                .RunAsync(collection, carried, partitioning, cancellationToken: cancellationToken);
            if (result.LeftBehind is not null)
                terminal.Say(
                    $"The old store {result.LeftBehind} is held by others and stays for now; the next alteration drops it.");
            if (parsed.GetValue(json))
                terminal.WriteJson(new
                {
                    collection,
                    result.Altered,
                    store = result.Collection.Store.TableName,
                    result.LeftBehind,
                    seconds = Math.Round(watch.Elapsed.TotalSeconds, 2),
                });
            else
                terminal.Output.WriteLine(
                    result.Altered
                        ? $"{collection} is stored in {result.Collection.Store.TableName} now, after "
                            + $"{Format.Number(watch.Elapsed.TotalSeconds, "0.0")} s."
                        : $"{collection} is so already.");
            return ExitCode.Done;
        });
        return command;
    }
}
