using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("006_codec")]
internal sealed class Migration006Codec : SqlFileMigration;
