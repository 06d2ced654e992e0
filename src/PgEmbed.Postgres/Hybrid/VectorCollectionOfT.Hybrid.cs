using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;

namespace PgEmbed.Postgres;

public sealed partial class VectorCollection<T>
{
    /// <summary>
    /// Finds the rows that fit a text best by its meaning and its words together. The collection needs a text index
    /// (<see cref="TextIndexManager"/>).
    /// </summary>
    /// <param name="text">The query; embedded with the model's query prompt.</param>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count; translated into SQL, its values as parameters.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>min(k, rows that pass the filter and have a vector) rows, the best first, ties by key.</returns>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="PgEmbedException">An argument is out of its range, or there is no text index.</exception>
    public async IAsyncEnumerable<HybridHit<T>> HybridSearchAsync(
        string text,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        HybridOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var vector = await Context.EmbedQueryAsync(text, cancellationToken).ConfigureAwait(false);
        await foreach (var hit in HybridSearchAsync(text, vector, k, filter, options, cancellationToken)
            .ConfigureAwait(false))
            yield return hit;
    }

    /// <summary>Finds the rows that fit a text's words and a vector best together.</summary>
    /// <param name="text">The text whose words are looked for.</param>
    /// <param name="vector">The query vector, of the collection's space: the text's, or of another that says it better.</param>
    /// <inheritdoc cref="HybridSearchAsync(string, int, Expression{Func{T, bool}}?, HybridOptions?, CancellationToken)"/>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count; translated into SQL, its values as parameters.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SpaceMismatchException">The vector is of another space.</exception>
    public async IAsyncEnumerable<HybridHit<T>> HybridSearchAsync(
        string text,
        SpaceVector vector,
        int k = 10,
        Expression<Func<T, bool>>? filter = null,
        HybridOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var query = new HybridQuery(Info, vector, text, k, _map.Columns, options);
        if (filter is not null)
            query.Filter = FilterTranslator.Translate(filter, _map, query.SourceAlias, query.Parameters);
        foreach (var hit in await HybridSearch.RunAsync(
            Context, query, reader => _map.Read(reader, HybridQuery.Figures), cancellationToken).ConfigureAwait(false))
            yield return hit;
    }
}
