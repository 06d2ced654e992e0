using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Hybrid;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed text fit</c>: how much words count beside meaning, from judged queries.</summary>
internal static class TextFitCommand
{
    public static Command Create(Terminal terminal)
    {
        var judged = new JudgedOptions(required: true);
        var collection = new Argument<string>("collection") { Description = "The collection's name." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Fit, but leave the collection's weight as it is." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("fit", "Fit on judged queries how much words count beside meaning.")
        {
            collection, judged.Queries, judged.Qrels, judged.Id, dryRun, model, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var judgments = await JudgmentFile.ReadAsync(parsed.GetValue(judged.Qrels)!, cancellationToken);
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var opened = await new PgEmbedClient(database.DataSource, embedder)
                .OpenCollectionAsync(parsed.GetValue(collection)!, cancellationToken);
            var fitter = new FusionFitter(database.DataSource, embedder, opened.Info);
            var fit = await fitter.FitAsync(
                QueryFile.ReadAsync(parsed.GetValue(judged.Queries)!, cancellationToken),
                judgments,
                parsed.GetValue(judged.Id),
                cancellationToken: cancellationToken);
            if (!parsed.GetValue(dryRun))
                await fitter.SaveAsync(fit, cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(fit);
            else
                terminal.WriteFacts(
                    ("text weight", Format.Number(fit.TextWeight, "0.00")),
                    ("nDCG@10", Format.Number(fit.Ndcg, "0.0000")),
                    ("by meaning alone", Format.Number(fit.VectorNdcg, "0.0000")),
                    ("by words alone", Format.Number(fit.TextNdcg, "0.0000")),
                    ("queries", Format.Count(fit.Queries)));
            return ExitCode.Done;
        });
        return command;
    }
}
