using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary>What an index command is about: a collection, or a column of any table.</summary>
internal sealed class IndexTargetOptions
{
    private readonly Argument<string?> _collection = new("collection")
    {
        Description = "The collection whose store is meant; or name a --table.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _table = new("--table")
    {
        Description = "Any table with a vector column, as SQL writes it: items, app.\"Items\".",
        HelpName = "TABLE",
    };

    private readonly Option<string?> _column = new("--column")
    {
        Description = "The table's column, without quotes. Default: embedding.",
        HelpName = "COLUMN",
    };

    private readonly Option<string?> _metric = new("--metric")
    {
        Description = "cosine, l2, inner_product, l1, hamming or jaccard. Default: cosine; for bits hamming.",
        HelpName = "METRIC",
    };

    private readonly Option<string?> _indexedAs = new("--as")
    {
        Description = "Index the column as halfvec (up to 4,000 dimensions) or bit (the signs of its values).",
        HelpName = "TYPE",
    };

    private readonly Option<string?> _filter = new("--filter")
    {
        Description = "Only the rows that pass this condition in SQL: a partial index. Over the key and carried columns of a "
            + "collection's table, or over the columns of a --table.",
        HelpName = "SQL",
    };

    // Where --filter is the condition of searches, or would seem to be.
    private readonly Option<string?> _partial = new("--partial")
    {
        Description = "The partial index with this condition, as it was built with --filter.",
        HelpName = "SQL",
    };

    /// <param name="command">The command.</param>
    /// <param name="builds">Whether it builds, so that the condition of a partial index is its --filter.</param>
    public void AddTo(Command command, bool builds)
    {
        command.Add(_collection);
        command.Add(_table);
        command.Add(_column);
        command.Add(_metric);
        command.Add(_indexedAs);
        command.Add(builds ? _filter : _partial);
    }

    /// <summary>The collection's name; null where a table is meant.</summary>
    public string? Collection(ParseResult parsed) => parsed.GetValue(_collection);

    public async Task<IndexTarget> FindAsync(
        IndexManager manager, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (collection, table) = (parsed.GetValue(_collection), parsed.GetValue(_table));
        if ((collection is null) == (table is null))
            throw new UsageException("Expected either a collection or a --table.");
        var filter = parsed.GetResult(_filter) is not null ? parsed.GetValue(_filter)
            : parsed.GetResult(_partial) is not null ? parsed.GetValue(_partial)
            : null;
        if (collection is not null)
        {
            if (parsed.GetResult(_column) is not null || parsed.GetResult(_metric) is not null
                || parsed.GetResult(_indexedAs) is not null)
                throw new UsageException("--column, --metric and --as go with --table: a collection's are known.");
            return await manager.TargetAsync(collection, filter, cancellationToken);
        }

        try
        {
            return await manager.ColumnTargetAsync(
                table!,
                parsed.GetValue(_column) ?? "embedding",
                parsed.GetValue(_metric) is { } metric ? IndexMetricExtensions.Parse(metric) : null,
                parsed.GetValue(_indexedAs) is { } type ? IndexedTypeExtensions.Parse(type) : null,
                filter,
                cancellationToken);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
