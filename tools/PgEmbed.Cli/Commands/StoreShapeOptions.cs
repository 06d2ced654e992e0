using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Cli.Commands;

/// <summary>The options that say what a store carries and how it is divided.</summary>
internal sealed class StoreShapeOptions
{
    private readonly Option<string[]> _carry = new("--carry")
    {
        Description = "A column to copy into the store, so that its partitions and indexes can use it; may be repeated.",
        HelpName = "COLUMN",
    };

    private readonly Option<string?> _by = new("--partition-by")
    {
        Description = "Divide the store by this key or carried column; one of the next five says how.",
        HelpName = "COLUMN",
    };

    private readonly Option<string[]> _values = new("--value")
    {
        Description = "A value that gets a partition of its own; may be repeated.",
    };

    private readonly Option<int?> _frequent = new("--frequent")
    {
        Description = "So many of the most frequent values get a partition each.",
        HelpName = "COUNT",
    };

    private readonly Option<string[]> _bounds = new("--bound")
    {
        Description = "A bound at which a partition begins, ascending; may be repeated.",
    };

    private readonly Option<string?> _step = new("--step")
    {
        Description = "A partition for each step that has rows: '1 month', '7 days', 1000.",
    };

    private readonly Option<int?> _hash = new("--hash")
    {
        Description = "So many partitions, by the column's hash.",
        HelpName = "COUNT",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_carry, _by, _values, _frequent, _bounds, _step, _hash])
            command.Add(option);
    }

    /// <summary>Whether any of them was given.</summary>
    public bool Given(ParseResult parsed) =>
        parsed.GetResult(_carry) is not null || parsed.GetResult(_by) is not null || Ways(parsed) > 0;

    /// <summary>The carried columns.</summary>
    public IReadOnlyList<string> Carried(ParseResult parsed) => parsed.GetValue(_carry) ?? [];

    /// <summary>How the store is divided; null for one table.</summary>
    public Partitioning? Partitioning(ParseResult parsed)
    {
        if (parsed.GetValue(_by) is not { } column)
            return Ways(parsed) == 0
                ? null
                : throw new UsageException("Expected --partition-by with --value, --frequent, --bound, --step or --hash.");
        if (Ways(parsed) != 1)
            throw new UsageException(
                "Expected one of --value, --frequent, --bound, --step and --hash with --partition-by.");
        if (parsed.GetValue(_values) is { Length: > 0 } values)
            return Postgres.Catalog.Partitioning.ByList(column, values);
        if (parsed.GetValue(_bounds) is { Length: > 0 } bounds)
            return Postgres.Catalog.Partitioning.ByRange(column, bounds);
        if (parsed.GetValue(_frequent) is { } frequent)
            return Postgres.Catalog.Partitioning.ByFrequentValues(column, frequent);
        if (parsed.GetValue(_hash) is { } hash)
            return Postgres.Catalog.Partitioning.ByHash(column, hash);
        return Postgres.Catalog.Partitioning.ByStep(column, parsed.GetValue(_step)!);
    }

    private int Ways(ParseResult parsed) =>
        ((Option[])[_values, _frequent, _bounds, _step, _hash]).Count(option => parsed.GetResult(option) is not null);
}
