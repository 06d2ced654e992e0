using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("004_advice")]
internal sealed class Migration004Advice : SqlFileMigration;
