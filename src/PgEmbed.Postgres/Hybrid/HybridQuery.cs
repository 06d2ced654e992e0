using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>One hybrid search: a text and its vector, among which rows, and what of them comes back.</summary>
internal sealed class HybridQuery
{
    /// <summary>The figures before the row's columns: score, distance, the text's score.</summary>
    public const int Figures = 3;

    // As of SearchQuery: drawn anew by each process, so no filter's own text has it.
    private static readonly string Marker = $"$pgembed_{RandomNumberGenerator.GetHexString(16, lowercase: true)}_";

    private readonly CollectionInfo _collection;
    private readonly SpaceVector _vector;
    private readonly string _text;
    private readonly int _k;
    private readonly IReadOnlyList<SourceColumn> _columns;
    private readonly HybridOptions _options;

    /// <summary>Creates a query.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="vector">The query vector; must be of the collection's space.</param>
    /// <param name="text">The text whose words are looked for.</param>
    /// <param name="k">How many rows.</param>
    /// <param name="columns">The source columns to return.</param>
    /// <param name="options">How it is to be run.</param>
    /// <exception cref="SpaceMismatchException">The vector is of another space.</exception>
    /// <exception cref="PgEmbedException">k or an option is out of its range.</exception>
    public HybridQuery(
        CollectionInfo collection,
        SpaceVector vector,
        string text,
        int k,
        IReadOnlyList<SourceColumn> columns,
        HybridOptions? options)
    {
        ArgumentNullException.ThrowIfNull(text);
        vector.MustBeOf(collection.Store.Space);
        if (k is < 1 or > SearchOptions.MaxK)
            throw new PgEmbedException($"Expected k from 1 to {SearchOptions.MaxK}, got {k}.");
        _options = options ?? new HybridOptions();
        _options.Validate();
        _collection = collection;
        _vector = vector;
        _text = Storable(text);
        _k = k;
        _columns = columns;
    }

    /// <summary>The collection that is searched.</summary>
    public CollectionInfo Collection => _collection;

    /// <summary>How many rows are asked for.</summary>
    public int K => _k;

    /// <summary>How the legs become one ranking.</summary>
    public HybridFusion Fusion => _options.Fusion;

    /// <summary>The filter's values.</summary>
    public SqlParameters Parameters { get; } = new(Marker);

    /// <summary>The condition, or null for none. It names the table's columns plainly, or by the table's name.</summary>
    public string? Filter { get; set; }

    /// <summary>The alias of the source table within the filter: its own name.</summary>
    public string SourceAlias => SqlName.Quote(_collection.Source.Name);

    /// <summary>The search: the figures, then the columns, the best row first.</summary>
    public NpgsqlCommand Search(NpgsqlConnection connection)
    {
        var keys = _collection.KeyColumns.Select((column, i) =>
            $"_pgembed_row.{SqlName.Quote(column.Name)} = _pgembed_hit.key[{i + 1}]::{column.Type}");
        var columns = _columns.Select(column => $", _pgembed_row.{SqlName.Quote(column.Name)}");
        var command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT _pgembed_hit.score, _pgembed_hit.distance, _pgembed_hit.text_score{string.Concat(columns)}
            FROM pgembed.hybrid_search({Arguments(command.Parameters)}) WITH ORDINALITY
                    AS _pgembed_hit (key, score, distance, text_score, place)
                JOIN {_collection.Source.Sql} AS _pgembed_row ON {string.Join(" AND ", keys)}
            ORDER BY _pgembed_hit.place
            """;
        return command;
    }

    /// <summary>What the server says of how it is run: aspects and their values.</summary>
    public NpgsqlCommand Explain(NpgsqlConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"SELECT aspect, value FROM pgembed.explain_hybrid({Arguments(command.Parameters)})";
        return command;
    }

    private string Arguments(NpgsqlParameterCollection target)
    {
        var parameters = new SqlParameters();
        var collection = parameters.Add(_collection.Name);
        var space = parameters.Add(_collection.Store.Space.Id);
        var vector = parameters.Add(new NpgsqlParameter
        {
            Value = _vector.Values,
            DataTypeName = $"{_collection.Extension.Schema}.vector",
        });
        var text = parameters.Add(_text);
        var k = parameters.Add(_k);
        var options = parameters.Add(new NpgsqlParameter { Value = _options.ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        var filter = "NULL";
        if (Filter is not null)
        {
            var condition = parameters.Add(Filter);
            var marker = parameters.Add(Marker);
            // The values go as what they are, and become texts on the server, which knows their types by then.
            var values = Parameters.Numbered(parameters.Count + 1).ToList();
            filter = $"pgembed.bind_filter({condition}, {marker}, "
                + $"ARRAY[{string.Join(", ", values.Select(v => v + "::text"))}]::text[], "
                + $"ARRAY[{string.Join(", ", values.Select(v => $"pg_typeof({v})"))}]::regtype[])";
        }

        parameters.CopyTo(target);
        if (Filter is not null)
            Parameters.CopyTo(target);
        return $"{collection}, ROW({space}, {vector})::pgembed.space_vector, {text}, {k}, {filter}, {options}";
    }

    // PostgreSQL takes no NUL and no half of a surrogate pair; neither is part of a word.
    private static string Storable(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', ' ')));
}
