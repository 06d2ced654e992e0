using Npgsql;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Searches by meaning and words together, judged: the text leg against a BM25 of the bench's own, fusion against the
/// better leg on queries that its weight was not fitted on, and LIMIT-small.
/// </summary>
internal sealed class HybridBench
{
    private const int Depth = 100;

    private static readonly QualityMeasure Ndcg = QualityMeasure.Ndcg(10);
    private static readonly QualityMeasure RecallAt2 = QualityMeasure.Recall(2);
    private static readonly QualityMeasure RecallAt10 = QualityMeasure.Recall(10);
    private static readonly QualityMeasure RecallAt100 = QualityMeasure.Recall(100);

    private readonly OnnxTextEmbedder _embedder;
    private readonly JudgedCollections _database;
    private readonly List<IReadOnlyDictionary<string, object>> _results = [];
    private readonly List<BenchTarget> _targets = [];

    private HybridBench(OnnxTextEmbedder embedder, JudgedCollections database)
    {
        _embedder = embedder;
        _database = database;
    }

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        await using var database = await JudgedCollections.OpenAsync(embedder, cancellationToken);
        var bench = new HybridBench(embedder, database);
        var retrieval = await JudgedTexts.RetrievalAsync(quick ? 1_000 : int.MaxValue, cancellationToken);
        await bench.RetrievalAsync(retrieval, quick ? "retrieval_1000" : "retrieval", cancellationToken);
        if (await JudgedTexts.LimitAsync(quick ? 200 : int.MaxValue, cancellationToken) is { } limit)
            await bench.LimitAsync(limit, cancellationToken);
        var status = await new SchemaMigrator(database.DataSource).GetStatusAsync(cancellationToken);
        return new BenchReport(
            "hybrid",
            quick,
            Machine.Commit(),
            Machine.This(status.ServerVersion, status.PgvectorVersion),
            new BenchData(
                $"{retrieval.Name}, model {embedder.Space.Name}", retrieval.Documents.Count, embedder.Space.Dimensions),
            await ServerSettings.ReadAsync(database.DataSource, cancellationToken),
            bench._results,
            bench._targets);
    }

    private async Task RetrievalAsync(JudgedTexts texts, string name, CancellationToken cancellationToken)
    {
        var (collection, fit) = await PrepareAsync(texts, name, cancellationToken);
        var vectors = await SearchAsync(texts, collection, "vectors", null, cancellationToken);
        var words = await SearchAsync(
            texts, collection, "words", new HybridOptions { TextWeight = 1 }, cancellationToken);
        var fused = await SearchAsync(
            texts, collection, $"weighted {fit.TextWeight:0.00} (fitted)", new HybridOptions { TextWeight = fit.TextWeight },
            cancellationToken);
        await SearchAsync(texts, collection, "weighted, not fitted", new HybridOptions(), cancellationToken);
        await SearchAsync(
            texts, collection, "reciprocal ranks", new HybridOptions { Fusion = HybridFusion.ReciprocalRank }, cancellationToken);
        double[] references =
        [
            Judge(texts, Reference(texts, "BM25, words as they are", Bm25.Words), null).Mean(RecallAt100),
            Judge(texts, await LexemeReferenceAsync(texts, cancellationToken), null).Mean(RecallAt100),
        ];
        _targets.Add(new BenchTarget(
            $"{texts.Name}: words' recall@100 to that of the better reference BM25",
            Math.Round(words.Mean(RecallAt100) / references.Max(), 4), "share", 0.9));

        var unseen = texts.Half(other: true).Select(query => query.Id).ToHashSet(StringComparer.Ordinal);
        var better = vectors.Mean(Ndcg) >= words.Mean(Ndcg) ? vectors : words;
        var compared = PairedTest.Compare(Values(better, unseen), Values(fused, unseen));
        var overall = PairedTest.Compare(better.Values(Ndcg), fused.Values(Ndcg));
        _targets.Add(new BenchTarget(
            $"{texts.Name}: fitted on half, nDCG@10 over the better leg ({better.Run}) on the other half",
            Math.Round(compared.Difference, 4), "nDCG@10", 0));
        _targets.Add(BenchTarget.AtMost(
            $"{texts.Name}: its p-value", Math.Round(compared.PValue, 4), "probability", 0.05));
        _targets.Add(new BenchTarget(
            $"{texts.Name}: lower end of its interval over all queries",
            Math.Round(overall.Interval?.Low ?? 0, 4), "nDCG@10", 0));
    }

    private async Task LimitAsync(JudgedTexts texts, CancellationToken cancellationToken)
    {
        var (collection, fit) = await PrepareAsync(texts, "limit_small", cancellationToken);
        var unseen = texts with { Queries = texts.Half(other: true) };
        await SearchAsync(unseen, collection, "vectors", null, cancellationToken);
        await SearchAsync(unseen, collection, "words", new HybridOptions { TextWeight = 1 }, cancellationToken);
        var plain = await SearchAsync(unseen, collection, "weighted, not fitted", new HybridOptions(), cancellationToken);
        await SearchAsync(
            unseen, collection, "reciprocal ranks", new HybridOptions { Fusion = HybridFusion.ReciprocalRank }, cancellationToken);
        var fused = await SearchAsync(
            unseen, collection, $"weighted {fit.TextWeight:0.00} (fitted)",
            new HybridOptions { TextWeight = fit.TextWeight }, cancellationToken);
        _targets.Add(new BenchTarget(
            $"{texts.Name}: hybrid recall@2, not fitted", Math.Round(plain.Mean(RecallAt2), 4), "share", 0.95));
        _targets.Add(new BenchTarget(
            $"{texts.Name}: hybrid recall@2, fitted on the other half", Math.Round(fused.Mean(RecallAt2), 4), "share", 0.95));
    }

    private async Task<(VectorCollection<CorpusDocument> Collection, FusionFit Fit)> PrepareAsync(
        JudgedTexts texts, string name, CancellationToken cancellationToken)
    {
        var collection = await _database.PrepareAsync(name, texts, cancellationToken);
        await new TextIndexManager(_database.DataSource).BuildAsync(name, cancellationToken: cancellationToken);
        await Console.Error.WriteLineAsync("bench: fitting…");
        return (collection, await new FusionFitter(_database.DataSource, _embedder, collection.Info).FitAsync(
            texts.Half(other: false).ToAsyncEnumerable(), texts.Judgments, cancellationToken: cancellationToken));
    }

    private async Task<RunQuality> SearchAsync(
        JudgedTexts texts,
        VectorCollection<CorpusDocument> collection,
        string setting,
        HybridOptions? hybrid,
        CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"bench: {texts.Name}, {setting}…");
        var evaluated = await new CollectionEvaluator(_database.DataSource, _embedder, collection.Info).RunAsync(
            texts.Queries.ToAsyncEnumerable(),
            new EvaluationOptions { Name = setting, Depth = Depth, Hybrid = hybrid },
            cancellationToken: cancellationToken);
        var run = hybrid is { TextWeight: 1 } ? WithWords(texts, evaluated.Run) : evaluated.Run;
        return Judge(texts, run, evaluated.Milliseconds);
    }

    // A search by words alone is filled up with the nearest rows that have none of the words: they are not the text leg's.
    private static SearchRun WithWords(JudgedTexts texts, SearchRun all)
    {
        var run = new SearchRun(all.Name);
        foreach (var query in texts.Queries)
        {
            run.AddQuery(query.Id);
            foreach (var document in all.Ranking(query.Id).Where(document => document.Score > 0))
                run.Add(query.Id, document);
        }

        return run;
    }

    private RunQuality Judge(JudgedTexts texts, SearchRun run, IReadOnlyList<double>? milliseconds)
    {
        var quality = RunQuality.Of(
            run, texts.Judgments, [Ndcg, RecallAt2, RecallAt10, RecallAt100], skipNotRun: true);
        var row = new Dictionary<string, object>
        {
            ["data"] = texts.Name,
            ["setting"] = run.Name,
            ["queries"] = quality.Queries.Count,
            ["ndcg_at_10"] = Math.Round(quality.Mean(Ndcg), 4),
            ["recall_at_2"] = Math.Round(quality.Mean(RecallAt2), 4),
            ["recall_at_10"] = Math.Round(quality.Mean(RecallAt10), 4),
            ["recall_at_100"] = Math.Round(quality.Mean(RecallAt100), 4),
        };
        row["p50_ms"] = milliseconds is null ? "" : Math.Round(Statistics.Median([.. milliseconds]), 2);
        row["p95_ms"] = milliseconds is null ? "" : Math.Round(Statistics.Quantile([.. milliseconds], 0.95), 2);
        _results.Add(row);
        return quality;
    }

    private static double[] Values(RunQuality quality, HashSet<string> of) =>
        [.. quality.Values(Ndcg).Where((_, i) => of.Contains(quality.Queries[i]))];

    private static SearchRun Reference(JudgedTexts texts, string name, Func<string, IEnumerable<string>> terms)
    {
        var index = new Bm25();
        foreach (var document in texts.Documents)
            index.Add(document.Id, terms($"{document.Title}\n{document.Text}"));
        var run = new SearchRun(name);
        foreach (var query in texts.Queries)
        {
            run.AddQuery(query.Id);
            foreach (var document in index.Rank(terms(query.Text), Depth))
                run.Add(query.Id, document);
        }

        return run;
    }

    // The server takes the texts apart, so that the reference has the same lexemes as the text leg: all of each text's.
    private async Task<SearchRun> LexemeReferenceAsync(JudgedTexts texts, CancellationToken cancellationToken)
    {
        string[] all =
        [
            .. texts.Documents.Select(d => $"{d.Title}\n{d.Text}").Concat(texts.Queries.Select(q => q.Text)).Distinct(),
        ];
        await using var command = _database.DataSource.CreateCommand(
            """
            SELECT t.place, l.lexeme, cardinality(l.positions)
            FROM unnest($1) WITH ORDINALITY AS t (text, place) CROSS JOIN unnest(to_tsvector('english', t.text)) AS l
            """);
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter { Value = all });
        var lexemes = new List<string>[all.Length];
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                (lexemes[reader.GetInt64(0) - 1] ??= []).AddRange(Enumerable.Repeat(reader.GetString(1), reader.GetInt32(2)));
        }

        var places = all.Select((text, i) => (text, i)).ToDictionary(pair => pair.text, pair => pair.i, StringComparer.Ordinal);
        return Reference(texts, "BM25, lexemes", text => lexemes[places[text]] ?? []);
    }
}
