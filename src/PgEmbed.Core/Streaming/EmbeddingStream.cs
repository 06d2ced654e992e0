using System.Runtime.CompilerServices;

namespace PgEmbed.Streaming;

/// <summary>
/// Embeds a stream of any length in bounded memory. At most three windows are there at once: one whose results the
/// caller takes, one that is being embedded meanwhile, and one that is read meanwhile.
/// </summary>
/// <remarks>
/// The window that was read is embedded as soon as the one before it is, so a fast source gives full windows, and an
/// item of a slow one is not held back for more to come. The source is moved on only while the caller waits for
/// results; what it was asked for before may come later, an item at most.
/// </remarks>
internal sealed class EmbeddingStream<T>(
    ITextEmbedder embedder, IAsyncEnumerable<T> source, Func<T, string> text, TextRole role)
{
    public async IAsyncEnumerable<Embedded<T>> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<TextEmbeddings>? running = null;
        var reader = new WindowReader<T>(source, text, stop.Token);
        try
        {
            var current = new StreamWindow<T>();
            while (running is not null || !reader.Ended)
            {
                var next = await reader.ReadAsync(running).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                var done = current;
                var embeddings = running is null ? null : await running.ConfigureAwait(false);
                running = next.IsEmpty ? null : EmbedAsync(next, stop.Token, cancellationToken);
                current = next;
                if (embeddings is null)
                    continue;
                foreach (var result in Results(done, embeddings))
                    yield return result;
            }

            reader.ThrowIfFailed();
        }
        finally
        {
            // Where the caller stops early, or something failed, neither goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            if (running is not null)
                await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    // What an embedder throws before it gives a task comes out of the task too, behind the results before it.
    private async Task<TextEmbeddings> EmbedAsync(
        StreamWindow<T> window, CancellationToken stop, CancellationToken cancellationToken)
    {
        try
        {
            return await embedder.EmbedAsync(window.Texts, role, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller knows its own token only.
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static IEnumerable<Embedded<T>> Results(StreamWindow<T> window, TextEmbeddings embeddings)
    {
        var truncated = 0;
        for (var i = 0; i < window.Items.Count; i++)
        {
            var isTruncated = truncated < embeddings.Truncated && embeddings.TruncatedTexts[truncated] == i;
            if (isTruncated)
                truncated++;
            yield return new Embedded<T>(window.Items[i], embeddings.Vectors[i], isTruncated);
        }
    }
}
