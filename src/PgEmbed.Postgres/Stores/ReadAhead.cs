using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace PgEmbed.Postgres.Stores;

/// <summary>Makes the next item of a sequence while this one is worked on.</summary>
internal static class ReadAhead
{
    /// <summary>The same items; where the source throws, so does this, after the items before.</summary>
    public static async IAsyncEnumerable<T> RunAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var items = Channel.CreateBounded<T>(1);
        var producer = Task.Run(ProduceAsync, CancellationToken.None);
        try
        {
            await foreach (var item in items.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
        }

        async Task ProduceAsync()
        {
            try
            {
                await foreach (var item in source(stop.Token).ConfigureAwait(false))
                    await items.Writer.WriteAsync(item, stop.Token).ConfigureAwait(false);
                items.Writer.Complete();
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown where the items are read.
            catch (Exception e)
#pragma warning restore CA1031
            {
                items.Writer.Complete(e);
            }
        }
    }
}
