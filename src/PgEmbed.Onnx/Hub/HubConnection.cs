using System.Net;
using System.Net.Http.Headers;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Requests to a hub. Redirects are followed here and not by the HTTP client: the token goes to the hub's own origin
/// only, what the hub says of a file is read before it sends the client on to another host, and nothing is fetched in
/// the clear that was asked for encrypted.
/// </summary>
internal sealed class HubConnection : IDisposable
{
    private const int MaxRedirects = 10;
    private const int MaxAnswerBytes = 32 << 20;

    private readonly HubOptions _options;
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public HubConnection(HubOptions options) => _options = options;

    /// <summary>The address of something below the hub's own.</summary>
    /// <param name="path">The path, its parts escaped.</param>
    public Uri Address(string path) => new($"{_options.BaseAddress.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>Sends a request and returns the answer with its body unread.</summary>
    /// <param name="method">GET, or HEAD, which stops where an answer or a redirect says what the file is.</param>
    /// <param name="address">Where to.</param>
    /// <param name="what">What is asked for, for messages.</param>
    /// <param name="prepare">Adds headers; null for none.</param>
    /// <param name="stall">Runs while nothing arrives.</param>
    /// <exception cref="HubTransientException">It failed in a way that may pass.</exception>
    /// <exception cref="PgEmbedException">It failed for good.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, string what, Action<HttpRequestHeaders>? prepare, StallClock stall)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var response = await SendOnceAsync(method, address, what, prepare, stall).ConfigureAwait(false);
            if (!IsRedirect(response.StatusCode) || (method == HttpMethod.Head && IsDescribed(response)))
            {
                if (response.IsSuccessStatusCode || IsRedirect(response.StatusCode)
                    || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                    return response;
                using (response)
                    throw Failure(response, address, what);
            }

            using (response)
                address = Follow(address, response, what);
        }

        throw new PgEmbedException(
            $"{what}: the hub sends from one address to the next without end ({MaxRedirects} times).",
            "Check the hub's address.");
    }

    /// <summary>Gets a short answer whole.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public async Task<ReadOnlyMemory<byte>> GetAsync(
        Uri address, string what, CancellationToken cancellationToken)
    {
        using var stall = new StallClock(_options.StallTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Get, address, what, null, stall).ConfigureAwait(false);
        var body = await stall.WaitAsync(response.Content.ReadAsStreamAsync, what).ConfigureAwait(false);
        await using var _ = body.ConfigureAwait(false);
        using var answer = new MemoryStream();
        var buffer = new byte[1 << 14];
        while (await stall.WaitAsync(token => body.ReadAsync(buffer, token).AsTask(), what).ConfigureAwait(false)
            is > 0 and var read)
        {
            answer.Write(buffer.AsSpan(0, read));
            if (answer.Length > MaxAnswerBytes)
                throw new PgEmbedException(
                    $"{what}: the hub's answer is longer than {MaxAnswerBytes} bytes.", "Check the hub's address.");
        }

        return answer.GetBuffer().AsMemory(0, (int)answer.Length);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>What the hub said of a file's checksum and size, in an answer of its own or in a redirect.</summary>
    public static (FileChecksum? Checksum, long? Bytes) Describe(HttpResponseMessage response)
    {
        var linked = Header(response, "X-Linked-Size");
        return (
            FileChecksum.Parse(Header(response, "X-Linked-Etag") ?? response.Headers.ETag?.Tag),
            long.TryParse(linked, out var bytes) ? bytes
                : IsRedirect(response.StatusCode) ? null : response.Content.Headers.ContentLength);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, Uri address, string what, Action<HttpRequestHeaders>? prepare, StallClock stall)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("pgembed", "1"));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (_options.Token is not null && IsOwn(address))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.Token);
        prepare?.Invoke(request.Headers);
        return await stall
            .WaitAsync(token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), what)
            .ConfigureAwait(false);
    }

    private bool IsOwn(Uri address) =>
        Uri.Compare(
            address,
            _options.BaseAddress,
            UriComponents.SchemeAndServer,
            UriFormat.SafeUnescaped,
            StringComparison.OrdinalIgnoreCase) == 0;

    private static Uri Follow(Uri from, HttpResponseMessage response, string what)
    {
        var next = response.Headers.Location is { } location ? new Uri(from, location) : null;
        if (next is not { Scheme: "http" or "https", UserInfo: "" }
            || (from.Scheme == "https" && next.Scheme == "http"))
            throw new PgEmbedException(
                $"{what}: {from.Host} sends on to an address that is not followed.",
                "Only http and https are, and never from https to http.");
        return next;
    }

    private Exception Failure(HttpResponseMessage response, Uri address, string what)
    {
        var status = $"{address.Host} answered {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new PgEmbedException(
                $"{what}: there is no such thing at the hub ({status}).", "Check the spelling and the revision."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new PgEmbedException(
                $"{what}: the hub gives no access, or there is no such thing ({status}).",
                _options.Token is null
                    ? "Check the spelling; for a model that is not public, give an access token (PGEMBED_HUB_TOKEN)."
                    : "Check the spelling, the access token, and that its owner has accepted the model's terms."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                new HubTransientException($"{what}: {status}.", RetryAfter(response)),
            _ => new PgEmbedException($"{what}: {status}, which is not expected.", "Check the hub's address."),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? asked?.Date - DateTimeOffset.UtcNow;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static bool IsDescribed(HttpResponseMessage response) => response.Headers.Contains("X-Linked-Etag");

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
