using System.Collections.Concurrent;
using PgEmbed.Codecs;

namespace PgEmbed.Core.Tests.Codecs;

public sealed class VectorCodecTests
{
    private static readonly VectorBlock Sample = CodecSamples.Make(600, 40);

    public static TheoryData<string> Recipes =>
    [
        "f32", "f16", "fp8_e4m3", "fp8_e4m3:vector", "fp8_e4m3:dimension", "fp8_e5m2", "fp8_e5m2:vector",
        "fp8_e5m2:dimension", "sq8", "sq8:global", "sq8:fixed", "sq4", "sq4:global", "sq4:fixed", "hadamard nq4",
        "centre hadamard bit", "hadamard:90 bit", "hadamard mbit2", "hadamard mbit3", "hadamard mbit4", "centre hadamard rabitq", "pq:10",
        "opq:7", "truncate:17 sq8", "quarter f16", "pca:13 fp8_e4m3", "pca-centred:13 sq8", "whiten:13 sq8",
        "truncate:20 normalize sq8", "rotate-dense sq4", "gaussian:20 f32", "sparse-projection:20 f32", "centre pca:39 hadamard sq4",
    ];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_distance_is_that_to_the_decoded_vector(string recipe)
    {
        foreach (var metric in Metrics(recipe))
        {
            var codec = Fit(recipe, metric);
            var decoded = new float[40];
            for (var i = 0; i < 20; i++)
            {
                var code = Encode(codec, Sample[i].Span);
                codec.Decode(code, decoded);
                for (var q = 100; q < 105; q++)
                {
                    var distance = codec.Prepare(Sample[q].Span).Distance(code);
                    var product = CodecSamples.Dot(Sample[q].Span, decoded);
                    // All samples are of length 1, which the codec is told of its own vectors under cosine and L2.
                    var expected = metric switch
                    {
                        DistanceMetric.Cosine => 1 - product,
                        DistanceMetric.InnerProduct => -product,
                        _ => Math.Sqrt(Math.Max(0, 2 - (2 * product))),
                    };
                    Assert.Equal(expected, distance, 2e-3);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Parameters_that_were_read_again_make_the_same_codes(string recipe)
    {
        var codec = Fit(recipe, Metrics(recipe).Last());
        var again = VectorCodec.Deserialize(codec.Parameters);
        Assert.Equal(codec.Fingerprint, again.Fingerprint);
        for (var i = 0; i < Sample.Count; i++)
            Assert.Equal(Encode(codec, Sample[i].Span), Encode(again, Sample[i].Span));
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Fitting_twice_gives_one_fingerprint(string recipe) => Assert.Equal(
        Fit(recipe, DistanceMetric.Cosine).Fingerprint,
        CodecRecipe.Parse(recipe).Fit(Sample, DistanceMetric.Cosine).Fingerprint);

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Many_distances_are_those_one_by_one(string recipe)
    {
        var codec = Fit(recipe, Metrics(recipe).Last());
        var codes = new byte[50 * codec.CodeBytes];
        for (var i = 0; i < 50; i++)
            codec.Encode(Sample[i].Span, codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes));
        var query = codec.Prepare(Sample[99].Span);
        var distances = new float[50];
        query.Distances(codes, distances);
        for (var i = 0; i < 50; i++)
            Assert.Equal(query.Distance(codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes)), distances[i]);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Damaged_parameters_are_refused_and_never_crash(string recipe)
    {
        var bytes = Fit(recipe, DistanceMetric.Cosine).Parameters.ToArray();
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes[..random.Next(bytes.Length)];
            Assert.Throws<PgEmbedException>(() => VectorCodec.Deserialize(damaged));
            var flipped = (byte[])bytes.Clone();
            flipped[random.Next(Math.Min(64, flipped.Length))] ^= (byte)(1 << random.Next(8));
            try
            {
                // What is still a codec must code.
                var codec = VectorCodec.Deserialize(flipped);
                if (codec.Dimensions == 40)
                    Encode(codec, Sample[0].Span);
            }
            catch (PgEmbedException e)
            {
                Assert.Contains("xpected", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.Throws<PgEmbedException>(() => VectorCodec.Deserialize((byte[])[.. bytes, 0]));
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void One_vector_and_equal_vectors_are_enough_to_fit_on(string recipe)
    {
        foreach (var count in (int[])[1, 3])
        {
            var same = new VectorBlock(count, 40);
            for (var i = 0; i < count; i++)
                Sample[0].Span.CopyTo(same.Row(i));
            var codec = CodecRecipe.Parse(recipe).Fit(same, DistanceMetric.Cosine);
            Assert.True(float.IsFinite(codec.Prepare(Sample[1].Span).Distance(Encode(codec, Sample[2].Span))));
        }
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void What_is_no_vector_is_refused(string recipe)
    {
        var codec = Fit(recipe, DistanceMetric.Cosine);
        var code = new byte[codec.CodeBytes];
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            var vector = Sample[0].ToArray();
            vector[39] = bad;
            Assert.Throws<InvalidVectorException>(() => codec.Encode(vector, code));
            Assert.Throws<InvalidVectorException>(() => codec.Prepare(vector));
        }

        Assert.Throws<InvalidVectorException>(() => codec.Encode(new float[40], code));
        Assert.Throws<InvalidVectorException>(() => codec.Encode(new float[39], code));
        Assert.Throws<ArgumentException>(() => codec.Decode(new byte[codec.CodeBytes + 1], new float[40]));
        Assert.Throws<PgEmbedException>(
            () => CodecRecipe.Parse(recipe).Fit(new VectorBlock(0, 40), DistanceMetric.Cosine));
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_zero_vector_has_a_code_where_the_metric_allows_it(string recipe)
    {
        foreach (var metric in Metrics(recipe).Except([DistanceMetric.Cosine]))
        {
            var codec = Fit(recipe, metric);
            var distance = codec.Prepare(Sample[0].Span).Distance(Encode(codec, new float[40]));
            Assert.True(float.IsFinite(distance), $"{metric}: {distance}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("pca:12")]
    [InlineData("sq8 pca:12")]
    [InlineData("pca f32")]
    [InlineData("pca:0 f32")]
    [InlineData("pca:-1 f32")]
    [InlineData("truncate:99999999999 f32")]
    [InlineData("sq8:vector")]
    [InlineData("f32:4")]
    [InlineData("hadamard:0 bit")]
    [InlineData("hadamard:x bit")]
    [InlineData("zip")]
    public void A_recipe_that_is_none_is_refused(string recipe)
    {
        var error = Assert.Throws<FormatException>(() => CodecRecipe.Parse(recipe));
        Assert.StartsWith("Expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Normalizing_is_refused_where_lengths_matter() => Assert.Throws<PgEmbedException>(
        () => CodecRecipe.Parse("truncate:20 normalize f32").Fit(Sample, DistanceMetric.L2));

    [Fact]
    public void Only_a_codec_with_a_bound_tells_one()
    {
        var code = Fit("centre hadamard rabitq", DistanceMetric.Cosine);
        Assert.True(code.Prepare(Sample[0].Span).ErrorBound(Encode(code, Sample[1].Span)) > 0);
        var other = Fit("sq8", DistanceMetric.Cosine);
        Assert.Null(other.Prepare(Sample[0].Span).ErrorBound(Encode(other, Sample[1].Span)));
    }

    [Fact]
    public void More_bits_find_more()
    {
        var queries = CodecSamples.Make(40, 40, seed: 8);
        double Recall(string recipe)
        {
            var codec = Fit(recipe, DistanceMetric.Cosine);
            var codes = new byte[Sample.Count * codec.CodeBytes];
            for (var i = 0; i < Sample.Count; i++)
                codec.Encode(Sample[i].Span, codes.AsSpan(i * codec.CodeBytes, codec.CodeBytes));
            return CodecSamples.Recall(Sample, queries, 10, q =>
            {
                var distances = new float[Sample.Count];
                codec.Prepare(queries[q].Span).Distances(codes, distances);
                return distances;
            });
        }

        double[] signs = [Recall("hadamard bit"), Recall("hadamard:80 bit"), Recall("hadamard:160 bit"), Recall("hadamard:400 bit")];
        Assert.Equal(signs.Order(), signs);
        double[] recalls =
        [
            Recall("centre hadamard bit"), Recall("hadamard mbit2"), Recall("hadamard mbit3"), Recall("hadamard mbit4"),
            Recall("sq8"), Recall("f16"),
        ];
        Assert.Equal(recalls.Order(), recalls);
        Assert.True(recalls[^1] >= 0.99, string.Join(", ", recalls));
    }

    private static readonly ConcurrentDictionary<(string, DistanceMetric), VectorCodec> Fitted = new();

    // Fitting is most of the time that these tests take, so each codec is fitted once.
    private static VectorCodec Fit(string recipe, DistanceMetric metric) => Fitted.GetOrAdd(
        (recipe, metric), key => CodecRecipe.Parse(key.Item1).Fit(Sample, key.Item2));

    // Normalizing is for the cosine alone.
    private static IEnumerable<DistanceMetric> Metrics(string recipe) => Enum.GetValues<DistanceMetric>()
        .Where(metric => metric == DistanceMetric.Cosine || !recipe.Contains("normalize", StringComparison.Ordinal));

    private static byte[] Encode(VectorCodec codec, ReadOnlySpan<float> vector)
    {
        var code = new byte[codec.CodeBytes];
        codec.Encode(vector, code);
        return code;
    }
}
