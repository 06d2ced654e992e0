using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>A table to build on, or one of the tables that a partitioned one is made of.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Oid">Its oid.</param>
/// <param name="ParentOid">The partitioned table that it belongs to; 0 for the topmost.</param>
/// <param name="Level">How deep it lies; 0 for the topmost.</param>
/// <param name="Partitioned">Whether it is partitioned itself, and so holds no rows.</param>
/// <param name="Pages">Pages of 8 KiB that its rows take, without what is stored out of line.</param>
/// <param name="ParallelWorkers">Its storage parameter of that name; −1 where it has none.</param>
/// <param name="Temporary">Whether only its own session sees it.</param>
internal sealed record TablePart(
    string Schema,
    string Name,
    uint Oid,
    uint ParentOid,
    int Level,
    bool Partitioned,
    long Pages,
    int ParallelWorkers,
    bool Temporary)
{
    public string Sql => SqlName.Qualify(Schema, Name);
}
