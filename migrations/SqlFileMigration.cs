using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

/// <summary>
/// A migration that is a pair of SQL files, <c>NNN_name.up.sql</c> and <c>NNN_name.down.sql</c>; its
/// <see cref="MigrationAttribute"/> names them.
/// </summary>
internal abstract class SqlFileMigration : Migration
{
    /// <summary>Makes the text of a file into what is run.</summary>
    internal Func<string, string> Prepare { get; set; } = sql => sql;

    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => Run(migrationBuilder, "up");

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => Run(migrationBuilder, "down");

    private void Run(MigrationBuilder migrationBuilder, string direction)
    {
        var id = GetType().GetCustomAttribute<MigrationAttribute>()!.Id;
        migrationBuilder.Sql(Prepare(EmbeddedSql.Read($"migrations/{id}.{direction}.sql")));
    }
}
