using System.CommandLine;
using System.Text.Json;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Queries;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed search</c>: a collection's rows by meaning, under a filter.</summary>
internal static class SearchCommand
{
    public static Command Create(Terminal terminal)
    {
        var collection = new Argument<string>("collection") { Description = "The collection's name." };
        var text = new Argument<string>("text") { Description = "What to look for." };
        var k = new Option<int>("--k", "-k") { Description = "How many rows.", DefaultValueFactory = _ => 10 };
        var filter = new Option<string?>("--filter")
        {
            Description = "Condition in SQL over the table's columns: \"section = 'games' AND installed_kb < 5000\"",
            HelpName = "SQL",
        };
        var efSearch = new Option<int?>("--ef-search") { Description = "pgvector's hnsw.ef_search, 1 to 1000." };
        var recall = new Option<double?>("--recall")
        {
            Description = "Share of the truly nearest rows to find, above 0 to 1. [default: 0.95]",
        };
        var maxDistance = new Option<double?>("--max-distance") { Description = "No row farther than this." };
        var minRelevance = new Option<double?>("--min-relevance")
        {
            Description = "No row of less relevance than this, 0 to 1; fitted by pgembed relevance fit.",
        };
        var exact = new Option<bool>("--exact") { Description = "Rank all rows that pass, without the index." };
        var page = new Option<bool>("--page") { Description = "Say what continues the search, if it has more than k rows." };
        var continuation = new Option<string?>("--continue")
        {
            Description = "The next k rows of a search, by what the page before has said.",
            HelpName = "TOKEN",
        };
        var hybrid = new HybridSettings();
        var explain = new Option<bool>("--explain") { Description = "Print how it was run instead of the rows." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("search", "Search a collection by meaning, under an SQL filter.")
        {
            collection, text, k, filter, maxDistance, minRelevance, recall, efSearch, exact, page, continuation, explain, model,
            connection, json,
        };
        hybrid.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var query = parsed.GetValue(text)!;
            if (string.IsNullOrWhiteSpace(query))
                throw new UsageException("Expected a text to look for, got an empty one.");
            var options = new SearchOptions
            {
                EfSearch = parsed.GetValue(efSearch),
                Recall = parsed.GetValue(recall),
                MaxDistance = parsed.GetValue(maxDistance),
                MinRelevance = parsed.GetValue(minRelevance),
                Exact = parsed.GetValue(exact),
            };
            var both = hybrid.Read(parsed, options);
            var isPage = parsed.GetValue(page) || parsed.GetValue(continuation) is not null;
            if (isPage && (both is not null || parsed.GetValue(explain)))
                throw new UsageException("Expected --page or --continue with a plain search, got --hybrid or --explain, too.");
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            if (embedder.IsTruncated(query, TextRole.Query))
                terminal.Say($"The text is longer than the {embedder.Model.MaxTokens} tokens that the model reads and is cut.");
            var opened = await new PgEmbedClient(database.DataSource, embedder)
                .OpenCollectionAsync(parsed.GetValue(collection)!, cancellationToken);
            var condition = parsed.GetValue(filter) is { } sql ? SqlFilter.Raw(sql) : null;
            if (both is not null)
            {
                await HybridAsync(
                    terminal, opened, query, parsed.GetValue(k), condition, both, parsed.GetValue(explain),
                    parsed.GetValue(json), cancellationToken);
                return ExitCode.Done;
            }

            if (parsed.GetValue(explain))
            {
                var (plan, server) = await opened.ExplainRowsAsync(
                    query, parsed.GetValue(k), condition, options, cancellationToken);
                Explain(terminal, plan, server, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var search = opened.QueryRows(query).Top(parsed.GetValue(k)).With(options);
            if (condition is not null)
                search = search.Filter(condition);
            if (isPage)
            {
                var found = await search.RunPageAsync(parsed.GetValue(continuation), cancellationToken);
                WritePage(terminal, opened, found, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var result = await search.RunAsync(cancellationToken);
            if (result.QueryTruncated)
                terminal.Say("The text is longer than the model reads: only its beginning was searched by.");
            SearchPrinter.Write(
                terminal,
                opened.Info,
                ["distance"],
                [.. result.Hits.Select(hit => (new[] { hit.Distance }, hit.Row))],
                parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void WritePage(
        Terminal terminal,
        VectorCollection collection,
        SearchPage<IReadOnlyDictionary<string, object?>> page,
        bool json)
    {
        var hits = page.Hits.Select(hit => (new[] { hit.Distance }, hit.Row)).ToList();
        if (json)
        {
            terminal.WriteJson(new { hits = SearchPrinter.Plain(["distance"], hits), continuation = page.Continuation });
            return;
        }

        SearchPrinter.Write(terminal, collection.Info, ["distance"], hits, json: false);
        if (page.Continuation is { } next)
            terminal.Say($"There are more: --continue {next}");
    }

    private static void Explain(Terminal terminal, SearchPlan plan, string server, bool json)
    {
        if (json)
        {
            terminal.WriteJson(new { plan, server_plan = server });
            return;
        }

        terminal.Output.WriteLine(
            $"""
            plan           {plan.Kind}
            reason         {plan.Reason}
            matching rows  {Format.Count((long)plan.MatchingRows)} (estimated)
            stored rows    {Format.Count((long)plan.StoredRows)} (estimated)
            """);
        foreach (var step in plan.Steps)
            terminal.Output.WriteLine($"step {step.Name,-9} {Happened(step)}");
        foreach (var step in plan.Steps.Where(step => step.Outcome is not null))
        {
            var settings = step.Settings.Select(setting => $"{setting.Key} = {setting.Value}");
            terminal.Output.WriteLine($"\n{step.Name}: {string.Join(", ", settings)}\n{step.Sql}");
        }

        terminal.Output.WriteLine($"\n{server}");
    }

    private static string Happened(SearchStep step) => step switch
    {
        { Outcome: null } => "not needed",
        { Outcome: { LookedAt: { } lookedAt } outcome } =>
            $"{Format.Count(outcome.Found ?? 0)} rows of the {Format.Count(lookedAt)} nearest, {Format.Count(step.Least ?? 0)} were wanted, {Format.Number(outcome.Milliseconds, "0.0")} ms",
        { Outcome: { } outcome } when outcome.Found > step.Most =>
            $"more than {Format.Count(step.Most ?? 0)} rows pass, against what was expected, {Format.Number(outcome.Milliseconds, "0.0")} ms",
        _ => $"all rows that pass, ranked, {Format.Number(step.Outcome.Milliseconds, "0.0")} ms",
    };

    private static async Task HybridAsync(
        Terminal terminal,
        VectorCollection collection,
        string text,
        int k,
        SqlFilter? filter,
        HybridOptions options,
        bool explain,
        bool json,
        CancellationToken cancellationToken)
    {
        if (!explain)
        {
            var hits = await collection.HybridSearchRowsAsync(text, k, filter, options, cancellationToken)
                .ToListAsync(cancellationToken);
            SearchPrinter.Write(
                terminal,
                collection.Info,
                ["score", "distance", "text_score"],
                [.. hits.Select(hit => (new[] { hit.Score, hit.Distance, hit.TextScore }, hit.Row))],
                json);
            return;
        }

        var aspects = await collection.ExplainHybridRowsAsync(text, k, filter, options, cancellationToken);
        if (json)
            terminal.WriteJson(aspects.Select(a => new { a.Aspect, a.Value }));
        else
            terminal.WriteFacts([.. aspects.Select(a => (a.Aspect, (string?)a.Value))]);
    }
}
