using System.Text;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// What the indexes of one build are called, which of those that are there it can use, and how the new ones take the
/// place of old ones. A replacement is built under a name of its own beside the old index, so that searches have one all
/// the time; a build that was interrupted at any point is taken up where it stopped.
/// </summary>
internal sealed class BuildNames(IndexTarget target, bool replaces, HnswIndex? existing)
{
    /// <summary>The name that an index on a table has while it is built.</summary>
    public string For(string table)
    {
        var name = IndexNames.For(target, table);
        return replaces ? IndexNames.ReplacementOf(name) : name;
    }

    /// <summary>Whether an index is on the same, by the same metric.</summary>
    public static bool SameDefinition(HnswIndex index, IndexTarget target)
    {
        if (index.OperatorClass != target.OperatorClass || (index.Filter is null) != (target.Filter is null))
            return false;
        if (target.Filter is null)
            return target.IsPlainColumn ? index.Column == target.Column
                : index.Column is null && Words(index.Expression, target) == Words(target.Expression, target);
        // The server words conditions in its own way, so those are known by the names that follow from them.
        var name = IndexNames.For(target, index.Table);
        return index.Name == name || index.Name == IndexNames.ReplacementOf(name);
    }

    /// <summary>A valid index on a part that does for this build; null: it has to be built.</summary>
    /// <exception cref="PgEmbedException">The name is taken by an index on something else.</exception>
    public HnswIndex? Usable(TablePart part, IEnumerable<HnswIndex> all, HnswOptions options)
    {
        var name = For(part.Name);
        var here = all.Where(i => i.Schema == part.Schema && i.Table == part.Name && i.State == HnswIndexState.Valid)
            .ToList();
        if (here.Find(i => i.Name == name && !SameDefinition(i, target)) is { } other)
            throw new PgEmbedException(
                $"Expected index {other.Sql}, if it is there, on {target.Description}, found it on "
                + $"({other.Expression}), {other.OperatorClass?.Metric.ToName() ?? "another operator class"}.",
                "Rename or drop it first.");
        return here.Find(i => SameDefinition(i, target) && (replaces
            ? i.Name == name && i.M == options.M && i.EfConstruction == options.EfConstruction
            : i.ParentOid == 0 || all.Any(p => p.Oid == i.ParentOid && p.Name == For(p.Table))));
    }

    /// <summary>What drops the old index and gives its name to the new one.</summary>
    public IReadOnlyList<string> Swap(IReadOnlyList<TablePart> parts, IReadOnlyList<HnswIndex> all)
    {
        if (replaces)
            return
            [
                existing!.DropStatement,
                .. parts.Select(part => Rename(part, part.Level == 0 ? existing.Name : IndexNames.For(target, part.Name))),
            ];
        // A rebuild was killed between its drop and its rename.
        return [.. parts
            .Where(part => all.Any(i => i.Schema == part.Schema && i.State == HnswIndexState.Valid
                && i.Name == IndexNames.ReplacementOf(IndexNames.For(target, part.Name)) && SameDefinition(i, target)))
            .Select(part => Rename(part, IndexNames.For(target, part.Name)))];
    }

    // A cast, or the signs of a column: the server says the same with other parentheses, and schemas as its search path has it.
    private static string Words(string expression, IndexTarget target) =>
        new StringBuilder(expression).Replace("\"", "").Replace("(", "").Replace(")", "").Replace(" ", "")
            .Replace(target.Extension.Schema + ".", "").Replace("pg_catalog.", "").ToString();

    private string Rename(TablePart part, string name) =>
        $"ALTER INDEX {SqlName.Qualify(part.Schema, IndexNames.ReplacementOf(IndexNames.For(target, part.Name)))} "
        + $"RENAME TO {SqlName.Quote(name)}";
}
