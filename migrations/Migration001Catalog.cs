using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("001_catalog")]
internal sealed class Migration001Catalog : SqlFileMigration;
