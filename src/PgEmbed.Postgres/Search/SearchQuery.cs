using System.Security.Cryptography;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Search;

/// <summary>One search: what is near to what, among which rows, and what of them comes back.</summary>
internal sealed class SearchQuery
{
    /// <summary>
    /// What stands for the filter's values until the planner on the server numbers them. It is drawn anew by each
    /// process, so no filter's own text has it.
    /// </summary>
    public static readonly string Marker = $"$pgembed_{RandomNumberGenerator.GetHexString(16, lowercase: true)}_";

    /// <summary>Creates a query.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="vector">The query vector; must be of the collection's space.</param>
    /// <param name="k">How many rows.</param>
    /// <param name="columns">The source columns to return.</param>
    /// <param name="options">How it is to be run.</param>
    /// <exception cref="SpaceMismatchException">The vector is of another space.</exception>
    /// <exception cref="PgEmbedException">k or an option is out of its range.</exception>
    public SearchQuery(
        CollectionInfo collection,
        SpaceVector vector,
        int k,
        IReadOnlyList<SourceColumn> columns,
        SearchOptions? options)
    {
        vector.MustBeOf(collection.Store.Space);
        if (k is < 1 or > SearchOptions.MaxK)
            throw new PgEmbedException($"Expected k from 1 to {SearchOptions.MaxK}, got {k}.");
        options ??= new SearchOptions();
        options.Validate();
        Collection = collection;
        K = k;
        Columns = columns;
        Options = options;
        MaxDistance = options.MaxDistance;
        Vector = vector;
    }

    public CollectionInfo Collection { get; }

    /// <summary>What rows are near to.</summary>
    public SpaceVector Vector { get; }

    public int K { get; }

    public IReadOnlyList<SourceColumn> Columns { get; }

    public SearchOptions Options { get; }

    /// <summary>
    /// No row farther than this is returned: as the options have it, and as near as their least relevance asks for, once
    /// that is known. Null: however far.
    /// </summary>
    public double? MaxDistance { get; private set; }

    /// <summary>The filter's values; their placeholders begin with <see cref="Marker"/>.</summary>
    public SqlParameters Parameters { get; } = new(Marker);

    /// <summary>The condition, or null for none. It names the table's columns plainly, or by the table's name.</summary>
    public string? Filter { get; set; }

    /// <summary>The alias of the source table: its own name, so that a filter can say it.</summary>
    public string SourceAlias => SqlName.Quote(Collection.Source.Name);

    /// <summary>The query vector as a parameter; each use needs its own.</summary>
    public NpgsqlParameter VectorParameter => VectorForms.Parameter(Codec.F32, Collection.Extension, Vector.Values);

    /// <summary>Whether a hash of the row's key comes after the columns.</summary>
    public bool WithKeyHash { get; init; }

    /// <summary>Where the search may be kept as a sample; null for none.</summary>
    public QuerySampler? Sampler { get; init; }

    /// <summary>Says what distance the least relevance comes to, for this query.</summary>
    public void LimitDistance(double most) =>
        MaxDistance = Options.MaxDistance is { } asked ? Math.Min(asked, most) : most;

    /// <summary>Puts the query vector, as a codec indexes it, then the filter's values, into a statement's parameters.</summary>
    public void CopyTo(NpgsqlParameterCollection target, Codec codec)
    {
        target.Add(VectorForms.Parameter(codec, Collection.Extension, Vector.Values));
        Parameters.CopyTo(target);
    }
}
