using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection define</c>.</summary>
internal static class CollectionDefineCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var table = new Option<string?>("--table") { Description = "The table. Default: the collection's name." };
        var schema = new Option<string>("--schema")
        {
            Description = "Its schema.",
            DefaultValueFactory = _ => "public",
        };
        var keys = new Option<string[]>("--key")
        {
            Description = "A column of the key, in order; may be repeated. Default: id.",
            HelpName = "COLUMN",
        };
        var texts = new Option<string[]>("--text")
        {
            Description = "A column of the embedded text, in order; may be repeated.",
            HelpName = "COLUMN",
            Required = true,
        };
        var codec = new Option<string>("--codec")
        {
            Description = $"How vectors are stored: {string.Join(", ", Codec.All)}.",
            DefaultValueFactory = _ => Codec.F32.Name,
        };
        var shape = new StoreShapeOptions();
        var model = CommonOptions.Model();
        var dryRun = new Option<bool>("--dry-run") { Description = "Check it and change nothing." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the SQL." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("define", "Define a collection over a table and make its store; nothing is embedded yet.")
        {
            name, table, schema, keys, texts, codec,
        };
        shape.AddTo(command);
        foreach (var option in (Option[])[model, dryRun, showSql, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var collection = parsed.GetValue(name)!;
            var definition = new CollectionDefinition
            {
                Name = collection,
                Schema = parsed.GetValue(schema)!,
                Table = parsed.GetValue(table) ?? collection,
                KeyColumns = parsed.GetValue(keys) is { Length: > 0 } given ? given : ["id"],
                TextColumns = parsed.GetValue(texts)!,
                CarriedColumns = shape.Carried(parsed),
                Partitioning = shape.Partitioning(parsed),
                Codec = Codec.Parse(parsed.GetValue(codec)!),
            };
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var catalog = new CollectionCatalog(database.DataSource);
            var statements = await catalog.PlanAsync(definition, embedder.Space, cancellationToken);
            var done = statements.Count == 0;
            if (!parsed.GetValue(dryRun) && !done)
                await catalog.DefineAsync(definition, embedder.Space, cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(new
                {
                    collection,
                    space = embedder.Space.Name,
                    defined = !done && !parsed.GetValue(dryRun),
                    statements,
                });
            else if (parsed.GetValue(showSql))
                statements.ToList().ForEach(statement => terminal.Output.WriteLine(statement + ";"));
            terminal.Say(
                done ? $"Collection {collection} is there just so."
                : parsed.GetValue(dryRun) ? $"Would define collection {collection}."
                : $"Collection {collection} is defined. To embed its rows: pgembed collection sync {collection}");
            return ExitCode.Done;
        });
        return command;
    }
}
