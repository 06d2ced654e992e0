using PgEmbed.Postgres;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Hosting;

/// <summary>
/// A collection that is opened when it is first asked for, and shared by all from then on. Safe to use from many threads.
/// </summary>
/// <typeparam name="T">The row.</typeparam>
public sealed class VectorCollectionSource<T>
{
    private readonly Lock _lock = new();
    private readonly PgEmbedClient _client;
    private readonly CollectionMapping<T> _mapping;
    private readonly bool _define;
    private Task<VectorCollection<T>>? _opening;

    internal VectorCollectionSource(PgEmbedClient client, CollectionMapping<T> mapping, bool define)
    {
        _client = client;
        _mapping = mapping;
        _define = define;
    }

    /// <summary>The collection. Where opening it failed, it is tried again by the next call.</summary>
    /// <param name="cancellationToken">Ends the wait, not the opening, which others may be waiting for.</param>
    /// <exception cref="PgEmbedException">
    /// There is none of that name, or its definition or mapping doesn't fit the table.
    /// </exception>
    /// <exception cref="SpaceMismatchException">It is in another space than the model's.</exception>
    public Task<VectorCollection<T>> GetAsync(CancellationToken cancellationToken = default)
    {
        Task<VectorCollection<T>> opening;
        lock (_lock)
        {
            if (_opening is null or { IsFaulted: true } or { IsCanceled: true })
                _opening = Task.Run(OpenAsync, CancellationToken.None);
            opening = _opening;
        }

        return opening.IsCompleted ? opening : opening.WaitAsync(cancellationToken);
    }

    private Task<VectorCollection<T>> OpenAsync() => _define
        ? _client.DefineCollectionAsync(_mapping, CancellationToken.None)
        : _client.OpenCollectionAsync(_mapping, CancellationToken.None);
}
