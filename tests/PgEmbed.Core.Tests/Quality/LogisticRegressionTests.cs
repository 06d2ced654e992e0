using PgEmbed.Quality;

namespace PgEmbed.Core.Tests.Quality;

public sealed class LogisticRegressionTests
{
    [Fact]
    public void The_weights_that_made_the_labels_are_found()
    {
        var random = new Random(5);
        var features = Enumerable.Range(0, 40_000).Select(_ => new[] { random.NextDouble() * 10, random.NextDouble() }).ToList();
        var labels = features.Select(f => random.NextDouble() < 1 / (1 + Math.Exp(3 - (0.4 * f[0]) - (2 * f[1])))).ToList();

        var fitted = LogisticRegression.FitNonNegative(features, labels);

        Assert.Equal(-3, fitted.Intercept, 0.1);
        Assert.Equal(0.4, fitted.Weights[0], 0.02);
        Assert.Equal(2, fitted.Weights[1], 0.1);
    }

    [Fact]
    public void At_the_fit_labels_and_probabilities_have_the_same_sum_and_moments()
    {
        var random = new Random(6);
        var features = Enumerable.Range(0, 500).Select(_ => new[] { random.NextDouble(), random.NextDouble() }).ToList();
        var labels = features.Select(f => random.NextDouble() < f[0]).ToList();

        var fitted = LogisticRegression.FitNonNegative(features, labels);

        // What a maximum of the likelihood is known by.
        var errors = features.Zip(labels, (f, label) => (label ? 1 : 0) - fitted.Probability(f)).ToList();
        Assert.Equal(0, errors.Sum(), 0.01);
        Assert.Equal(0, errors.Zip(features, (e, f) => e * f[0]).Sum(), 0.01);
    }

    [Fact]
    public void A_feature_that_speaks_against_is_left_out()
    {
        var random = new Random(7);
        var features = Enumerable.Range(0, 2_000).Select(_ => new[] { random.NextDouble(), random.NextDouble() }).ToList();
        var labels = features.Select(f => random.NextDouble() < (f[0] + 1 - f[1]) / 2).ToList();

        var fitted = LogisticRegression.FitNonNegative(features, labels);

        Assert.True(fitted.Weights[0] > 1);
        Assert.Equal(0, fitted.Weights[1]);
    }

    [Fact]
    public void Classes_that_are_told_apart_without_fault_leave_the_weights_finite()
    {
        var features = Enumerable.Range(0, 100).Select(i => new[] { (double)i, 1 }).ToList();
        var fitted = LogisticRegression.FitNonNegative(features, [.. features.Select(f => f[0] >= 50)]);

        Assert.True(double.IsFinite(fitted.Intercept) && fitted.Weights.All(double.IsFinite));
        Assert.True(fitted.Probability([60, 1]) > 0.9 && fitted.Probability([40, 1]) < 0.1);
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused()
    {
        Assert.Throws<PgEmbedException>(() => LogisticRegression.FitNonNegative([[1], [2]], [true, true]));
        Assert.Throws<PgEmbedException>(() => LogisticRegression.FitNonNegative([], []));
        Assert.Throws<PgEmbedException>(() => LogisticRegression.FitNonNegative([[1], [double.NaN]], [true, false]));
    }
}
