namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Waits for the network, each time for so long at most, and turns what can go wrong there into
/// <see cref="HubTransientException"/>. What the disk does wrong never comes through here.
/// </summary>
internal sealed class StallClock : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenSource _stopped;

    public StallClock(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _cancellationToken = cancellationToken;
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Waits for one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="what">What it is about, for messages.</param>
    /// <exception cref="HubTransientException">It failed, or took longer than the timeout.</exception>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> step, string what)
    {
        _stopped.CancelAfter(_timeout);
        try
        {
            return await step(_stopped.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!_cancellationToken.IsCancellationRequested)
        {
            throw new HubTransientException(
                $"{what}: nothing arrived for {_timeout.TotalSeconds:0.#} seconds.", innerException: e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new PgEmbedException(
                $"{what}: no secure connection: {e.InnerException?.Message ?? e.Message}",
                "Check the hub's address and the certificates that this machine trusts.",
                e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HubTransientException($"{what}: {e.Message}", innerException: e);
        }
        finally
        {
            _stopped.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _stopped.Dispose();
}
