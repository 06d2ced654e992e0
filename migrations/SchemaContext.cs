using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

/// <summary>The EF Core context that runs the migrations. It has no entities: the SQL files are the model.</summary>
/// <param name="connection">Where they run; never opened when scripts are made.</param>
/// <param name="prepare">Makes the text of a migration's file into what is run.</param>
internal sealed class SchemaContext(DbConnection connection, Func<string, string> prepare) : DbContext
{
    internal const string HistorySchema = "pgembed";
    internal const string HistoryTable = "migration_history";

    /// <summary>Makes the text of a migration's file into what is run.</summary>
    internal Func<string, string> Prepare { get; } = prepare;

    /// <inheritdoc/>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder)
    {
        optionsBuilder
            .UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable(HistoryTable, HistorySchema))
            .ReplaceService<IMigrationsAssembly, SqlFileMigrationsAssembly>()
            // SchemaMigrator runs everything in one transaction of its own, on a connection without retries.
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.MigrationsUserTransactionWarning));
    }
}
