using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

/// <summary>
/// Gives EF Core the migrations of this assembly. EF's own finds them alike, but would create each without telling it
/// how to prepare its SQL, and wants ids that begin with a time.
/// </summary>
internal sealed class SqlFileMigrationsAssembly(ICurrentDbContext context) : IMigrationsAssembly
{
    private static readonly SortedDictionary<string, TypeInfo> ById = new(
        typeof(SqlFileMigration).Assembly.DefinedTypes
            .Where(type => type.IsSubclassOf(typeof(SqlFileMigration)))
            .ToDictionary(type => type.GetCustomAttribute<MigrationAttribute>()!.Id),
        StringComparer.Ordinal);

    /// <summary>The ids of all migrations, oldest first.</summary>
    internal static IReadOnlyCollection<string> Ids => ById.Keys;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TypeInfo> Migrations => ById;

    /// <inheritdoc/>
    public ModelSnapshot? ModelSnapshot => null;

    /// <inheritdoc/>
    public Assembly Assembly => typeof(SqlFileMigration).Assembly;

    /// <inheritdoc/>
    public string? FindMigrationId(string nameOrId) => ById.ContainsKey(nameOrId) ? nameOrId : null;

    /// <inheritdoc/>
    public Migration CreateMigration(TypeInfo migrationClass, string activeProvider)
    {
        var migration = (SqlFileMigration)Activator.CreateInstance(migrationClass.AsType())!;
        migration.Prepare = ((SchemaContext)context.Context).Prepare;
        migration.ActiveProvider = activeProvider;
        return migration;
    }
}
