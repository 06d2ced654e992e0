using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Cutting off what is not relevant, against the best single threshold on the distance. Of the retrieval pairs every fourth
/// passage is left out of the collection, so that a quarter of the queries have no answer; relevance is fitted on half of
/// the queries and judged on the other.
/// </summary>
internal static class RelevanceBench
{
    private const int K = 10;
    private const int Bins = 10;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        await using var database = await JudgedCollections.OpenAsync(embedder, cancellationToken);
        var all = await JudgedTexts.RetrievalAsync(quick ? 1_000 : int.MaxValue, cancellationToken);
        var texts = all with { Documents = [.. all.Documents.Where((_, i) => i % 4 != 3)] };
        var collection = await database.PrepareAsync(
            quick ? "retrieval_gaps_1000" : "retrieval_gaps", texts, cancellationToken);
        var fitter = new RelevanceFitter(database.DataSource, embedder, collection.Info);
        var fitting = await FoundAsync(fitter, texts, other: false, cancellationToken);
        var unseen = await FoundAsync(fitter, texts, other: true, cancellationToken);
        var own = await fitter.FitOnDistancesAsync(cancellationToken: cancellationToken);
        var judged = RelevanceModel.Fit([.. fitting.SelectMany(query => query.Pairs)], fitting.Count);
        await fitter.SaveAsync(judged, cancellationToken);

        var results = new List<IReadOnlyDictionary<string, object>>();
        var hindsight = Add("one similarity, best with hindsight", RelevanceCut.Best(unseen, Similarity));
        Add("one similarity, best on the other half", At(Similarity, RelevanceCut.Best(fitting, Similarity).Threshold));
        var without = Add("relevance without judgments, from 0.5", At(ByDistances, 0.5));
        Add("relevance by judgments, from 0.5", At(ByJudgments, 0.5));
        var threshold = RelevanceCut.Best(fitting, ByJudgments).Threshold;
        var best = Add(
            "relevance by judgments, best on the other half: searches with MinRelevance",
            await SearchAsync(collection, texts, unseen, threshold, cancellationToken));
        foreach (var source in unseen.GroupBy(query => query.Source).OrderBy(source => source.Key, StringComparer.Ordinal))
        {
            Add($"{source.Key}: one similarity, best with hindsight", RelevanceCut.At(
                [.. source], Similarity, hindsight.Threshold));
            Add($"{source.Key}: relevance by judgments", RelevanceCut.At([.. source], ByJudgments, threshold));
        }

        var status = await new SchemaMigrator(database.DataSource).GetStatusAsync(cancellationToken);
        return new BenchReport(
            "relevance",
            quick,
            Machine.Commit(),
            Machine.This(status.ServerVersion, status.PgvectorVersion),
            new BenchData(
                $"{texts.Name}, three of four passages, model {embedder.Space.Name}", texts.Documents.Count,
                embedder.Space.Dimensions),
            await ServerSettings.ReadAsync(database.DataSource, cancellationToken),
            results,
            [
                new BenchTarget(
                    "F1 of the cut, fitted on judgments, over the best single similarity with hindsight",
                    Math.Round(best.F1 - hindsight.F1, 4), "F1", 0),
                new BenchTarget(
                    "F1 of the cut, fitted without judgments, over the best single similarity with hindsight",
                    Math.Round(without.F1 - hindsight.F1, 4), "F1", 0),
                BenchTarget.AtMost(
                    "relevance fitted on judgments: mean distance from the share that is relevant",
                    Math.Round(CalibrationError(unseen, ByJudgments), 4), "share", 0.05),
            ]);

        double ByJudgments(JudgedPair pair) => judged.Of(pair.Distance, pair.Neighborhood);

        double ByDistances(JudgedPair pair) => own.Of(pair.Distance, pair.Neighborhood);

        RelevanceCut At(Func<JudgedPair, double> score, double from) => RelevanceCut.At(unseen, score, from);

        RelevanceCut Add(string name, RelevanceCut cut)
        {
            results.Add(new Dictionary<string, object>
            {
                ["cut"] = name,
                ["threshold"] = Math.Round(cut.Threshold, 4),
                ["rows_left"] = cut.Left,
                ["precision"] = Math.Round(cut.Precision, 4),
                ["recall"] = Math.Round(cut.Recall, 4),
                ["f1"] = Math.Round(cut.F1, 4),
            });
            return cut;
        }
    }

    private static double Similarity(JudgedPair pair) => 1 - pair.Distance;

    private static async Task<List<JudgedSearch>> FoundAsync(
        RelevanceFitter fitter, JudgedTexts texts, bool other, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"bench: searching with {(other ? "the other" : "one")} half…");
        var queries = texts.Half(other);
        var there = texts.Documents.Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
        var found = await fitter.PairsAsync(
            queries.ToAsyncEnumerable(), texts.Judgments, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return
        [
            .. queries.Zip(found, (query, pairs) => new JudgedSearch(
                query, query.Columns[JudgedTexts.Source], pairs, texts.Judgments.Relevant(query.Id).Count(there.Contains))),
        ];
    }

    private static async Task<RelevanceCut> SearchAsync(
        VectorCollection<CorpusDocument> collection,
        JudgedTexts texts,
        List<JudgedSearch> searches,
        double threshold,
        CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync("bench: searching with MinRelevance…");
        var options = new SearchOptions { MinRelevance = threshold };
        var (left, right) = (0, 0);
        foreach (var search in searches)
        {
            var grades = texts.Judgments.Of(search.Query.Id);
            await foreach (var hit in collection.SearchAsync(
                search.Query.Text, K, options: options, cancellationToken: cancellationToken))
            {
                left++;
                right += grades.GetValueOrDefault(hit.Row.Id) >= 1 ? 1 : 0;
            }
        }

        return RelevanceCut.Of(threshold, right, left, searches.Sum(search => search.Relevant));
    }

    // How far, on average over the rows, the relevance of rows that are about as relevant is from the share that is.
    private static double CalibrationError(List<JudgedSearch> searches, Func<JudgedPair, double> relevance)
    {
        var pairs = searches.SelectMany(search => search.Pairs)
            .Select(pair => (Relevance: relevance(pair), pair.Relevant)).ToList();
        return pairs.GroupBy(pair => Math.Min(Bins - 1, (int)(pair.Relevance * Bins)))
            .Sum(bin => Math.Abs(bin.Sum(pair => pair.Relevance - (pair.Relevant ? 1 : 0)))) / pairs.Count;
    }
}
