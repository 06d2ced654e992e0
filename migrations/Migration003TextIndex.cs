using Microsoft.EntityFrameworkCore.Migrations;

namespace PgEmbed.Migrations;

[Migration("003_text_index")]
internal sealed class Migration003TextIndex : SqlFileMigration;
