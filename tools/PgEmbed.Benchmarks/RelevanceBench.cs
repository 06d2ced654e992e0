using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Postgres.Relevance;
using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Cutting off what is not relevant, against the best single threshold on the distance. Of the retrieval pairs every fourth
/// passage is left out of the collection, so that a quarter of the queries have no answer; relevance is fitted on half of
/// the queries and judged on the other.
/// </summary>
internal static class RelevanceBench
{
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
        var judged = RelevanceModel.Fit([.. fitting.Pairs.SelectMany(pairs => pairs)], fitting.Pairs.Count);
        var own = await fitter.FitOnDistancesAsync(cancellationToken: cancellationToken);

        var similarity = Score.Similarity;
        var byJudgments = new Score("relevance, fitted on judgments", pair => judged.Of(pair.Distance, pair.Neighborhood));
        var byDistances = new Score("relevance, fitted on own distances", pair => own.Of(pair.Distance, pair.Neighborhood));
        var results = new List<IReadOnlyDictionary<string, object>>();
        var hindsight = RelevanceCut.Best(unseen.Pairs, unseen.Relevant, similarity.Of);
        Add("one similarity, best with hindsight", hindsight);
        Add("one similarity, best on the other half", similarity, Best(similarity).Threshold);
        var best = Add($"{byJudgments.Name}, best on the other half", byJudgments, Best(byJudgments).Threshold);
        Add($"{byJudgments.Name}, from 0.5", byJudgments, 0.5);
        var without = Add($"{byDistances.Name}, from 0.5", byDistances, 0.5);
        Add($"{byDistances.Name}, best with hindsight", RelevanceCut.Best(unseen.Pairs, unseen.Relevant, byDistances.Of));
        var error = CalibrationError(unseen.Pairs, byJudgments.Of);

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
                    Math.Round(error, 4), "share", 0.05),
            ]);

        RelevanceCut Best(Score score) => RelevanceCut.Best(fitting.Pairs, fitting.Relevant, score.Of);

        RelevanceCut Add(string name, object what, double threshold = 0)
        {
            var cut = what as RelevanceCut
                ?? RelevanceCut.At(unseen.Pairs, unseen.Relevant, ((Score)what).Of, threshold);
            results.Add(new Dictionary<string, object>
            {
                ["cut"] = name,
                ["queries"] = unseen.Pairs.Count,
                ["threshold"] = Math.Round(cut.Threshold, 4),
                ["precision"] = Math.Round(cut.Precision, 4),
                ["recall"] = Math.Round(cut.Recall, 4),
                ["f1"] = Math.Round(cut.F1, 4),
            });
            return cut;
        }
    }

    private static async Task<(List<IReadOnlyList<JudgedPair>> Pairs, int Relevant)> FoundAsync(
        RelevanceFitter fitter, JudgedTexts texts, bool other, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"bench: searching with {(other ? "the other" : "one")} half…");
        var queries = texts.Half(other);
        var there = texts.Documents.Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
        return (
            await fitter.PairsAsync(queries.ToAsyncEnumerable(), texts.Judgments, cancellationToken: cancellationToken)
                .ToListAsync(cancellationToken),
            queries.Sum(query => texts.Judgments.Relevant(query.Id).Count(there.Contains)));
    }

    // How far, on average over the rows, the relevance of rows that are about as relevant is from the share that is.
    private static double CalibrationError(
        List<IReadOnlyList<JudgedPair>> found, Func<JudgedPair, double> relevance)
    {
        var pairs = found.SelectMany(of => of).Select(pair => (Relevance: relevance(pair), pair.Relevant)).ToList();
        return pairs.GroupBy(pair => Math.Min(Bins - 1, (int)(pair.Relevance * Bins)))
            .Sum(bin => Math.Abs(bin.Sum(pair => pair.Relevance - (pair.Relevant ? 1 : 0)))) / pairs.Count;
    }

    private sealed record Score(string Name, Func<JudgedPair, double> Of)
    {
        public static Score Similarity { get; } = new("similarity", pair => 1 - pair.Distance);
    }
}
