namespace PgEmbed.Onnx.Hub;

/// <summary>Where a model is pulled from, what is taken, and how long and how much at most.</summary>
public sealed class HubOptions
{
    /// <summary>The hub's address, or a mirror's: what is before <c>ORG/NAME</c> in a model page's address.</summary>
    public required Uri BaseAddress { get; set; }

    /// <summary>An access token; sent to the host of <see cref="BaseAddress"/> only. Null for none.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// The ONNX file to take, as the hub names it; null: the first of <c>model.onnx</c>, <c>onnx/model.onnx</c> and
    /// <c>onnx/model_quantized.onnx</c> that is there.
    /// </summary>
    public string? ModelFile { get; set; }

    /// <summary>What to call the model here; null: as the hub does, without the organization.</summary>
    public string? Name { get; set; }

    /// <summary>The most bytes of one file.</summary>
    public long MaxFileBytes { get; set; } = 4L << 30;

    /// <summary>The most bytes of all files together.</summary>
    public long MaxTotalBytes { get; set; } = 8L << 30;

    /// <summary>How long to wait for the next bytes before the connection counts as broken.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is repeated after failures between which nothing much arrived.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>The wait before the first repetition; doubled with each, up to 30 seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Checks every value.</summary>
    /// <exception cref="PgEmbedException">A value is out of its range.</exception>
    public void Validate()
    {
        // The address is not shown: there may be a password in it.
        if (BaseAddress is not
            { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" })
            throw new PgEmbedException(
                $"Expected {nameof(BaseAddress)} to be an http(s) address without user, query and fragment.",
                "An access token is given by itself.");
        if (Token is not null && (Token.Length == 0 || Token.AsSpan().ContainsAnyExceptInRange('!', '~')))
            throw new PgEmbedException($"Expected {nameof(Token)} to be one word, as the hub shows it.");
        if (Token is not null && BaseAddress is { Scheme: "http", IsLoopback: false })
            throw new PgEmbedException(
                $"Expected an https address to send the access token to, got {BaseAddress}.",
                "Others on the way could read it: take https, or pull without a token.");
        if (ModelFile is not null
            && (!ModelFile.EndsWith(".onnx", StringComparison.Ordinal) || !HubPath.IsSafe(ModelFile)))
            throw new PgEmbedException(
                $"Expected {nameof(ModelFile)} to be the path of an .onnx file in the model, got '{ModelFile}'.");
        ValidatePositive(nameof(MaxFileBytes), MaxFileBytes);
        ValidatePositive(nameof(MaxTotalBytes), MaxTotalBytes);
        if (StallTimeout <= TimeSpan.Zero || StallTimeout > TimeSpan.FromHours(1))
            throw new PgEmbedException($"Expected {nameof(StallTimeout)} to be up to an hour, got {StallTimeout}.");
        if (Retries is < 0 or > 100)
            throw new PgEmbedException($"Expected {nameof(Retries)} to be 0 to 100, got {Retries}.");
        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromMinutes(1))
            throw new PgEmbedException($"Expected {nameof(RetryDelay)} to be up to a minute, got {RetryDelay}.");
    }

    private static void ValidatePositive(string property, long value)
    {
        if (value < 1)
            throw new PgEmbedException($"Expected {property} to be 1 or more, got {value}.");
    }
}
