using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Codecs;
using PgEmbed.Postgres.Evaluation;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed codec advise</c>.</summary>
internal static class CodecAdviseCommand
{
    public static Command Create(Terminal terminal)
    {
        var judged = new JudgedOptions(required: false);
        var name = new Argument<string>("collection") { Description = "The collection's name." };
        var budget = new Option<string?>("--budget")
        {
            Description = "The most that the store of all rows may take, its indexes included, as in 512MB or 4GB.",
            HelpName = "BYTES",
        };
        var minRecall = new Option<double?>("--min-recall")
        {
            Description = "The least recall@10 against exact search, above 0 up to 1.",
            HelpName = "R",
        };
        var maxLoss = new Option<double?>("--max-loss")
        {
            Description = "The most that may be lost in percent, of nDCG@10 with judged queries, else of recall@10. Default, "
                + $"where nothing is asked: {CodecAdviseOptions.DefaultMaxLoss}.",
            HelpName = "PERCENT",
        };
        var sample = new Option<int>("--sample")
        {
            Description = "How many of the collection's vectors to measure on.",
            DefaultValueFactory = _ => new CodecAdviseOptions().SampleRows,
            HelpName = "N",
        };
        var count = new Option<int>("--count")
        {
            Description = "Without judged queries: how many rows are kept out to be queries.",
            DefaultValueFactory = _ => new CodecAdviseOptions().Queries,
            HelpName = "N",
        };
        var recipes = new Option<string[]>("--try")
        {
            Description = "A codec to measure in place of the usual ones, as in \"centre hadamard bit / sq8\"; may be given "
                + "several times.",
            HelpName = "CODEC",
        };
        var report = new Option<string?>("--report")
        {
            Description = "Where to write a page with table and plot.",
            HelpName = "FILE.html",
        };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "advise",
            "Choose a codec by measuring on the collection's own vectors: what each keeps, and what PostgreSQL takes for it. "
            + "Changes nothing.")
        {
            name, budget, minRecall, maxLoss, judged.Queries, judged.Qrels, judged.Id, sample, count, recipes, report, model,
            connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (queries, qrels) = (parsed.GetValue(judged.Queries), parsed.GetValue(judged.Qrels));
            if (queries is null != qrels is null)
                throw new UsageException("Expected --queries and --qrels together, or neither.");
            if (qrels is null && parsed.GetValue(judged.Id) is not null)
                throw new UsageException("Expected --id with --queries and --qrels.");
            if (new[] { budget.Name, minRecall.Name, maxLoss.Name }.Count(option => parsed.GetResult(option) is not null) > 1)
                throw new UsageException("Expected one of --budget, --min-recall and --max-loss.");
            var options = Checked(new CodecAdviseOptions
            {
                SampleRows = parsed.GetValue(sample),
                Queries = parsed.GetValue(count),
                Recipes = parsed.GetValue(recipes) is { Length: > 0 } given ? given : null,
                Budget = parsed.GetValue(budget) is { } size ? Format.ParseBytes(size) : null,
                MinRecall = parsed.GetValue(minRecall),
                MaxLoss = parsed.GetValue(maxLoss),
            });
            var path = parsed.GetValue(report) is { } file ? Path.GetFullPath(file) : null;
            // What takes minutes should not end in a folder that is not there.
            if (path is not null && !Directory.Exists(Path.GetDirectoryName(path)))
                throw new UsageException($"Expected a folder for --report, {Path.GetDirectoryName(path)} is none.");
            var judgments = qrels is null ? null : await JudgmentFile.ReadAsync(qrels, cancellationToken);
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var collection = await new CollectionCatalog(database.DataSource)
                .GetAsync(parsed.GetValue(name)!, cancellationToken);
            using var embedder = judgments is null ? null : Models.Load(parsed.GetValue(model), terminal);
            if (judgments is not null)
                options = options with
                {
                    Judged = new JudgedQueries(embedder!, QueryFile.ReadAsync(queries!, cancellationToken), judgments)
                    {
                        IdColumn = parsed.GetValue(judged.Id),
                    },
                };
            var advice = await new CodecAdvisor(database.DataSource, new Progress(terminal))
                .AdviseAsync(collection, options, cancellationToken);
            if (path is not null)
            {
                await File.WriteAllTextAsync(path, CodecReport.Html(advice), cancellationToken);
                terminal.Say($"The report is in {path}.");
            }

            CodecAdvicePrinter.Write(terminal, advice, parsed.GetValue(json));
            return advice.Recommendation is null ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static CodecAdviseOptions Checked(CodecAdviseOptions options)
    {
        try
        {
            options.Validate();
            return options;
        }
        catch (PgEmbedException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private sealed class Progress(Terminal terminal) : IProgress<string>
    {
        public void Report(string value) => terminal.Say(value);
    }
}
