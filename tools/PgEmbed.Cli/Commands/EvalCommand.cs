using System.CommandLine;
using PgEmbed.Cli.Evaluation;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Migrations;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Stores;
using PgEmbed.Quality;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed eval</c>: how good a collection's searches are, by judged queries.</summary>
internal static class EvalCommand
{
    private const string DefaultMeasures = "ndcg@10,mrr@10,recall@10,recall@100,map";

    public static Command Create(Terminal terminal)
    {
        var collection = new Argument<string?>("collection")
        {
            Description = "The collection to search; not needed where --run has what was found.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var qrels = File("--qrels", "Judgments: TREC's 'query 0 document grade', or BEIR's and MTEB's TSV or JSON lines.");
        qrels.Required = true;
        var queries = File("--queries", "Queries: JSON lines with _id and text, or id and text with a tab between.");
        var corpus = File("--corpus", "Documents as JSON lines with _id, title and text: embedded first, as the collection.");
        var run = File("--run", "What was found elsewhere, in TREC's form 'query Q0 document rank score name'.");
        var measures = new Option<string>("--measures")
        {
            Description = "What to measure, of ndcg@K, mrr@K, recall@K, precision@K, map.",
            DefaultValueFactory = _ => DefaultMeasures,
            HelpName = "LIST",
        };
        var depth = new Option<int?>("--depth")
        {
            Description = "How many documents to search for. Default: the largest K, at least 100.",
            HelpName = "N",
        };
        var relevant = new Option<int>("--relevant-from")
        {
            Description = "The lowest grade that counts as relevant.",
            DefaultValueFactory = _ => 1,
            HelpName = "GRADE",
        };
        var skip = new Option<bool>("--skip-not-run")
        {
            Description = "Leave judged queries out that a run has not, instead of counting them as 0.",
        };
        var filter = new Option<string?>("--filter") { Description = "Condition in SQL over the table's columns.", HelpName = "SQL" };
        var efSearch = new Option<int?>("--ef-search") { Description = "pgvector's hnsw.ef_search, 1 to 1000.", HelpName = "N" };
        var exact = new Option<bool>("--exact") { Description = "Rank all rows that pass, without the index." };
        var hybrid = new HybridSettings();
        var compare = new Option<string?>("--compare")
        {
            Description = "A second setting to compare with on the same queries: \"ef-search=40\", \"exact\", \"run=FILE\", "
                + "\"hybrid; text-weight=0.4\", \"ef-search=40; filter=SQL\".",
            HelpName = "SETTING",
        };
        var by = new Option<string?>("--by")
        {
            Description = "Judge subgroups too: by a column of the queries, or else of the collection's table.",
            HelpName = "COLUMN",
        };
        var id = new Option<string?>("--id")
        {
            Description = "The table's column with the ids that judgments name. Default: its key.",
            HelpName = "COLUMN",
        };
        var save = File("--save-run", "Where to write what was found, in TREC's form.");
        var perQuery = new Option<bool>("--per-query") { Description = "Print each query's measures too." };
        var interval = new Option<BootstrapKind>("--interval")
        {
            Description = "How intervals are taken from the bootstrap: bca or percentile.",
            DefaultValueFactory = _ => BootstrapKind.Bca,
        };
        var confidence = new Option<double>("--confidence") { DefaultValueFactory = _ => 0.95, Description = "How sure intervals are to be." };
        var resamples = new Option<int>("--resamples") { DefaultValueFactory = _ => 2000, Description = "How often queries are drawn anew." };
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 1, Description = "The same seed prints the same figures." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("eval", "Judge searches by queries whose right answers are known.")
        {
            collection, qrels, queries, corpus, run, measures, depth, relevant, skip, filter, efSearch, exact, compare, by,
            id, save, perQuery, interval, confidence, resamples, seed, model, connection, json,
        };
        hybrid.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = Request();
            Check(request);
            var report = await ReportAsync(
                request, parsed.GetValue(model), parsed.GetValue(connection), terminal, cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(report);
            else
                EvalPrinter.Write(report, request.Bootstrap.Confidence, terminal);
            return ExitCode.Done;

            EvalRequest Request()
            {
                List<QualityMeasure> asked =
                    [.. parsed.GetValue(measures)!.Split(',', StringSplitOptions.TrimEntries).Select(Measure)];
                return new EvalRequest
                {
                    Collection = parsed.GetValue(collection),
                    QrelsFile = parsed.GetValue(qrels)!,
                    QueriesFile = parsed.GetValue(queries),
                    CorpusFile = parsed.GetValue(corpus),
                    Measures = asked,
                    Depth = parsed.GetValue(depth) ?? asked.Select(m => m.K ?? 0).Append(100).Max(),
                    RelevantFrom = parsed.GetValue(relevant),
                    SkipNotRun = parsed.GetValue(skip),
                    By = parsed.GetValue(by),
                    IdColumn = parsed.GetValue(id),
                    Setting = Setting(),
                    Compared = parsed.GetValue(compare) is { } second ? EvalSetting.Parse(second) : null,
                    SaveRun = parsed.GetValue(save),
                    PerQuery = parsed.GetValue(perQuery),
                    Bootstrap = new BootstrapOptions
                    {
                        Kind = parsed.GetValue(interval),
                        Confidence = parsed.GetValue(confidence),
                        Resamples = parsed.GetValue(resamples),
                        Seed = parsed.GetValue(seed),
                    },
                };
            }

            EvalSetting Setting()
            {
                var setting = new EvalSetting
                {
                    Name = "",
                    EfSearch = parsed.GetValue(efSearch),
                    Exact = parsed.GetValue(exact),
                    Filter = parsed.GetValue(filter),
                    RunFile = parsed.GetValue(run),
                    Hybrid = hybrid.Read(parsed, new SearchOptions()),
                };
                return setting with { Name = setting.Describe() };
            }
        });
        return command;
    }

    private static Option<string?> File(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE" };

    private static QualityMeasure Measure(string text)
    {
        try
        {
            return QualityMeasure.Parse(text);
        }
        catch (PgEmbedException e)
        {
            throw new UsageException($"--measures: {e.Message}");
        }
    }

    private static void Check(EvalRequest request)
    {
        if (request.Searches && request.Collection is null)
            throw new UsageException("Expected a collection to search, or --run FILE with what was found.");
        if (request.Searches && request.QueriesFile is null)
            throw new UsageException("Expected --queries FILE: there is nothing to search for.");
        if (request.CorpusFile is not null && request.Collection is null)
            throw new UsageException("Expected a name for the collection that --corpus is embedded as.");
        if (request.Measures.FirstOrDefault(m => m.K > request.Depth) is { K: { } k } deep)
            throw new UsageException($"Expected --depth of at least {k} for {deep}, got {request.Depth}.");
        if (request.Depth is < 1 or > SearchOptions.MaxK)
            throw new UsageException($"Expected --depth from 1 to {SearchOptions.MaxK}, got {request.Depth}.");
        if (request.RelevantFrom < 1)
            throw new UsageException($"Expected --relevant-from of at least 1, got {request.RelevantFrom}.");
        if (request.Setting is { RunFile: not null } and not { EfSearch: null, Exact: false, Filter: null, Hybrid: null })
            throw new UsageException(
                "Expected --run without --ef-search, --exact, --hybrid and --filter: a run was searched already.");
    }

    private static async Task<EvalReport> ReportAsync(
        EvalRequest request, string? model, string? connection, Terminal terminal, CancellationToken cancellationToken)
    {
        request.Bootstrap.Validate();
        if (!request.Searches && request.Collection is null)
            return await new EvalRun(request, null, terminal).RunAsync(cancellationToken);
        await using var database = await Database.OpenAsync(connection, terminal, cancellationToken);
        using var embedder = Models.Load(model, terminal);
        if (request.CorpusFile is { } corpus)
        {
            await SchemaCommand.ApplyAsync(new SchemaMigrator(database.DataSource), terminal, cancellationToken);
            var loaded = await EvaluationCorpus.LoadAsync(
                database.DataSource, embedder, request.Collection!, corpus, new CorpusProgress(terminal), cancellationToken);
            terminal.Say($"{corpus} is in table {loaded.Info.Source.Sql}.");
        }

        var opened = await new PgEmbedClient(database.DataSource, embedder)
            .OpenCollectionAsync(request.Collection!, cancellationToken);
        var evaluator = new CollectionEvaluator(database.DataSource, embedder, opened.Info);
        return await new EvalRun(request, evaluator, terminal).RunAsync(cancellationToken);
    }

    private sealed class CorpusProgress(Terminal terminal) : IProgress<EmbedProgress>
    {
        public void Report(EmbedProgress value) => terminal.Say(
            $"{Format.Count(value.Rows)} documents written"
            + (value.Truncated > 0 ? $", {Format.Count(value.Truncated)} of them longer than the model reads and cut" : ""));
    }
}
