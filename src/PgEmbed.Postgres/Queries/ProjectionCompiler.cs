using System.Linq.Expressions;
using System.Reflection;
using Npgsql;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Postgres.Queries;

/// <summary>
/// Compiles a projection: each property of the row that it reads becomes a column of the reader, so that no other column
/// is fetched. What it does with the values runs here, as any code does. Where it takes the row itself, all are read.
/// </summary>
/// <remarks>
/// Compiling takes longer than many a search, so those that only pick properties (into an anonymous type, a record, a
/// tuple) are kept by what they pick; others are interpreted, which is cheaper than compiling for the rows of one search.
/// </remarks>
internal sealed class ProjectionCompiler<T> : ExpressionVisitor
{
    private readonly RowMap<T> _map;
    private readonly ParameterExpression _row;
    private readonly ParameterExpression _reader = Expression.Parameter(typeof(NpgsqlDataReader));
    private readonly List<int> _used = [];

    private ProjectionCompiler(RowMap<T> map, ParameterExpression row)
    {
        _map = map;
        _row = row;
    }

    public static Projection<TResult> Compile<TResult>(Expression<Func<T, TResult>> selector, RowMap<T> map)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return ProjectionKey.Of(selector) is { } key
            ? (Projection<TResult>)map.Projections.GetOrAdd(key, _ => Make(selector, map, isKept: true))
            : Make(selector, map, isKept: false);
    }

    private static Projection<TResult> Make<TResult>(Expression<Func<T, TResult>> selector, RowMap<T> map, bool isKept)
    {
        var compiler = new ProjectionCompiler<T>(map, selector.Parameters[0]);
        var body = compiler.Visit(selector.Body);
        // A statement selects something.
        if (compiler._used.Count == 0)
            compiler._used.Add(map.Keys[0]);
        var read = Expression.Lambda<Func<NpgsqlDataReader, TResult>>(body, compiler._reader)
            .Compile(preferInterpretation: !isKept);
        return new Projection<TResult>([.. compiler._used.Select(i => map.Columns[i])], read);
    }

    protected override Expression VisitMember(MemberExpression node) =>
        node.Member is PropertyInfo property && node.Expression == _row
            ? Column(IndexOf(property))
            : base.VisitMember(node);

    // The row itself, given to a method for instance.
    protected override Expression VisitParameter(ParameterExpression node) => node == _row
        ? RowReader.Row<T>(_map.Properties, [.. _map.Properties.Select((_, i) => Column(i))])
        : node;

    private Expression Column(int property)
    {
        var place = _used.IndexOf(property);
        if (place < 0)
        {
            place = _used.Count;
            _used.Add(property);
        }

        return RowReader.Value(_reader, Expression.Constant(place + 1), _map.Properties[property]);
    }

    private int IndexOf(PropertyInfo property)
    {
        for (var i = 0; i < _map.Properties.Count; i++)
        {
            if (_map.Properties[i].Property.Name == property.Name)
                return i;
        }

        throw new PgEmbedException(
            $"Expected a property that is mapped to a column, got {typeof(T).Name}.{property.Name}.",
            "Map it, or leave it out of what is selected.");
    }
}
