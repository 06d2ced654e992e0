using System.Runtime.ExceptionServices;

namespace PgEmbed.Streaming;

/// <summary>Reads a stream window by window. What it reads before the source fails is not lost.</summary>
internal sealed class WindowReader<T> : IAsyncDisposable
{
    private readonly IAsyncEnumerator<T> _source;
    private readonly Func<T, string> _text;
    private Task<bool>? _next;
    private ExceptionDispatchInfo? _failure;
    private long _read;

    public WindowReader(IAsyncEnumerable<T> source, Func<T, string> text, CancellationToken cancellationToken)
    {
        _source = source.GetAsyncEnumerator(cancellationToken);
        _text = text;
    }

    /// <summary>Whether nothing more comes: the source has ended or failed.</summary>
    public bool Ended { get; private set; }

    /// <summary>
    /// Reads the next window. It is full, or as much as the source had ready: a slow one is never waited for while
    /// there is something to embed, nor beyond the end of a task.
    /// </summary>
    /// <param name="meanwhile">The task; without one, there is an item at least unless the source has ended.</param>
    public async Task<StreamWindow<T>> ReadAsync(Task? meanwhile)
    {
        var window = new StreamWindow<T>();
        while (!Ended && !window.IsFull)
        {
            if (_next is null && TryMoveAtOnce(window))
                continue;
            if (_next is { IsCompleted: false } next)
            {
                if (meanwhile is not null)
                    await Task.WhenAny(next, meanwhile).ConfigureAwait(false);
                if (!next.IsCompleted && (meanwhile is not null || !window.IsEmpty))
                    break;
            }

            await TakeAsync(window).ConfigureAwait(false);
        }

        return window;
    }

    /// <summary>Throws what the source threw, if it did.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    public async ValueTask DisposeAsync()
    {
        // An enumerator must not be disposed while it moves.
        if (_next is not null)
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes an item that is there without waiting; else the move is under way in a task.</summary>
    private bool TryMoveAtOnce(StreamWindow<T> window)
    {
        try
        {
            var move = _source.MoveNextAsync();
            if (!move.IsCompletedSuccessfully)
            {
                _next = move.AsTask();
                return false;
            }

            Take(move.Result, window);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        return true;
    }

    private async Task TakeAsync(StreamWindow<T> window)
    {
        try
        {
            Take(await _next!.ConfigureAwait(false), window);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        _next = null;
    }

    private void Take(bool moved, StreamWindow<T> window)
    {
        if (!moved)
        {
            Ended = true;
            return;
        }

        var item = _source.Current;
        window.Add(item, _text(item) ?? throw new ArgumentException($"Expected texts, got null at {_read}."));
        _read++;
    }

    private void Fail(Exception exception)
    {
        _failure = ExceptionDispatchInfo.Capture(exception);
        Ended = true;
    }
}
