using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("002_carried")]
internal sealed class Migration002Carried : SqlFileMigration;
