using System.Text.RegularExpressions;

namespace PgEmbed.Postgres.Cluster;

/// <summary>Where a private cluster lies and how it runs. Every part has a default.</summary>
public sealed partial record LocalClusterOptions
{
    /// <summary>
    /// The cluster's folder, wholly its own; null for <c>PGEMBED_CLUSTER</c>, else <c>pgembed/cluster</c> under the
    /// user's data folder, or <c>/var/lib/pgembed/cluster</c> when root calls.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>The folder with PostgreSQL's server programs; null to look for them.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Server settings beside our own, by name; they take effect when the server next starts.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The account that the server runs under when root calls, since PostgreSQL refuses to run as root; null for
    /// <c>postgres</c>. Anyone else runs it under the own account and this has no effect.
    /// </summary>
    public string? Account { get; init; }

    /// <summary>How long a start may take, recovery after a crash included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Throws where a part can't be used.</summary>
    /// <exception cref="PgEmbedException">A setting that the cluster chooses itself, or a malformed one.</exception>
    public void Validate()
    {
        if (StartTimeout < TimeSpan.FromSeconds(1))
            throw new PgEmbedException($"StartTimeout must be at least one second, not {StartTimeout}.");
        if (Directory is "" || BinDirectory is "" || Account is "")
            throw new PgEmbedException("Directory, BinDirectory and Account can be null, for the default, not empty.");
        foreach (var (name, value) in Settings)
        {
            if (!SettingName().IsMatch(name))
                throw new PgEmbedException($"'{name}' is not the name of a PostgreSQL setting.");
            if (ServerSettings.Chosen.Contains(name))
                throw new PgEmbedException($"The setting '{name}' is chosen by the private cluster itself.");
            if (value.Any(char.IsControl))
                throw new PgEmbedException($"The value of the setting '{name}' has a line break or control character.");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\z")]
    private static partial Regex SettingName();
}
