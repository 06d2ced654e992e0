using System.Data.Common;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>
/// A search in the making: each call returns another query, and enumerating one runs it. Can be kept and run again, from
/// many threads.
/// </summary>
/// <remarks>
/// Enumerating gives the rows nearest first, ties by key. All k are read before the first comes out, so that the
/// connection is free again while the caller works on them.
/// </remarks>
/// <typeparam name="T">The row that filters and projections are written for.</typeparam>
/// <typeparam name="TResult">What comes of a row.</typeparam>
public sealed class VectorQuery<T, TResult> : IAsyncEnumerable<SearchHit<TResult>>
{
    private readonly CollectionContext _context;
    private readonly QuerySource _source;
    private readonly IRowShape<T> _shape;
    private readonly Projection<TResult> _projection;

    internal VectorQuery(
        CollectionContext context, QuerySource source, IRowShape<T> shape, Projection<TResult> projection)
    {
        _context = context;
        _source = source;
        _shape = shape;
        _projection = projection;
    }

    private IReadOnlyList<Func<SearchQuery, string>> Filters { get; init; } = [];

    private int K { get; init; } = 10;

    private SearchOptions? SearchOptions { get; init; }

    /// <summary>Keeps the rows that meet a condition; of several, those that meet all.</summary>
    /// <param name="filter">The condition; translated into SQL when it runs, its values as parameters.</param>
    public VectorQuery<T, TResult> Filter(Expression<Func<T, bool>> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Filter(query => _shape.Translate(filter, query.SourceAlias, query.Parameters));
    }

    /// <inheritdoc cref="Filter(Expression{Func{T, bool}})"/>
    /// <param name="filter">The condition in SQL over the table's columns.</param>
    public VectorQuery<T, TResult> Filter(SqlFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return Filter(query => filter.ToSql(query.Parameters));
    }

    /// <summary>Says how many rows are wanted; without it, 10.</summary>
    /// <param name="k">1 to 10,000.</param>
    public VectorQuery<T, TResult> Top(int k) => Copy(_projection, Filters, k, SearchOptions);

    /// <summary>Says how it is to be run.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public VectorQuery<T, TResult> With(SearchOptions? options) => Copy(_projection, Filters, K, options);

    /// <summary>
    /// Makes something else of each row: only the columns of the properties that are named are read. What it does with
    /// their values runs here, as any code.
    /// </summary>
    /// <example><c>.Select(a => new { a.Id, a.Title })</c></example>
    /// <typeparam name="TOther">What comes of a row.</typeparam>
    /// <exception cref="PgEmbedException">A property is not mapped.</exception>
    public VectorQuery<T, TOther> Select<TOther>(Expression<Func<T, TOther>> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return Copy(_shape.Project(selector), Filters, K, SearchOptions);
    }

    /// <summary>Lets Dapper make the rows, by the columns' names: of any type that it can make.</summary>
    /// <param name="columns">The columns to read; without any, all that the table has.</param>
    /// <typeparam name="TOther">The type.</typeparam>
    /// <exception cref="PgEmbedException">The table has no such column.</exception>
    public VectorQuery<T, TOther> As<TOther>(params IReadOnlyList<string> columns)
    {
        var read = Columns(columns);
        return Copy(
            new Projection<TOther>(read, reader => RowParser(reader, read.Count)), Filters, K, SearchOptions);

        // Dapper keeps parsers by the columns' names and types, so this is a look-up.
        static TOther RowParser(NpgsqlDataReader reader, int count) =>
            reader.GetRowParser<TOther>(startIndex: 1, length: count)(reader);
    }

    /// <summary>Makes something of each row from the reader itself, by any mapper.</summary>
    /// <param name="read">Reads the row that the reader stands at, its columns from 1 on; must not move it.</param>
    /// <param name="columns">The columns to read; without any, all that the table has.</param>
    /// <typeparam name="TOther">What comes of a row.</typeparam>
    /// <exception cref="PgEmbedException">The table has no such column.</exception>
    public VectorQuery<T, TOther> Map<TOther>(Func<DbDataReader, TOther> read, params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Copy(new Projection<TOther>(Columns(columns), read), Filters, K, SearchOptions);
    }

    /// <summary>Runs it.</summary>
    /// <param name="cancellationToken">Stops it, on the server too.</param>
    /// <returns>The rows, how they were found, and whether the query's text was cut.</returns>
    /// <exception cref="FilterNotSupportedException">A part of the filter has no translation.</exception>
    /// <exception cref="SpaceMismatchException">Its vector is of another space than the collection is served from.</exception>
    /// <exception cref="PgEmbedException">k or an option is out of its range, or there is no vector to search by.</exception>
    /// <exception cref="PostgresException">The server can't run the filter.</exception>
    public async Task<SearchResult<TResult>> RunAsync(CancellationToken cancellationToken = default) =>
        (await RunAllAsync(cancellationToken).ConfigureAwait(false))[0];

    /// <summary>
    /// Runs it for a page: of the rows that meet the conditions the k nearest that no page before has shown. A row that
    /// meets them from the first page to the last is shown exactly once, whatever is written meanwhile.
    /// </summary>
    /// <param name="continuation">What the page before gave; null for the first page. All pages have 10,000 rows at most.</param>
    /// <param name="cancellationToken">Stops it, on the server too.</param>
    /// <returns>The page, and what continues it.</returns>
    /// <exception cref="PgEmbedException">
    /// As <see cref="RunAsync"/>; or the continuation is damaged, or of another search, or the pages have grown too many.
    /// </exception>
    /// <inheritdoc cref="RunAsync" path="/exception[not(@cref='PgEmbedException')]"/>
    public async Task<SearchPage<TResult>> RunPageAsync(
        string? continuation = null, CancellationToken cancellationToken = default)
    {
        var shown = Continuation.Read(continuation);
        var most = shown.Count + K;
        if (shown.Count > 0 && most > SearchOptions.MaxK)
            throw new PgEmbedException(
                $"Expected at most {SearchOptions.MaxK} rows on all pages, got {most} with this one.",
                "Narrow the search by a filter or MaxDistance.");
        var search = 0UL;
        var hashColumn = 1 + _projection.Columns.Count;
        var found = (await QueryRunner.RunAsync(
            _context,
            _source,
            vector =>
            {
                // One more than the page has, to see whether there is another.
                var query = Build(vector, most < SearchOptions.MaxK ? most + 1 : most, withKeyHash: true);
                search = Continuation.DigestOf(query, _source.Subject(vector));
                shown.MustBeOf(search);
                return query;
            },
            reader => (Row: _projection.Read(reader), Hash: reader.GetInt64(hashColumn)),
            cancellationToken).ConfigureAwait(false))[0];
        var fresh = found.Hits.Where(hit => !shown.HasShown(hit.Row.Hash)).ToList();
        var page = fresh.Take(K).ToList();
        var isLast = fresh.Count <= K && found.Hits.Count < SearchOptions.MaxK;
        return new SearchPage<TResult>(
            [.. page.Select(hit => new SearchHit<TResult>(hit.Row.Row, hit.Distance))],
            isLast || page.Count == 0 ? null : shown.After(search, [.. page.Select(hit => hit.Row.Hash)]),
            found.Plan,
            found.QueryTruncated);
    }

    /// <summary>Runs it page by page, each when it is asked for.</summary>
    /// <inheritdoc cref="RunPageAsync" path="/exception"/>
    public async IAsyncEnumerable<SearchPage<TResult>> PagesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? continuation = null;
        do
        {
            var page = await RunPageAsync(continuation, cancellationToken).ConfigureAwait(false);
            yield return page;
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <summary>Runs it and gives the rows one by one.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public IAsyncEnumerator<SearchHit<TResult>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        StreamAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Plans it, and says what statement it is, without running it.</summary>
    /// <returns>The statement, its parameters and its plan.</returns>
    /// <inheritdoc cref="RunAsync"/>
    public Task<SearchStatement> ToSqlAsync(CancellationToken cancellationToken = default) =>
        QueryRunner.StatementAsync(_context, _source, Build, cancellationToken);

    /// <summary>Runs it and says how, with the server's own plan.</summary>
    /// <returns>The search plan with what happened, and what EXPLAIN ANALYZE says of its statement.</returns>
    /// <inheritdoc cref="RunAsync"/>
    public Task<(SearchPlan Plan, string ServerPlan)> ExplainAsync(CancellationToken cancellationToken = default) =>
        QueryRunner.ExplainAsync(_context, _source, Build, cancellationToken);

    /// <summary>Runs it for each of its vectors.</summary>
    internal Task<IReadOnlyList<SearchResult<TResult>>> RunAllAsync(CancellationToken cancellationToken) =>
        QueryRunner.RunAsync(_context, _source, Build, _projection.Read, cancellationToken);

    /// <summary>Runs it for its one vector.</summary>
    internal async IAsyncEnumerable<SearchHit<TResult>> StreamAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var hit in (await RunAsync(cancellationToken).ConfigureAwait(false)).Hits)
            yield return hit;
    }

    /// <summary>As <see cref="Filter(Expression{Func{T, bool}})"/>, where there is a filter.</summary>
    internal VectorQuery<T, TResult> FilterIf(Expression<Func<T, bool>>? filter) => filter is null ? this : Filter(filter);

    /// <summary>As <see cref="Filter(SqlFilter)"/>, where there is a filter.</summary>
    internal VectorQuery<T, TResult> FilterIf(SqlFilter? filter) => filter is null ? this : Filter(filter);

    private IReadOnlyList<SourceColumn> Columns(IReadOnlyList<string> names) =>
        names.Count == 0 ? _context.Info.Source.Columns : [.. names.Select(_context.Info.Source.Column)];

    private SearchQuery Build(SpaceVector vector) => Build(vector, K, withKeyHash: false);

    private SearchQuery Build(SpaceVector vector, int k, bool withKeyHash)
    {
        var query = new SearchQuery(_context.Info, vector, k, _projection.Columns, SearchOptions)
        {
            WithKeyHash = withKeyHash,
            Sampler = _context.Sampler,
        };
        List<string> conditions = [.. Filters.Select(filter => filter(query))];
        if (_source.Condition(query) is { } own)
            conditions.Add(own);
        query.Filter = conditions switch
        {
            [] => null,
            [var one] => one,
            // On lines of its own: a comment at the end of one must not take the parenthesis with it.
            _ => string.Join(" AND ", conditions.Select(condition => $"(\n{condition}\n)")),
        };
        return query;
    }

    private VectorQuery<T, TResult> Filter(Func<SearchQuery, string> filter) =>
        Copy(_projection, [.. Filters, filter], K, SearchOptions);

    private VectorQuery<T, TOther> Copy<TOther>(
        Projection<TOther> projection, IReadOnlyList<Func<SearchQuery, string>> filters, int k, SearchOptions? options) =>
        new(_context, _source, _shape, projection) { Filters = filters, K = k, SearchOptions = options };
}
