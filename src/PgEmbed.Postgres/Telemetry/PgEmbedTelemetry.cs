using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PgEmbed.Postgres.Telemetry;

/// <summary>
/// What PgEmbed tells of its work: spans of the activity source and instruments of the meter named <c>PgEmbed</c>, after
/// OpenTelemetry's conventions for databases. Texts, vectors, keys and values are never among them.
/// </summary>
public static class PgEmbedTelemetry
{
    /// <summary>The name of the activity source and of the meter: for <c>AddSource</c> and <c>AddMeter</c>.</summary>
    public const string Name = "PgEmbed";

    internal static ActivitySource Source { get; } = new(Name);

    internal static Meter Meter { get; } = new(Name);
}
