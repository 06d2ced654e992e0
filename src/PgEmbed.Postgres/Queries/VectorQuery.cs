using System.Data.Common;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Dapper;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>
/// A search in the making: each call returns another query, and enumerating one runs it, giving rows as they come, nearest
/// first, ties by key. Can be kept and run again, from many threads.
/// </summary>
/// <typeparam name="T">The row that filters and projections are written for.</typeparam>
/// <typeparam name="TResult">What comes of a row.</typeparam>
public sealed class VectorQuery<T, TResult> : IAsyncEnumerable<SearchHit<TResult>>
{
    private readonly SqlSessions _sessions;
    private readonly CollectionContext _context;
    private readonly QuerySource _source;
    private readonly Func<CollectionState, IRowShape<T>> _shape;
    private readonly Func<CollectionState, Projection<TResult>> _projection;

    internal VectorQuery(
        SqlSessions sessions,
        CollectionContext context,
        QuerySource source,
        Func<CollectionState, IRowShape<T>> shape,
        Func<CollectionState, Projection<TResult>> projection)
    {
        _sessions = sessions;
        _context = context;
        _source = source;
        _shape = shape;
        _projection = projection;
    }

    private IReadOnlyList<Func<IRowShape<T>, SearchQuery, string>> Filters { get; init; } = [];

    private int K { get; init; } = 10;

    private SearchOptions? SearchOptions { get; init; }

    /// <summary>Keeps the rows that meet a condition; of several, those that meet all.</summary>
    /// <param name="filter">The condition; translated into SQL when it runs, its values as parameters.</param>
    public VectorQuery<T, TResult> Filter(Expression<Func<T, bool>> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return With((shape, query) => shape.Translate(filter, query.SourceAlias, query.Parameters));
    }

    /// <inheritdoc cref="Filter(Expression{Func{T, bool}})"/>
    /// <param name="filter">The condition in SQL over the table's columns.</param>
    public VectorQuery<T, TResult> Filter(SqlFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return With((_, query) => filter.ToSql(query.Parameters));
    }

    /// <summary>Says how many rows are wanted; without it, 10.</summary>
    /// <param name="k">1 to 10,000.</param>
    public VectorQuery<T, TResult> Top(int k) => Copy(_projection, Filters, k, SearchOptions);

    /// <summary>Says how it is to be run.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public VectorQuery<T, TResult> With(SearchOptions? options) => Copy(_projection, Filters, K, options);

    /// <summary>
    /// Makes something else of each row: only the columns of the properties that are named are read. What it does with
    /// their values runs here.
    /// </summary>
    /// <example><c>.Select(a => new { a.Id, a.Title })</c></example>
    /// <typeparam name="TOther">What comes of a row.</typeparam>
    /// <exception cref="PgEmbedException">When it runs: a property is not mapped.</exception>
    public VectorQuery<T, TOther> Select<TOther>(Expression<Func<T, TOther>> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return Copy(state => _shape(state).Project(selector), Filters, K, SearchOptions);
    }

    /// <summary>Lets Dapper make the rows, by the columns' names: of any type that it can make.</summary>
    /// <param name="columns">The columns to read; without any, all that the table has.</param>
    /// <typeparam name="TOther">The type.</typeparam>
    public VectorQuery<T, TOther> As<TOther>(params IReadOnlyList<string> columns) => Copy(
        state =>
        {
            var read = Columns(state, columns);
            return new Projection<TOther>(
                read, reader => reader.GetRowParser<TOther>(startIndex: 1, length: read.Count));
        },
        Filters,
        K,
        SearchOptions);

    /// <summary>Makes something of each row from the reader itself, by any mapper.</summary>
    /// <param name="read">Reads the row that the reader stands at; must not move it.</param>
    /// <param name="columns">The columns to read; without any, all that the table has.</param>
    /// <typeparam name="TOther">What comes of a row.</typeparam>
    public VectorQuery<T, TOther> Map<TOther>(Func<DbDataReader, TOther> read, params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Copy(
            state => new Projection<TOther>(Columns(state, columns), _ => read), Filters, K, SearchOptions);
    }

    /// <summary>Runs it.</summary>
    /// <param name="cancellationToken">Stops it, on the server too.</param>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="SpaceMismatchException">Its vector is of another space than the collection is served from.</exception>
    /// <exception cref="PgEmbedException">k or an option is out of its range, or there is no vector to search by.</exception>
    /// <exception cref="Npgsql.PostgresException">The server can't run the filter.</exception>
    public IAsyncEnumerator<SearchHit<TResult>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        RunOneAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Plans it, and says what statement it is, without running it.</summary>
    /// <returns>The statement, its parameters and its plan.</returns>
    /// <inheritdoc cref="GetAsyncEnumerator"/>
    public Task<SearchStatement> ToSqlAsync(CancellationToken cancellationToken = default) =>
        new QueryRunner(_sessions, _context).StatementAsync(_source, (s, v) => Build(s, v).Query, cancellationToken);

    /// <summary>Runs it and says how, with the server's own plan.</summary>
    /// <returns>The search plan with what happened, and what EXPLAIN ANALYZE says of its statement.</returns>
    /// <inheritdoc cref="GetAsyncEnumerator"/>
    public Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(CancellationToken cancellationToken = default) =>
        new QueryRunner(_sessions, _context).ExplainAsync(_source, (s, v) => Build(s, v).Query, cancellationToken);

    /// <summary>Runs it for its one vector.</summary>
    internal async IAsyncEnumerable<SearchHit<TResult>> RunOneAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (_, hit) in RunAsync(cancellationToken).ConfigureAwait(false))
            yield return hit;
    }

    /// <summary>Runs it for each of its vectors.</summary>
    internal IAsyncEnumerable<(int Query, SearchHit<TResult> Hit)> RunAsync(CancellationToken cancellationToken) =>
        new QueryRunner(_sessions, _context).RunAsync(_source, Build, cancellationToken);

    /// <summary>As <see cref="Filter(Expression{Func{T, bool}})"/>, where there is a filter.</summary>
    internal VectorQuery<T, TResult> FilterIf(Expression<Func<T, bool>>? filter) => filter is null ? this : Filter(filter);

    /// <summary>As <see cref="Filter(SqlFilter)"/>, where there is a filter.</summary>
    internal VectorQuery<T, TResult> FilterIf(SqlFilter? filter) => filter is null ? this : Filter(filter);

    private static IReadOnlyList<SourceColumn> Columns(CollectionState state, IReadOnlyList<string> names) =>
        names.Count == 0 ? state.Info.Source.Columns : [.. names.Select(state.Info.Source.Column)];

    private (SearchQuery Query, Projection<TResult> Projection) Build(CollectionState state, SpaceVector vector)
    {
        var projection = _projection(state);
        var query = new SearchQuery(state.Info, vector, K, projection.Columns, SearchOptions);
        var shape = _shape(state);
        List<string> conditions = [.. Filters.Select(filter => filter(shape, query))];
        if (_source.Condition(query) is { } own)
            conditions.Add(own);
        // On lines of its own: a comment at the end of one must not take the parenthesis with it.
        query.Filter = conditions switch
        {
            [] => null,
            [var one] => one,
            _ => string.Join(" AND ", conditions.Select(condition => $"(\n{condition}\n)")),
        };
        return (query, projection);
    }

    private VectorQuery<T, TResult> With(Func<IRowShape<T>, SearchQuery, string> filter) =>
        Copy(_projection, [.. Filters, filter], K, SearchOptions);

    private VectorQuery<T, TOther> Copy<TOther>(
        Func<CollectionState, Projection<TOther>> projection,
        IReadOnlyList<Func<IRowShape<T>, SearchQuery, string>> filters,
        int k,
        SearchOptions? options) =>
        new(_sessions, _context, _source, _shape, projection) { Filters = filters, K = k, SearchOptions = options };
}
