using System.Globalization;
using System.Net;
using System.Text;

namespace PgEmbed.Postgres.Codecs;

/// <summary>
/// Writes advice on codecs as one HTML page without anything else to load: the table, and the performance–storage plot after
/// Optimization of Embeddings Storage for RAG Systems (2505.00105), what is lost over bytes a vector with the frontier.
/// </summary>
public static class CodecReport
{
    private const int Width = 760;
    private const int Height = 420;
    private const int Left = 70;
    private const int Bottom = 50;
    private const int Margin = 20;

    private const string Style =
        """
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%; } th, td { padding: .25rem .5rem; text-align: right; }
        th { border-bottom: 1px solid; vertical-align: bottom; } td:nth-child(2), th:nth-child(2) { text-align: left; }
        tr.chosen { font-weight: bold; } .scroll { overflow-x: auto; }
        svg { width: 100%; height: auto; } svg text { fill: currentColor; font-size: 13px; }
        .axis { stroke: currentColor; opacity: .4; } .frontier { fill: none; stroke: #1b7f5c; stroke-width: 2; }
        .point { fill: #7a7f87; } .on { fill: #1b7f5c; } .chosen { fill: #c2410c; } svg .number { fill: #fff; font-size: 11px; }
        """;

    /// <summary>The page.</summary>
    /// <param name="advice">The advice.</param>
    public static string Html(CodecAdvice advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        var page = new StringBuilder();
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width"/>
            <title>Codecs for {Text(advice.Collection)}</title>
            <style>
            {Style}
            </style></head><body>
            <h1>Codecs for {Text(advice.Collection)}</h1>
            <p>{Text(Recommended(advice))}</p>
            {Plot(advice)}
            <div class="scroll">{Table(advice)}</div>
            <p>{Text(Signs(advice))}</p>
            """);
        foreach (var note in advice.Notes.Concat(advice.Skipped.Select(skipped => $"Left out: {skipped.Codec}. {skipped.Reason}")))
            page.AppendLine(CultureInfo.InvariantCulture, $"<p>{Text(note)}</p>");
        return page.AppendLine("</body></html>").ToString();
    }

    /// <summary>The recommendation in a sentence.</summary>
    public static string Recommended(CodecAdvice advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        return advice.Recommendation is { } found
            ? $"Recommended: {found.Codec}. {found.Reason}"
            : $"None of these codecs keeps what was asked: {advice.Constraint}.";
    }

    /// <summary>What was measured on, and the early signs of what will hold, in words.</summary>
    public static string Signs(CodecAdvice advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        return Invariant(
            $"{advice.SampleRows:N0} of {advice.Rows:N0} vectors, {advice.QuerySource}. Of {advice.Dimensions} dimensions, ")
            + Invariant($"{advice.IntrinsicDimension:0.0} are told apart around a vector (intrinsic dimensionality) and ")
            + Invariant($"{advice.Isotropy.EffectiveDimensions:0.0} carry the variance, {100 * advice.Isotropy.Share:0} % ")
            + Invariant($"(isotropy); two vectors have a mean cosine of {advice.Isotropy.MeanCosine:0.00}.");
    }

    private static string Table(CodecAdvice advice)
    {
        var table = new StringBuilder("<table><thead><tr><th></th><th>codec</th><th>bytes a vector</th><th>heap</th>");
        table.Append("<th>TOAST</th><th>keys</th><th>HNSW</th>");
        foreach (var quality in advice.Measures[0].Qualities)
            table.Append(Invariant($"<th>recall@10 of {quality.Candidates}</th>"));
        table.Append(advice.FullNdcg is null ? "<th>lost</th>" : "<th>nDCG@10</th><th>nDCG@10 lost</th>");
        table.Append("<th>at 95 %</th><th>encoded/s</th><th>µs for 100</th></tr></thead><tbody>");
        foreach (var (index, measure) in advice.Measures.Index())
        {
            table.Append(measure.Codec == advice.Recommendation?.Codec ? "<tr class=\"chosen\">" : "<tr>");
            var bytes = measure.Bytes;
            table.Append(Invariant($"<td>{index + 1}</td><td>{Text(measure.Codec)}</td><td>{bytes.Total:0}</td>"));
            table.Append(Invariant(
                $"<td>{bytes.Heap:0}</td><td>{bytes.Toast:0}</td><td>{bytes.Keys:0}</td><td>{bytes.Hnsw:0}</td>"));
            foreach (var quality in measure.Qualities)
                table.Append(Invariant($"<td>{quality.Recall:0.000}</td>"));
            if (measure.Best.Ndcg is { } ndcg)
                table.Append(Invariant($"<td>{ndcg:0.0000}</td>"));
            var interval = measure.Best.LossInterval;
            table.Append(Invariant($"<td>{measure.Best.LossPercent:0.00} %</td><td>{interval.Low:0.00} – {interval.High:0.00}</td>"));
            table.Append(Invariant($"<td>{measure.EncodedPerSecond:N0}</td><td>{measure.ScoreMicroseconds:0.0}</td></tr>"));
        }

        return table.Append("</tbody></table>").ToString();
    }

    // Bytes on a logarithmic scale, since codecs differ by factors; what is lost downwards.
    private static string Plot(CodecAdvice advice)
    {
        var measures = advice.Measures;
        var (least, most) = (measures.Min(m => m.Bytes.Total) * 0.9, measures.Max(m => m.Bytes.Total) * 1.1);
        var (low, high) = (Math.Min(0, measures.Min(m => m.Best.LossPercent)), Math.Max(0.1, measures.Max(m => m.Best.LossPercent)));
        var plot = new StringBuilder(Invariant(
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Loss over bytes a vector\">"));
        foreach (var bytes in Ticks(least, most))
            plot.Append(Invariant(
                $"<line class=\"axis\" x1=\"{X(bytes):0.0}\" x2=\"{X(bytes):0.0}\" y1=\"{Margin}\" y2=\"{Height - Bottom}\"/>"))
                .Append(Invariant(
                    $"<text x=\"{X(bytes):0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{bytes:0}</text>"));
        for (var step = 0; step <= 4; step++)
        {
            var loss = low + ((high - low) * step / 4);
            plot.Append(Invariant(
                $"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Margin}\" y1=\"{Y(loss):0.0}\" y2=\"{Y(loss):0.0}\"/>"))
                .Append(Invariant($"<text x=\"{Left - 8}\" y=\"{Y(loss) + 4:0.0}\" text-anchor=\"end\">{loss:0.00} %</text>"));
        }

        plot.Append(Invariant(
            $"<text x=\"{Width / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">bytes a vector, in table and indexes</text>"))
            .Append(Invariant($"<text x=\"{Left}\" y=\"14\">{(advice.FullNdcg is null ? "recall@10" : "nDCG@10")} lost</text>"))
            .Append("<polyline class=\"frontier\" points=\"")
            .AppendJoin(' ', measures.Where(m => m.OnFrontier).Select(m =>
                Invariant($"{X(m.Bytes.Total):0.0},{Y(m.Best.LossPercent):0.0}")))
            .Append("\"/>");
        foreach (var (index, measure) in measures.Index())
        {
            var (x, y) = (X(measure.Bytes.Total), Y(measure.Best.LossPercent));
            var kind = measure.Codec == advice.Recommendation?.Codec ? "chosen" : measure.OnFrontier ? "on" : "point";
            plot.Append(Invariant($"<g><title>{Text(measure.Codec)}</title><circle class=\"{kind}\" cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"9\"/>"))
                .Append(Invariant(
                    $"<text class=\"number\" x=\"{x:0.0}\" y=\"{y + 4:0.0}\" text-anchor=\"middle\">{index + 1}</text></g>"));
        }

        return plot.Append("</svg>").ToString();

        double X(double bytes) => Left + ((Width - Left - Margin) * Math.Log(bytes / least) / Math.Log(most / least));

        double Y(double loss) => Margin + 10 + ((Height - Margin - Bottom - 20) * (loss - low) / (high - low));
    }

    // 1, 2 and 5 of each power of ten that are within.
    private static IEnumerable<double> Ticks(double least, double most) =>
        from power in Enumerable.Range(0, 6)
        from first in (int[])[1, 2, 5]
        let tick = first * Math.Pow(10, power)
        where tick >= least && tick <= most
        select tick;

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
