using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection show</c>.</summary>
internal static class CollectionShowCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("show", "Show a collection: its columns, stores, partitions and indexes.")
        {
            name, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var stores = await new CollectionCatalog(database.DataSource)
                .StatusAsync(parsed.GetValue(name)!, cancellationToken);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(stores);
                return ExitCode.Done;
            }

            foreach (var store in stores)
                Write(terminal, store);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(Terminal terminal, CollectionStatus store)
    {
        terminal.WriteFacts(
            ("collection", store.Collection),
            ("table", store.Source),
            ("rows", store.SourceRows is { } rows ? $"{Format.Count(rows)} (estimated)" : null),
            ("key", string.Join(", ", store.KeyColumns)),
            ("text", string.Join(", ", store.TextColumns)),
            ("carried", store.CarriedColumns.Count > 0 ? string.Join(", ", store.CarriedColumns) : null),
            ("space", store.Space is null ? null : $"{store.Space} ({store.Dimensions} dimensions, {store.Metric})"),
            ("store", store.Store is null ? "none" : store.Store + (store.Serving == true ? "" : " (not serving)")),
            ("codec", store.Codec),
            ("vectors", store.Vectors is { } vectors ? Format.Count(vectors) : null),
            ("size", store.StoreBytes is { } bytes ? Format.Bytes(bytes) : null),
            ("indexes", store.Indexes.Count == 0
                ? "none"
                : $"{string.Join(", ", store.Indexes)} ({Format.Bytes(store.IndexBytes ?? 0)}"
                    + $"{(store.IndexesValid == false ? ", not valid" : "")})"),
            ("partitioned by", store.PartitionedBy));
        foreach (var partition in store.Partitions)
            terminal.Output.WriteLine(
                $"  {partition.Name}  {partition.Bound}  "
                + $"{(partition.Vectors < 0 ? "?" : Format.Count((long)partition.Vectors))} vectors, "
                + Format.Bytes(partition.Bytes));
    }
}
