using System.Globalization;
using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Codecs;

/// <summary>
/// Chooses a codec for a collection by measuring: what each keeps of the ranking by full vectors on a sample of its own, and
/// what PostgreSQL takes for it. Changes nothing: what it makes in the database is temporary and rolled back. Safe to use
/// from many threads.
/// </summary>
public sealed class CodecAdvisor
{
    private const int FitOn = 10_000;

    private readonly NpgsqlDataSource _dataSource;
    private readonly IProgress<string>? _progress;

    /// <summary>Creates an advisor.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="progress">Told what is being done.</param>
    public CodecAdvisor(NpgsqlDataSource dataSource, IProgress<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _progress = progress;
    }

    /// <summary>The codecs that are measured where nobody says which.</summary>
    /// <param name="dimensions">The length of the vectors.</param>
    public static IReadOnlyList<string> Recipes(int dimensions)
    {
        var (half, quarter, eighth) = (Part(2), Part(4), Part(8));
        // Signs in more directions than there are dimensions find as much as float32 does.
        var bits = Math.Max(1_024, (dimensions + 767) / 768 * 1_024);
        return
        [
            "f32",
            "f16",
            Invariant($"truncate:{half} f16 / sq8"),
            Invariant($"pca:{half} f16 / sq8"),
            Invariant($"pca:{quarter} f16 / sq8"),
            Invariant($"pca:{eighth} f16 / sq8"),
            Invariant($"hadamard:{bits} bit / f16"),
            Invariant($"hadamard:{bits} bit / sq8"),
            Invariant($"hadamard:{bits} bit / fp8_e4m3"),
            Invariant($"hadamard:{bits / 2} bit / sq8"),
            Invariant($"hadamard:{bits} bit / hadamard nq4"),
            Invariant($"hadamard:{bits} bit / pca:{half} sq8"),
            "centre hadamard bit / sq8",
        ];

        int Part(int divisor) => Math.Max(1, dimensions / divisor);
    }

    /// <summary>Measures codecs on a collection and recommends one.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="options">On what, which, and under which constraint.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">
    /// The collection's store has no full vectors, or too few; the judged queries find nothing.
    /// </exception>
    public async Task<CodecAdvice> AdviseAsync(
        CollectionInfo collection, CodecAdviseOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        options ??= new CodecAdviseOptions();
        options.Validate();
        var (space, present) = (collection.Store.Space, collection.Store.Codec);
        if (present.Indexed is not null)
            throw new PgEmbedException(
                $"Expected a collection stored as f32 or f16 to measure codecs on, '{collection.Name}' is stored as {present}: "
                + "it has no full vectors.",
                "Give it codec f32 or f16 first, which embeds its texts again, or measure on another collection of such texts.");

        _progress?.Report($"Reading up to {options.SampleRows:N0} vectors of {collection.Name}…");
        var sample = await CodecSample.ReadAsync(_dataSource, collection, options, cancellationToken).ConfigureAwait(false);
        _progress?.Report($"Searching {sample.Rows.Count:N0} vectors exactly, for {sample.Source}…");
        var dimensionality = IntrinsicDimension.Mean(IntrinsicDimension.AtEach(
            Spread(sample.Rows, 500), Spread(sample.Rows, 5_000), space.Metric, cancellationToken: cancellationToken));
        var isotropy = Isotropy.Of(Spread(sample.Rows, 2_000), space.Metric, cancellationToken);
        var meter = new CodecMeter(sample, space.Metric, cancellationToken);
        if (meter.FullNdcg is 0)
            throw new PgEmbedException(
                "Expected a relevant document among the ten nearest of some judged query, found none.",
                "Check that the judgments name this collection's documents (IdColumn, --id), and the model.");

        var (measures, skipped) = await MeasureAsync(collection, options, sample, meter, cancellationToken)
            .ConfigureAwait(false);
        measures = CodecChoice.WithFrontier(measures);
        var judged = options.Judged is not null;
        return new CodecAdvice
        {
            Collection = collection.Name,
            Dimensions = space.Dimensions,
            Metric = space.Metric,
            Present = present.Name,
            Rows = sample.Total,
            SampleRows = sample.Rows.Count,
            QuerySource = sample.Source,
            FullNdcg = meter.FullNdcg,
            IntrinsicDimension = dimensionality,
            Isotropy = isotropy,
            Measures = measures,
            Skipped = skipped,
            Constraint = CodecChoice.Describe(options, judged),
            Recommendation = CodecChoice.Choose(measures, options, sample.Total, judged, present.Name),
            Notes = [.. Notes(sample)],
        };
    }

    private async Task<(IReadOnlyList<CodecMeasure> Measures, IReadOnlyList<SkippedCodec> Skipped)> MeasureAsync(
        CollectionInfo collection,
        CodecAdviseOptions options,
        CodecSample sample,
        CodecMeter meter,
        CancellationToken cancellationToken)
    {
        var space = collection.Store.Space;
        var fitOn = Spread(sample.Rows, FitOn);
        var kept = new List<(string Recipe, IndexedForm Indexed, VectorCodec? Rescoring, IReadOnlyList<CodecQuality> Qualities)>();
        var skipped = new List<SkippedCodec>();
        foreach (var recipe in (options.Recipes ?? Recipes(space.Dimensions)).Distinct(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What float16 has rounded, float32 does not bring back.
            if (recipe == Codec.F32.Name && collection.Store.Codec == Codec.F16)
            {
                skipped.Add(new SkippedCodec(recipe, "The store has float16 already: float32 keeps no more of it."));
                continue;
            }

            _progress?.Report($"{recipe}: fitting, encoding and searching…");
            try
            {
                var (indexed, rescoring) = Fit(recipe, fitOn, space.Metric);
                HnswLimits.MustFit(IndexedTypeExtensions.Of(indexed), indexed.Dimensions, $"codec {recipe}");
                kept.Add((recipe, indexed, rescoring, meter.Qualities(indexed, rescoring, cancellationToken)));
            }
            catch (PgEmbedException e)
            {
                skipped.Add(new SkippedCodec(recipe, e.Message));
            }
        }

        if (kept.Count == 0)
            throw new PgEmbedException(
                $"Expected a codec that fits collection '{collection.Name}', found none: {skipped[0].Codec}: {skipped[0].Reason}");
        var measures = new List<CodecMeasure>();
        var sizer = await CodecSizer.BeginAsync(
            _dataSource, collection, sample.Rows, sample.Total, options.Seed, cancellationToken).ConfigureAwait(false);
        await using (sizer.ConfigureAwait(false))
        {
            foreach (var (recipe, indexed, rescoring, qualities) in kept)
            {
                _progress?.Report($"{recipe}: what PostgreSQL takes…");
                measures.Add(new CodecMeasure(
                    recipe,
                    await sizer.MeasureAsync(indexed, rescoring, cancellationToken).ConfigureAwait(false),
                    qualities,
                    meter.EncodedPerSecond(indexed, rescoring),
                    rescoring is null ? null : meter.ScoreMicroseconds(rescoring)));
            }
        }

        return (measures, skipped);
    }

    private static (IndexedForm Indexed, VectorCodec? Rescoring) Fit(string recipe, VectorBlock sample, DistanceMetric metric)
    {
        var codec = StoreRecipe.Parse(recipe).Fit(sample, metric);
        // A codec without tiers is what its column holds.
        return codec.Indexed is { } indexed
            ? (indexed, codec.Rescoring)
            : (new IndexedForm(CodecRecipe.Parse(codec.Name).Fit(sample, metric)), null);
    }

    private static IEnumerable<string> Notes(CodecSample sample)
    {
        if (sample.Rows.Count < sample.Total / 2)
            yield return Invariant(
                $"Measured among {sample.Rows.Count:N0} of {sample.Total:N0} vectors: among all, the same recall takes more candidates.");
        if (sample.Rows.Count < 20 * CodecMeter.Most)
            yield return Invariant(
                $"{CodecMeter.Most} candidates are a large share of {sample.Rows.Count:N0} vectors: among more, less is found.");
    }

    // Every n-th, so that fewer are as mixed as all.
    private static VectorBlock Spread(VectorBlock vectors, int most)
    {
        if (vectors.Count <= most)
            return vectors;
        var spread = new VectorBlock(most, vectors.Dimensions);
        for (var i = 0; i < most; i++)
            vectors[(int)((long)i * vectors.Count / most)].Span.CopyTo(spread.Row(i));
        return spread;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
