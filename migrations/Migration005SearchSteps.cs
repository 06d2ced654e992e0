using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("005_search_steps")]
internal sealed class Migration005SearchSteps : SqlFileMigration;
