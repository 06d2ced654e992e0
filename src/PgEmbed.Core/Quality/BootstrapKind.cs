namespace PgEmbed.Quality;

/// <summary>How an interval is taken from resampled means.</summary>
public enum BootstrapKind
{
    /// <summary>Bias-corrected and accelerated (Efron 1987): the quantiles are moved for bias and skew.</summary>
    Bca,

    /// <summary>The quantiles as they are.</summary>
    Percentile,
}
