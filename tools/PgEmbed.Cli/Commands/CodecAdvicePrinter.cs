using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Codecs;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary>Prints what codecs take and keep, and which one to take.</summary>
internal static class CodecAdvicePrinter
{
    public static void Write(Terminal terminal, CodecAdvice advice, bool json)
    {
        if (json)
        {
            terminal.WriteJson(new
            {
                advice.Collection,
                advice.Dimensions,
                metric = advice.Metric.ToName(),
                advice.Present,
                advice.Rows,
                advice.SampleRows,
                queries = advice.QuerySource,
                advice.FullNdcg,
                // JSON has no NaN.
                intrinsic_dimension = Known(advice.IntrinsicDimension),
                isotropy = Known(advice.Isotropy.Share),
                effective_dimensions = Known(advice.Isotropy.EffectiveDimensions),
                mean_cosine = Known(advice.Isotropy.MeanCosine),
                codecs = advice.Measures,
                advice.Skipped,
                advice.Constraint,
                advice.Recommendation,
                advice.Notes,
            });
            return;
        }

        terminal.OutputConsole.Write(Table(advice));
        terminal.Output.WriteLine(CodecReport.Signs(advice));
        foreach (var skipped in advice.Skipped)
            terminal.Output.WriteLine($"Left out: {skipped.Codec}. {skipped.Reason}");
        foreach (var note in advice.Notes)
            terminal.Output.WriteLine(note);
        terminal.Output.WriteLine(CodecReport.Recommended(advice));
    }

    private static Table Table(CodecAdvice advice)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("", "codec", "bytes", "heap", "TOAST", "keys", "HNSW")
            .AddColumns([.. advice.Measures[0].Qualities.Select(q => $"of {q.Candidates}")])
            .AddColumns("lost, % (at 95 %)", "coded/s", "µs");
        foreach (var column in table.Columns)
            column.NoWrap().PadLeft(0);
        foreach (var measure in advice.Measures)
        {
            var (bytes, best) = (measure.Bytes, measure.Best);
            var mark = measure.Codec == advice.Recommendation?.Codec ? ">" : measure.OnFrontier ? "*" : "";
            table.AddRow(
            [
                mark,
                Markup.Escape(measure.Codec),
                .. ((double[])[bytes.Total, bytes.Heap, bytes.Toast, bytes.Keys, bytes.Hnsw])
                    .Select(value => Format.Number(value, "0")),
                .. measure.Qualities.Select(quality => Format.Number(quality.Recall, "0.000")),
                $"{Format.Number(best.LossPercent, "0.00")} ({Format.Number(best.LossInterval.Low, "0.00")} – "
                + $"{Format.Number(best.LossInterval.High, "0.00")})",
                $"{Format.Count((long)(measure.EncodedPerSecond / 1000))}k",
                measure.ScoreMicroseconds is { } time ? Format.Number(time, "0.0") : "",
            ]);
        }

        return table.Caption(
            $"bytes a vector; recall@10 of so many candidates; {(advice.FullNdcg is null ? "recall@10" : "nDCG@10")} lost; µs to "
            + "rank 100\n> recommended, * on the frontier: none loses less in as few bytes");
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
