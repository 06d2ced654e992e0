using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PgEmbed.Telemetry;

/// <summary>
/// What PgEmbed tells of its work: spans of the activity source and instruments of the meter named <c>PgEmbed</c>, after
/// OpenTelemetry's conventions for databases and for generative AI. Texts, vectors and values are never among them.
/// </summary>
public static class PgEmbedTelemetry
{
    /// <summary>The name of the activity source and of the meter: for <c>AddSource</c> and <c>AddMeter</c>.</summary>
    public const string Name = "PgEmbed";

    /// <summary>Where spans begin.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>What instruments belong to.</summary>
    public static Meter Meter { get; } = new(Name);
}
