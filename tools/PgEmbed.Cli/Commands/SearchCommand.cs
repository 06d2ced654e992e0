using System.CommandLine;
using System.Text.Json;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search;
using Spectre.Console;

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
        var exact = new Option<bool>("--exact") { Description = "Rank all rows that pass, without the index." };
        var explain = new Option<bool>("--explain") { Description = "Print how it was run instead of the rows." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("search", "Search a collection by meaning, under an SQL filter.")
        {
            collection, text, k, filter, maxDistance, recall, efSearch, exact, explain, model, connection, json,
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
                Recall = parsed.GetValue(recall),
                MaxDistance = parsed.GetValue(maxDistance),
                Exact = parsed.GetValue(exact),
            };
            if (parsed.GetValue(explain))
            {
                var (plan, server) = await opened.ExplainRowsAsync(
                    query, parsed.GetValue(k), condition, options, cancellationToken);
                Explain(terminal, plan, server, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var hits = await opened.SearchRowsAsync(query, parsed.GetValue(k), condition, options, cancellationToken)
                .ToListAsync(cancellationToken);
            if (parsed.GetValue(json))
                WriteJson(terminal, hits);
            else
                WriteTable(terminal, opened, hits);
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

    private static void WriteJson(Terminal terminal, List<SearchHit<IReadOnlyDictionary<string, object?>>> hits) =>
        terminal.WriteJson(hits.Select(hit => new
        {
            hit.Distance,
            row = hit.Row.ToDictionary(column => column.Key, column => Plain(column.Value)),
        }));

    private static void WriteTable(
        Terminal terminal, VectorCollection collection, List<SearchHit<IReadOnlyDictionary<string, object?>>> hits)
    {
        // The key, the text, and of the rest what is short enough to be read in a row.
        var keys = collection.Info.KeyColumns.Select(c => c.Name).ToList();
        var texts = collection.Info.TextColumns.Select(c => c.Name).Except(keys).ToList();
        var rest = collection.Info.Source.Columns.Select(c => c.Name).Except(keys).Except(texts).Take(4).ToList();
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("distance").RightAligned());
        List<string> columns = [.. keys, .. rest, .. texts.Take(1)];
        foreach (var column in columns)
            table.AddColumn(Markup.Escape(column));
        foreach (var hit in hits)
        {
            string[] cells = [Format.Number(hit.Distance, "0.0000"), .. columns.Select(c => Cell(hit.Row[c]))];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }

        terminal.OutputConsole.Write(table);
        if (hits.Count == 0)
            terminal.Say("No row passes.");
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Format.Cut(text, 60),
        Array array => Format.Cut(string.Join(", ", array.Cast<object?>()), 40),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => Format.Cut(value.ToString() ?? "", 40),
    };

    // What JSON has no form for is printed as text.
    private static object? Plain(object? value) => value switch
    {
        null or string or bool or int or long or short or decimal or DateTime or DateTimeOffset or Guid => value,
        double number => double.IsFinite(number) ? number : number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        float number => float.IsFinite(number) ? number : number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        Array { Rank: 1 } array => array.Cast<object?>().Select(Plain).ToArray(),
        JsonDocument document => document.RootElement,
        _ => value.ToString(),
    };
}
