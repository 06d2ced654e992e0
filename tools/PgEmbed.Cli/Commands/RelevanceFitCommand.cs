using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Relevance;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed relevance fit</c>.</summary>
internal static class RelevanceFitCommand
{
    public static Command Create(Terminal terminal)
    {
        var judged = new JudgedOptions(required: false);
        var collection = new Argument<string>("collection") { Description = "The collection's name." };
        var sample = new Option<int>("--sample")
        {
            Description = "Without judged queries: how many rows are searched for among the others.",
            DefaultValueFactory = _ => 200,
            HelpName = "N",
        };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Fit on judged queries, but leave the collection's searches as they are.",
        };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "fit", "Fit what relevance a distance stands for: on judged queries, or else on the collection's own distances.")
        {
            collection, judged.Queries, judged.Qrels, judged.Id, sample, dryRun, model, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (queries, qrels) = (parsed.GetValue(judged.Queries), parsed.GetValue(judged.Qrels));
            if (queries is null != qrels is null)
                throw new UsageException("Expected --queries and --qrels together, or neither.");
            if (qrels is null && parsed.GetValue(dryRun))
                throw new UsageException("Expected --dry-run with --queries and --qrels.");
            var judgments = qrels is null ? null : await JudgmentFile.ReadAsync(qrels, cancellationToken);
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var opened = await new PgEmbedClient(database.DataSource, embedder)
                .OpenCollectionAsync(parsed.GetValue(collection)!, cancellationToken);
            var fitter = new RelevanceFitter(database.DataSource, embedder, opened.Info);
            var fitted = judgments is null
                ? await fitter.FitOnDistancesAsync(parsed.GetValue(sample), cancellationToken)
                : await fitter.FitAsync(
                    QueryFile.ReadAsync(queries!, cancellationToken), judgments, parsed.GetValue(judged.Id),
                    cancellationToken: cancellationToken);
            if (judgments is not null && !parsed.GetValue(dryRun))
                await fitter.SaveAsync(fitted, cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(fitted);
            else
                terminal.WriteFacts(
                    ("relevance is", fitted.Basis == RelevanceBasis.Judgments
                        ? "the probability that a row is relevant"
                        : "how far a row stands out of its query's neighbours; 0.5 is as far as nearest rows do on average"),
                    ("intercept", Format.Number(fitted.Intercept, "0.0000")),
                    ("nearness", Format.Number(fitted.Nearness, "0.0000")),
                    ("distinctness", Format.Number(fitted.Distinctness, "0.0000")),
                    ("queries", Format.Count(fitted.Queries)));
            return ExitCode.Done;
        });
        return command;
    }
}
