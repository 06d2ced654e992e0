namespace PgEmbed.Generators;

/// <summary>
/// How long a service asks to wait, handed from the HTTP client far below a generator up to who repeats its requests:
/// a failure's exception doesn't carry it.
/// </summary>
internal sealed class AskedWait
{
    private static readonly AsyncLocal<AskedWait?> Local = new();

    /// <summary>That of the request under way; null outside of one.</summary>
    public static AskedWait? Current => Local.Value;

    /// <summary>What the last answer asks; null where it asks nothing.</summary>
    public TimeSpan? Value { get; set; }

    /// <summary>Begins one for the request that the caller goes on to make.</summary>
    public static AskedWait Begin() => Local.Value = new AskedWait();
}
