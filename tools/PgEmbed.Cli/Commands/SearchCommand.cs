using System.CommandLine;
using System.Text.Json;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;
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
        var exact = new Option<bool>("--exact") { Description = "Rank all rows that pass, without the index." };
        var minRelevance = new Option<double?>("--min-relevance")
        {
            Description = "Leave out rows less relevant than this, 0 to 1; 'relevance fit' comes first.",
            HelpName = "P",
        };
        var hybrid = new Option<bool>("--hybrid")
        {
            Description = "Search by meaning and words together; 'text build' comes first.",
        };
        var textWeight = new Option<double?>("--text-weight")
        {
            Description = "With --hybrid: how much words count, 0 to 1. Default: what was fitted, else 0.3.",
            HelpName = "W",
        };
        var fusion = new Option<string>("--fusion")
        {
            Description = "With --hybrid: weighted, or rrf for reciprocal rank.",
            DefaultValueFactory = _ => "weighted",
            HelpName = "KIND",
        };
        var explain = new Option<bool>("--explain") { Description = "Print how it was run instead of the rows." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("search", "Search a collection by meaning, under an SQL filter.")
        {
            collection, text, k, filter, efSearch, exact, minRelevance, hybrid, textWeight, fusion, explain,
            model, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var query = parsed.GetValue(text)!;
            if (string.IsNullOrWhiteSpace(query))
                throw new UsageException("Expected a text to look for, got an empty one.");
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            if (embedder.IsTruncated(query, TextRole.Query))
                terminal.Say($"The text is longer than the {embedder.Model.MaxTokens} tokens that the model reads and is cut.");
            var opened = await new PgEmbedClient(database.DataSource, embedder)
                .OpenCollectionAsync(parsed.GetValue(collection)!, cancellationToken);
            var condition = parsed.GetValue(filter) is { } sql ? SqlFilter.Raw(sql) : null;
            var options = new SearchOptions
            {
                EfSearch = parsed.GetValue(efSearch),
                Exact = parsed.GetValue(exact),
                MinRelevance = parsed.GetValue(minRelevance),
            };
            var run = new Run(
                terminal, opened, query, parsed.GetValue(k), condition, parsed.GetValue(explain), parsed.GetValue(json));
            await (parsed.GetValue(hybrid)
                ? run.HybridAsync(
                    new HybridOptions
                    {
                        Search = options,
                        TextWeight = parsed.GetValue(textWeight),
                        Fusion = HybridSettings.Fusion(parsed.GetValue(fusion)!),
                    },
                    cancellationToken)
                : run.SearchAsync(options, cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Explain(Terminal terminal, SearchPlan plan, string server, bool json)
    {
        if (json)
        {
            terminal.WriteJson(new { plan, server_plan = server });
            return;
        }

        var settings = JsonDocument.Parse(plan.Settings).RootElement.EnumerateObject()
            .Select(setting => $"{setting.Name} = {setting.Value}");
        terminal.Output.WriteLine(
            $"""
            plan           {plan.Kind}
            reason         {plan.Reason}
            matching rows  {Format.Count((long)plan.MatchingRows)} (estimated)
            stored rows    {Format.Count((long)plan.StoredRows)} (estimated)
            settings       {string.Join(", ", settings)}
            """);
        foreach (var step in plan.Steps)
            terminal.Output.WriteLine($"step {step.Name,-9} {Happened(step)}");
        terminal.Output.WriteLine($"\n{plan.Sql}\n\n{server}");
    }

    private static string Happened(SearchStep step) => step switch
    {
        { Started: false } => "not needed",
        { LookedAt: { } lookedAt } =>
            $"{Format.Count(step.Passed)} rows of the {Format.Count(lookedAt)} nearest, {Format.Number(step.Milliseconds, "0.0")} ms",
        _ => $"{Format.Count(step.Passed)} rows, {Format.Number(step.Milliseconds, "0.0")} ms",
    };

    private sealed class Run(
        Terminal terminal, VectorCollection collection, string text, int k, SqlFilter? filter, bool explain, bool json)
    {
        public async Task SearchAsync(SearchOptions options, CancellationToken cancellationToken)
        {
            if (explain)
            {
                var (plan, server) = await collection.ExplainRowsAsync(text, k, filter, options, cancellationToken);
                Explain(terminal, plan, server, json);
                return;
            }

            var hits = await collection.SearchRowsAsync(text, k, filter, options, cancellationToken)
                .Select(hit => (new[] { hit.Distance }, hit.Row))
                .ToListAsync(cancellationToken);
            Write(["distance"], hits);
        }

        public async Task HybridAsync(HybridOptions options, CancellationToken cancellationToken)
        {
            if (explain)
            {
                var (plan, server) = await collection.ExplainHybridRowsAsync(text, k, filter, options, cancellationToken);
                ExplainHybrid(plan, server);
                return;
            }

            var hits = await collection.HybridSearchRowsAsync(text, k, filter, options, cancellationToken)
                .Select(hit => (new[] { hit.Score, hit.Distance, hit.TextScore }, hit.Row))
                .ToListAsync(cancellationToken);
            Write(["score", "distance", "text_score"], hits);
        }

        private void Write(
            IReadOnlyList<string> figures,
            List<(double[] Figures, IReadOnlyDictionary<string, object?> Row)> hits)
        {
            if (json)
            {
                SearchPrinter.WriteJson(terminal, figures, hits);
                return;
            }

            SearchPrinter.WriteTable(terminal, collection.Info, figures, hits);
            if (hits.Count == 0)
                terminal.Say("No row passes.");
        }

        private void ExplainHybrid(HybridPlan plan, string server)
        {
            if (json)
            {
                terminal.WriteJson(new { plan, server_plan = server });
                return;
            }

            // The first two terms say which words select texts; the rest are the words, the rarest first.
            terminal.WriteFacts(
                ("plan", plan.Kind.ToString()),
                ("reason", plan.Reason),
                ("selecting", plan.Terms.Count == 0 ? "no word" : plan.Terms[0]));
            foreach (var (term, weight) in plan.Terms.Skip(2).Zip(plan.Weights))
                terminal.Output.WriteLine($"word {term} weighs {Format.Number(weight, "0.000")}");
            terminal.Output.WriteLine($"\n{plan.Sql}\n\n{server}");
        }
    }
}
