using System.Net;

namespace PgEmbed.Generators;

/// <summary>
/// Put into the HTTP client that a remote generator works with, it lets <see cref="EmbeddingGeneratorEmbedder"/> wait
/// as long as the service asks (<c>Retry-After</c>) when it is busy: exceptions don't tell that.
/// </summary>
public sealed class RetryAfterHandler : DelegatingHandler
{
    /// <summary>Creates a handler whose inner one is set by others, a client factory for instance.</summary>
    public RetryAfterHandler()
    {
    }

    /// <summary>Creates a handler.</summary>
    /// <param name="innerHandler">What sends the requests, such as a <see cref="SocketsHttpHandler"/>.</param>
    public RetryAfterHandler(HttpMessageHandler innerHandler)
        : base(innerHandler)
    {
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (AskedWait.Current is { } asked)
            asked.Value = WaitOf(response);
        return response;
    }

    private static TimeSpan? WaitOf(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
            return null;
        var asked = response.Headers.RetryAfter;
        // By the service's own clock, which need not agree with this machine's.
        return asked?.Delta ?? asked?.Date - (response.Headers.Date ?? DateTimeOffset.UtcNow);
    }
}
