using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// What joins the indexes of partitions under indexes of the partitioned tables. From the bottom up: an index ON ONLY the
/// partitioned table, which is invalid while it lacks a partition's, and one ATTACH for each. What is there already, from
/// a build that was interrupted, is left out.
/// </summary>
internal sealed class PartitionStatements(
    IndexTarget target, HnswOptions options, BuildNames naming, IReadOnlyList<TablePart> parts, IReadOnlyList<HnswIndex> all)
{
    public IReadOnlyList<string> All() =>
        [.. parts.Where(part => part.Partitioned).OrderByDescending(part => part.Level).SelectMany(Of)];

    private IEnumerable<string> Of(TablePart parent)
    {
        var name = naming.For(parent.Name);
        var there = all.FirstOrDefault(i => i.Schema == parent.Schema && i.Name == name);
        if (there is null)
            yield return BuildPlanner.CreateStatement(target, options, "", name, $"ONLY {parent.Sql}");
        foreach (var child in parts.Where(part => part.ParentOid == parent.Oid))
        {
            var index = naming.Usable(child, all, options);
            if (there is null || index is null || index.ParentOid != there.Oid)
                yield return
                    $"ALTER INDEX {SqlName.Qualify(parent.Schema, name)} ATTACH PARTITION "
                    + SqlName.Qualify(child.Schema, index?.Name ?? naming.For(child.Name));
        }
    }
}
