using System.Globalization;

namespace PgEmbed.Codecs;

/// <summary>One step of a recipe: its name, and behind a colon its setting.</summary>
internal sealed record CodecStep(string Name, string? Setting)
{
    private static readonly string[] Scales = ["global", "vector", "dimension"];
    private static readonly string[] Calibrations = ["fixed", "global", "dimension"];

    // Stands for a number that may be left out.
    private static readonly string[] NumberOrNothing = ["M"];

    // What may stand behind the colon: words, a number (null), or nothing (an empty list).
    private static readonly Dictionary<string, string[]?> Transforms = new()
    {
        ["truncate"] = null, ["quarter"] = [], ["centre"] = [], ["pca"] = null, ["pca-centred"] = null,
        ["whiten"] = null, ["hadamard"] = NumberOrNothing, ["rotate-dense"] = [], ["gaussian"] = null, ["sparse-projection"] = null,
        ["normalize"] = [],
    };

    private static readonly Dictionary<string, string[]?> Quantizers = new()
    {
        ["f32"] = [], ["f16"] = [], ["fp8_e4m3"] = Scales, ["fp8_e5m2"] = Scales, ["sq8"] = Calibrations,
        ["sq4"] = Calibrations, ["nq4"] = [], ["bit"] = [], ["mbit2"] = [], ["mbit3"] = [], ["mbit4"] = [],
        ["rabitq"] = [], ["pq"] = null, ["opq"] = null,
    };

    /// <summary>Whether it makes codes.</summary>
    public bool IsQuantizer => Quantizers.ContainsKey(Name);

    /// <summary>Reads a step.</summary>
    /// <exception cref="FormatException">It is not known, or its setting is not one of its own.</exception>
    public static CodecStep Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, setting) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        if (!Transforms.TryGetValue(name, out var settings) && !Quantizers.TryGetValue(name, out settings))
            throw new FormatException(
                $"Expected a step of a codec ({string.Join(", ", Transforms.Keys.Concat(Quantizers.Keys))}), got '{name}'.");
        var step = new CodecStep(name, setting);
        var isNumber = settings is null || (settings == NumberOrNothing && setting is not null);
        if (isNumber ? step.Number < 1 : setting is not null && !settings.Contains(setting))
            throw new FormatException(settings switch
            {
                _ when isNumber => $"Expected a number behind '{name}:', as in {name}:64, got '{text}'.",
                [] => $"Expected '{name}' without a setting, got '{text}'.",
                _ => $"Expected '{name}' with one of {string.Join(", ", settings!)}, got '{text}'.",
            });
        return step;
    }

    /// <summary>The setting as a number that may be at most so much.</summary>
    /// <exception cref="PgEmbedException">It is larger.</exception>
    public int NumberUpTo(int most) => Number <= most
        ? Number
        : throw new PgEmbedException($"Expected {Name} of 1 to {most} dimensions, got {Number}.");

    /// <inheritdoc/>
    public override string ToString() => Setting is null ? Name : $"{Name}:{Setting}";

    private int Number =>
        int.TryParse(Setting, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
