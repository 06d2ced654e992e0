namespace PgEmbed.Quality;

/// <summary>
/// A probability as the logistic function of a weighted sum of features: fitted by iteratively reweighted least squares
/// (Newton's method), with a trace of ridge so that features which tell the classes apart without fault keep it finite.
/// </summary>
public sealed class LogisticRegression
{
    private const int MaxSteps = 100;
    private const double Ridge = 1e-6;

    private LogisticRegression(double intercept, double[] weights)
    {
        Intercept = intercept;
        Weights = weights;
    }

    /// <summary>The log-odds where all features are 0.</summary>
    public double Intercept { get; }

    /// <summary>The weights of the features.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>Fits it, no weight below 0: a feature whose weight would be is left out, with weight 0.</summary>
    /// <param name="features"><c>double[n × m]</c>: m features of each of n examples.</param>
    /// <param name="labels"><c>bool[n]</c>: the class of each.</param>
    /// <exception cref="PgEmbedException">There are not both classes, or a feature isn't finite.</exception>
    public static LogisticRegression FitNonNegative(IReadOnlyList<double[]> features, IReadOnlyList<bool> labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        if (features.Count != labels.Count || !labels.Contains(true) || !labels.Contains(false))
            throw new PgEmbedException(
                $"Expected examples of both classes, got {labels.Count(label => label)} of one and "
                + $"{labels.Count(label => !label)} of the other.");
        if (features.Any(example => !example.All(double.IsFinite)))
            throw new PgEmbedException("Expected finite features, got one that isn't.");
        var kept = Enumerable.Range(0, features[0].Length).ToList();
        while (true)
        {
            var (intercept, weights) = Fit([.. features.Select(f => kept.Select(i => f[i]).ToArray())], labels);
            var worst = Enumerable.Range(0, kept.Count).Where(i => weights[i] < 0).ToList();
            if (worst.Count == 0)
            {
                var all = new double[features[0].Length];
                for (var i = 0; i < kept.Count; i++)
                    all[kept[i]] = weights[i];
                return new LogisticRegression(intercept, all);
            }

            kept.RemoveAt(worst.MinBy(i => weights[i]));
        }
    }

    /// <summary>The probability of an example's class being true.</summary>
    public double Probability(ReadOnlySpan<double> features)
    {
        var sum = Intercept;
        for (var i = 0; i < features.Length; i++)
            sum += Weights[i] * features[i];
        return 1 / (1 + Math.Exp(-sum));
    }

    // On features of mean 0 and deviation 1, so that the ridge means the same for each and the steps are well-behaved.
    private static (double Intercept, double[] Weights) Fit(double[][] features, IReadOnlyList<bool> labels)
    {
        var count = features[0].Length;
        var means = new double[count];
        var scales = new double[count];
        for (var j = 0; j < count; j++)
        {
            means[j] = features.Average(f => f[j]);
            scales[j] = Math.Sqrt(features.Average(f => (f[j] - means[j]) * (f[j] - means[j])));
            if (scales[j] == 0)
                scales[j] = 1;
        }

        // The last one is the intercept. A step that overshoots is halved.
        var weights = new double[count + 1];
        var loss = Loss(features, labels, means, scales, weights);
        for (var step = 0; step < MaxSteps; step++)
        {
            var change = Step(features, labels, means, scales, weights);
            double[] next;
            double nextLoss;
            var share = 1.0;
            do
            {
                next = [.. weights.Zip(change, (weight, by) => weight + (share * by))];
                nextLoss = Loss(features, labels, means, scales, next);
                share /= 2;
            }
            while (!(nextLoss <= loss) && share > 1e-6);
            if (!(nextLoss < loss))
                break;
            (weights, loss) = (next, nextLoss);
        }

        var intercept = weights[count];
        for (var j = 0; j < count; j++)
        {
            weights[j] /= scales[j];
            intercept -= weights[j] * means[j];
        }

        return (intercept, weights[..count]);
    }

    // The negative log-likelihood and the ridge's part.
    private static double Loss(
        double[][] features, IReadOnlyList<bool> labels, double[] means, double[] scales, double[] weights)
    {
        var loss = 0.0;
        for (var i = 0; i < features.Length; i++)
        {
            var sum = weights[^1];
            for (var j = 0; j < means.Length; j++)
                sum += weights[j] * (features[i][j] - means[j]) / scales[j];
            var against = labels[i] ? -sum : sum;
            // ln(1 + e^x), for large x too.
            loss += Math.Max(against, 0) + Math.Log(1 + Math.Exp(-Math.Abs(against)));
        }

        return loss + (Ridge * features.Length * weights.Sum(weight => weight * weight) / 2);
    }

    private static double[] Step(
        double[][] features, IReadOnlyList<bool> labels, double[] means, double[] scales, double[] weights)
    {
        var size = weights.Length;
        var system = new double[size, size + 1];
        var row = new double[size];
        row[^1] = 1;
        for (var i = 0; i < features.Length; i++)
        {
            var sum = weights[^1];
            for (var j = 0; j < size - 1; j++)
            {
                row[j] = (features[i][j] - means[j]) / scales[j];
                sum += weights[j] * row[j];
            }

            var probability = 1 / (1 + Math.Exp(-sum));
            var variance = probability * (1 - probability);
            var error = (labels[i] ? 1 : 0) - probability;
            for (var j = 0; j < size; j++)
            {
                system[j, size] += error * row[j];
                for (var k = 0; k < size; k++)
                    system[j, k] += variance * row[j] * row[k];
            }
        }

        for (var j = 0; j < size; j++)
        {
            system[j, size] -= Ridge * features.Length * weights[j];
            system[j, j] += Ridge * features.Length;
        }

        return Solve(system);
    }

    // Gauss-Jordan with the largest pivot; the system is positive definite.
    private static double[] Solve(double[,] system)
    {
        var size = system.GetLength(0);
        for (var i = 0; i < size; i++)
        {
            var pivot = i;
            for (var r = i + 1; r < size; r++)
            {
                if (Math.Abs(system[r, i]) > Math.Abs(system[pivot, i]))
                    pivot = r;
            }

            for (var k = 0; k <= size; k++)
                (system[i, k], system[pivot, k]) = (system[pivot, k], system[i, k]);
            for (var r = 0; r < size; r++)
            {
                if (r == i)
                    continue;
                var factor = system[r, i] / system[i, i];
                for (var k = i; k <= size; k++)
                    system[r, k] -= factor * system[i, k];
            }
        }

        var solution = new double[size];
        for (var i = 0; i < size; i++)
            solution[i] = system[i, size] / system[i, i];
        return solution;
    }
}
