using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;

namespace PgEmbed.Postgres;

public partial class VectorCollection
{
    /// <summary>
    /// Finds the rows that fit a text best by its meaning and its words together. The collection needs a text index
    /// (<see cref="TextIndexManager"/>).
    /// </summary>
    /// <param name="text">The query.</param>
    /// <param name="k">How many rows, 1 to 10,000.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="options">How it is to be run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>
    /// min(k, rows that pass the filter and have a vector) rows, the best first, ties by key; a value by column name.
    /// </returns>
    /// <exception cref="PgEmbedException">An argument is out of its range, or there is no text index.</exception>
    /// <exception cref="PostgresException">The server can't run the filter.</exception>
    public async IAsyncEnumerable<HybridHit<IReadOnlyDictionary<string, object?>>> HybridSearchRowsAsync(
        string text,
        int k = 10,
        SqlFilter? filter = null,
        HybridOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var query = await HybridQueryAsync(text, k, filter, options, cancellationToken).ConfigureAwait(false);
        foreach (var hit in await HybridSearch.RunAsync(Context, query, RowBehindFigures, cancellationToken)
            .ConfigureAwait(false))
            yield return hit;
    }

    /// <summary>Runs a hybrid search and says how: its fusion, the words and what they weigh, the rows of each step.</summary>
    /// <returns>Aspects and their values, as <c>pgembed.explain_hybrid</c> gives them; the statement is the last.</returns>
    /// <inheritdoc cref="HybridSearchRowsAsync"/>
    public async Task<IReadOnlyList<(string Aspect, string Value)>> ExplainHybridRowsAsync(
        string text,
        int k = 10,
        SqlFilter? filter = null,
        HybridOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var query = await HybridQueryAsync(text, k, filter, options, cancellationToken).ConfigureAwait(false);
        return await HybridSearch.ExplainAsync(Sessions, query, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HybridQuery> HybridQueryAsync(
        string text, int k, SqlFilter? filter, HybridOptions? options, CancellationToken cancellationToken)
    {
        var vector = await Context.EmbedQueryAsync(text, cancellationToken).ConfigureAwait(false);
        var query = new HybridQuery(Info, vector, text, k, Info.Source.Columns, options);
        query.Filter = filter?.ToSql(query.Parameters);
        return query;
    }

    private IReadOnlyDictionary<string, object?> RowBehindFigures(NpgsqlDataReader reader)
    {
        var row = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = HybridQuery.Figures; i < reader.FieldCount; i++)
            row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        return row;
    }
}
