using System.CommandLine;
using System.Diagnostics;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection sync</c>.</summary>
internal static class CollectionSyncCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "sync", "Embed rows that are new or changed, copy carried values, and remove the vectors of rows that are gone.")
        {
            name, model, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var collection = await new PgEmbedClient(database.DataSource, embedder)
                .OpenCollectionAsync(parsed.GetValue(name)!, cancellationToken);
            var watch = Stopwatch.StartNew();
            var said = TimeSpan.Zero;
            var progress = new EmbedProgress();
            await foreach (var step in collection.SyncAsync(cancellationToken))
            {
                progress = step;
                if (watch.Elapsed - said < Interval)
                    continue;
                said = watch.Elapsed;
                terminal.Say(
                    $"{Format.Count(step.Embedded)} embedded "
                    + $"({Format.Number(step.Embedded / watch.Elapsed.TotalSeconds, "0")}/s)");
            }

            if (parsed.GetValue(json))
                terminal.WriteJson(new
                {
                    progress.Rows,
                    progress.Embedded,
                    progress.Carried,
                    progress.Removed,
                    progress.Truncated,
                    progress.Tokens,
                    seconds = Math.Round(watch.Elapsed.TotalSeconds, 2),
                });
            else
                terminal.Output.WriteLine(
                    $"{Format.Count(progress.Embedded)} embedded, {Format.Count(progress.Carried)} with other carried "
                    + $"values, {Format.Count(progress.Removed)} removed in "
                    + $"{Format.Number(watch.Elapsed.TotalSeconds, "0.0")} s"
                    + (progress.Truncated > 0
                        ? $"; {Format.Count(progress.Truncated)} texts were longer than the model reads and were cut."
                        : "."));
            return ExitCode.Done;
        });
        return command;
    }
}
