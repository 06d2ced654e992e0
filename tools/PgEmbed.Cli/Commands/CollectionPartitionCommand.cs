using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection partition</c>.</summary>
internal static class CollectionPartitionCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var values = new Option<string[]>("--value")
        {
            Description = "A value of a list that gets a partition of its own; may be repeated.",
        };
        var nulls = new Option<bool>("--null") { Description = "A partition for rows without a value." };
        var from = new Option<string?>("--from") { Description = "The lower bound of a range, which belongs to it." };
        var to = new Option<string?>("--to") { Description = "The upper bound of a range, which doesn't." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "partition",
            "Add partitions: those named, or else those that the rows ask for by now (more steps, more frequent values). Rows "
            + "move there from the default partition; writers wait meanwhile.")
        {
            name, values, nulls, from, to, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            List<string?> listed = [.. parsed.GetValue(values) ?? []];
            if (parsed.GetValue(nulls))
                listed.Add(null);
            var (lower, upper) = (parsed.GetValue(from), parsed.GetValue(to));
            if (listed.Count > 0 && (lower ?? upper) is not null)
                throw new UsageException("Expected values of a list or bounds of a range, got both.");
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var made = await new CollectionCatalog(database.DataSource).AddPartitionsAsync(
                parsed.GetValue(name)!,
                listed.Count > 0 ? listed : null,
                (lower ?? upper) is null ? null : (lower, upper),
                cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(made);
            else
                made.ToList().ForEach(terminal.Output.WriteLine);
            if (made.Count == 0)
                terminal.Say("Nothing to add: the partitions are there.");
            return ExitCode.Done;
        });
        return command;
    }
}
