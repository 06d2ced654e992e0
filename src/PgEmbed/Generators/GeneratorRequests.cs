using System.Net;

namespace PgEmbed.Generators;

/// <summary>Sends requests no faster than allowed, ends those that hang, and repeats those that may succeed yet.</summary>
internal sealed class GeneratorRequests
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly EmbeddingGeneratorEmbedderOptions _options;
    private readonly RateLimit? _requestRate;
    private readonly RateLimit? _tokenRate;

    public GeneratorRequests(EmbeddingGeneratorEmbedderOptions options)
    {
        _options = options;
        if (options.RequestsPerMinute is { } requests)
            _requestRate = new RateLimit(requests, options.TimeProvider);
        if (options.TokensPerMinute is { } tokens)
            _tokenRate = new RateLimit(tokens, options.TimeProvider);
    }

    /// <summary>Runs a request until it succeeds.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tokens">About how many tokens it has.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">It failed for good, or too often.</exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> request, long tokens, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            if (_requestRate is not null)
                await _requestRate.WaitAsync(1, cancellationToken).ConfigureAwait(false);
            if (_tokenRate is not null)
                await _tokenRate.WaitAsync(tokens, cancellationToken).ConfigureAwait(false);
            TimeSpan? asked;
            var answer = AskedWait.Begin();
            try
            {
                return await RunOnceAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                asked = _options.RetryAfter(e) ?? answer.Value;
                // Who asks for a wait is ready to answer after it.
                if (asked is null && !MayPass(e))
                    throw new PgEmbedException(
                        $"The generator of {_options.Name} refused a request: {e.Message}",
                        "Check its key, its model's name and how long a text it takes.",
                        e);
                if (failures > _options.Retries)
                    throw new PgEmbedException(
                        $"The generator of {_options.Name} failed {failures} times: {e.Message}",
                        "Try again later, or set a lower rate.",
                        e);
                if (asked > _options.MaxRetryAfter)
                    throw new PgEmbedException(
                        $"The generator of {_options.Name} asks to wait for {asked.Value.TotalSeconds:0} seconds, more than "
                        + $"the {_options.MaxRetryAfter.TotalSeconds:0} of {nameof(_options.MaxRetryAfter)}: {e.Message}",
                        "Try again later, or set a lower rate.",
                        e);
            }

            await Task.Delay(Delay(failures, asked), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> RunOnceAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.RequestTimeout, _options.TimeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            // A generator that doesn't look at the token is left behind.
            return await request(stop.Token).WaitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Either this time limit or one that the generator has of its own.
            throw new TimeoutException(
                late.IsCancellationRequested
                    ? $"it took longer than {_options.RequestTimeout.TotalSeconds:0.#} seconds."
                    : e.Message,
                e);
        }
    }

    private bool MayPass(Exception exception) => exception switch
    {
        TimeoutException => true,
        HttpRequestException { StatusCode: null } => true,
        HttpRequestException
        {
            StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or >= HttpStatusCode.InternalServerError
        } => true,
        _ => _options.IsTransient(exception),
    };

    private TimeSpan Delay(int failures, TimeSpan? asked)
    {
        if (asked is { } wait)
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        var jitter = 0.75 + (Random.Shared.NextDouble() / 2);
        var delay = _options.RetryDelay * Math.Pow(2, Math.Min(failures - 1, 20)) * jitter;
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
