using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Stores;
using PgEmbed.Postgres.VectorFiles;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed vectors</c>: a collection's vectors to files and from files. No model is loaded.</summary>
internal static class VectorsCommand
{
    public static Command Create(Terminal terminal) => new("vectors", "Write a collection's vectors to files, or read them.")
    {
        Export(terminal),
        Import(terminal),
    };

    private static Command Export(Terminal terminal)
    {
        var collection = Collection();
        var file = File("The file to write, in NumPy's format (.npy); its keys go beside it (.keys.jsonl).");
        var keys = Keys();
        var half = new Option<bool>("--float16") { Description = "16 bits a value, half the size; default: 32." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write the vectors that a collection is served from.")
        {
            collection, file, keys, half, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var opened = await OpenAsync(database, parsed.GetValue(collection)!, cancellationToken);
            var path = parsed.GetValue(file)!;
            var count = await VectorFile.ExportAsync(
                opened,
                path,
                new VectorFileOptions
                {
                    KeysPath = parsed.GetValue(keys),
                    Element = parsed.GetValue(half) ? NpyElement.F16 : NpyElement.F32,
                },
                new ProgressLines<long>(terminal, rows => $"{Format.Count(rows)} vectors …"),
                cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(new { collection = opened.Info.Name, file = path, vectors = count, space_id = opened.Info.Store.Space.Id });
            else
                terminal.WriteFacts(
                    ("vectors", Format.Count(count)),
                    ("space", $"{opened.Info.Store.Space.Name} {opened.Info.Store.Space.Id}"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Import(Terminal terminal)
    {
        var collection = Collection();
        var file = File("The file to read, in NumPy's format (.npy), float32 or float16, a vector a row.");
        var keys = Keys();
        var space = new Option<Guid?>("--space")
        {
            Description = "The id of the space that the vectors are of, where the file of keys does not say.",
            HelpName = "ID",
        };
        var skip = new Option<bool>("--skip-unknown")
        {
            Description = "Leave vectors out whose row is not there or has no text; default: refuse all.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check the files and every vector; write nothing." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("import", "Take vectors that were made elsewhere into a collection: all, or none.")
        {
            collection, file, keys, space, skip, dryRun, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var opened = await OpenAsync(database, parsed.GetValue(collection)!, cancellationToken);
            var options = new VectorFileOptions
            {
                KeysPath = parsed.GetValue(keys),
                SpaceId = parsed.GetValue(space),
                SkipUnknown = parsed.GetValue(skip),
            };
            var result = parsed.GetValue(dryRun)
                ? await TryAsync(database, opened, parsed.GetValue(file)!, options, terminal, cancellationToken)
                : await VectorFile.ImportAsync(
                    opened, parsed.GetValue(file)!, options, Lines(terminal), cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(result);
            else
                terminal.WriteFacts(
                    ("written", Format.Count(result.Written)),
                    ("skipped", result.Skipped == 0 ? null : $"{Format.Count(result.Skipped)} without a row or text"));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<VectorImportResult> TryAsync(
        Database database,
        VectorCollection collection,
        string file,
        VectorFileOptions options,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await VectorFile.ImportAsync(
            collection.WithTransaction(transaction), file, options, Lines(terminal), cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        terminal.Say("Dry run: nothing was written.");
        return result;
    }

    private static ProgressLines<VectorImportResult> Lines(Terminal terminal) =>
        new(terminal, done => $"{Format.Count(done.Written)} vectors …");

    private static async Task<VectorCollection> OpenAsync(
        Database database, string name, CancellationToken cancellationToken)
    {
        var info = await new CollectionCatalog(database.DataSource).GetAsync(name, cancellationToken);
        return new VectorCollection(database.DataSource, new VectorsOnlyEmbedder(info.Store.Space), info);
    }

    private static Argument<string> Collection() => new("collection") { Description = "The collection's name." };

    private static Argument<string> File(string description) => new("file") { Description = description };

    private static Option<string?> Keys() => new("--keys")
    {
        Description = "The file of keys: JSON, one a line and vector. Default: beside the vectors (.keys.jsonl).",
        HelpName = "FILE",
    };
}
