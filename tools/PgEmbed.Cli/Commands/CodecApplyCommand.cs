using System.CommandLine;
using System.Diagnostics;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed codec apply</c>.</summary>
internal static class CodecApplyCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The collection's name." };
        var recipe = new Argument<string>("codec")
        {
            Description = "f32, f16, or an indexed and a rescoring form with a slash between: 'centre hadamard bit / sq8'.",
        };
        var candidates = new Option<int?>("--candidates")
        {
            Description = "Among how many candidates the 10 nearest are looked for at a recall of 0.95; measured when not given.",
        };
        var model = CommonOptions.Model();
        var dryRun = new Option<bool>("--dry-run") { Description = "Check it and change nothing." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "apply",
            "Give a collection another codec. It is searched and written meanwhile; one that was cut off goes on where it was.")
        {
            name, recipe, candidates, model, dryRun, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var collection = parsed.GetValue(name)!;
            StoreRecipe asked;
            try
            {
                asked = StoreRecipe.Parse(parsed.GetValue(recipe)!);
            }
            catch (FormatException e)
            {
                throw new UsageException(e.Message);
            }

            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var catalog = new CollectionCatalog(database.DataSource);
            if (parsed.GetValue(dryRun))
            {
                var status = (await catalog.StatusAsync(collection, cancellationToken))[0];
                var indexing = status.IndexesValid == true ? "build its index, " : "";
                terminal.Say(
                    $"Would fit '{asked}' on vectors of {collection}, code {Format.Count(status.Vectors ?? 0)} of them into a new "
                    + $"store, {indexing}and switch to it.");
                return ExitCode.Done;
            }

            // A model is needed only where the vectors that are stored are not whole any more.
            using var embedder = (await catalog.GetAsync(collection, cancellationToken)).Store.Codec.Rescoring is null
                ? null
                : Models.Load(parsed.GetValue(model), terminal);
            var watch = Stopwatch.StartNew();
            var result = await new CodecChange(database.DataSource, embedder, new AlterationPrinter(terminal)).RunAsync(
                collection, asked, new CodecChangeOptions { Candidates = parsed.GetValue(candidates) }, cancellationToken);
            if (result.LeftBehind is not null)
                terminal.Say(
                    $"The old store {result.LeftBehind} is held by others and stays for now; the next alteration drops it.");
            var store = result.Collection.Store;
            if (parsed.GetValue(json))
                terminal.WriteJson(new
                {
                    collection,
                    result.Altered,
                    store = store.TableName,
                    codec = store.Codec.Name,
                    store.Candidates,
                    bytesPerVector = store.Codec.BytesPerVector(store.Space.Dimensions),
                    result.LeftBehind,
                    seconds = Math.Round(watch.Elapsed.TotalSeconds, 2),
                });
            else
                terminal.Output.WriteLine(result.Altered
                    ? $"{collection} is stored in {store.TableName} as {store.Codec} now"
                        + $"{(store.Candidates is { } ranked ? $", {ranked} candidates ranked for 10 rows" : "")}, after "
                        + $"{Format.Number(watch.Elapsed.TotalSeconds, "0.0")} s."
                    : $"{collection} is so already.");
            return ExitCode.Done;
        });
        return command;
    }
}
