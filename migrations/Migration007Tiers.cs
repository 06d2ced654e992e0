using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("007_tiers")]
internal sealed class Migration007Tiers : SqlFileMigration;
