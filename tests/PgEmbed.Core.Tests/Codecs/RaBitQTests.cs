using PgEmbed.Codecs.Quantizers;
using PgEmbed.Codecs.Transforms;

namespace PgEmbed.Core.Tests.Codecs;

/// <summary>The estimator of rabitq: right on average over rotations, and seldom beyond its bound.</summary>
public sealed class RaBitQTests
{
    [Fact]
    public void The_estimate_is_right_on_average_and_within_its_bound()
    {
        var vectors = CodecSamples.Make(2, 128, seed: 11);
        var truth = CodecSamples.Dot(vectors[0].Span, vectors[1].Span);
        var quantizer = new RaBitQQuantizer(128);
        var estimates = new List<double>();
        var beyond = 0;
        for (var seed = 1; seed <= 2_000; seed++)
        {
            var rotation = new HadamardRotation(128, (ulong)seed);
            var (x, q, code) = (new float[128], new float[128], new byte[quantizer.CodeBytes]);
            rotation.Apply(vectors[0].Span, x);
            rotation.Apply(vectors[1].Span, q);
            quantizer.Encode(x, code);
            var estimator = quantizer.PrepareEstimator(q);
            estimates.Add(estimator.Dot(code));
            beyond += Math.Abs(estimates[^1] - truth) > estimator.ErrorBound(code) ? 1 : 0;
        }

        var mean = estimates.Average();
        var error = Math.Sqrt(estimates.Average(e => (e - mean) * (e - mean)) / estimates.Count);
        Assert.Equal(truth, mean, 4 * error);
        // 1.9 standard deviations leave about 6 % outside, or fewer; were the bound far too wide, none would be.
        Assert.InRange(beyond, 1, 160);
    }

    [Fact]
    public void A_wider_bound_is_surer()
    {
        var vectors = CodecSamples.Make(1, 64);
        var quantizer = new RaBitQQuantizer(64);
        var code = new byte[quantizer.CodeBytes];
        quantizer.Encode(vectors[0].Span, code);
        var estimator = quantizer.PrepareEstimator(vectors[0].Span);
        Assert.Equal(2 * estimator.ErrorBound(code, 1), estimator.ErrorBound(code, 2), 1e-6);
    }
}
