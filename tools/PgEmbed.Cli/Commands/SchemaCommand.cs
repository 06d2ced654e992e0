using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Migrations;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed schema</c>: the catalog and functions in a database.</summary>
internal static class SchemaCommand
{
    public static Command Create(Terminal terminal) => new("schema", "The catalog and SQL functions in the database.")
    {
        Up(terminal),
        Down(terminal),
        Status(terminal),
        Script(terminal),
    };

    private static Command Up(Terminal terminal)
    {
        var connection = CommonOptions.Connection();
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; say what would be done." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the SQL." };
        var command = new Command("up", "Install the schema, or bring it up to date.") { connection, dryRun, showSql };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var migrator = new SchemaMigrator(database.DataSource);
            if (parsed.GetValue(showSql))
                terminal.Output.WriteLine(SchemaMigrator.Script(SchemaDirection.Up));
            if (parsed.GetValue(dryRun))
            {
                var status = await migrator.GetStatusAsync(cancellationToken);
                terminal.Say(status.IsCurrent
                    ? "Up to date: nothing would be done."
                    : $"Would apply: {List(status.Pending)}; functions: {(status.FunctionsCurrent ? "current" : "replace")}.");
                return ExitCode.Done;
            }

            await ApplyAsync(migrator, terminal, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Brings the schema up to date and says what was done.</summary>
    internal static async Task ApplyAsync(
        SchemaMigrator migrator, Terminal terminal, CancellationToken cancellationToken)
    {
        var change = await migrator.UpAsync(cancellationToken);
        terminal.Say(change.IsEmpty
            ? "Schema: up to date."
            : $"Schema: applied {List(change.Applied)}{(change.FunctionsInstalled ? ", functions installed" : "")}.");
        if (change.Warning is not null)
            terminal.Say($"Warning: {change.Warning}");
    }

    private static Command Down(Terminal terminal)
    {
        var connection = CommonOptions.Connection();
        var force = new Option<bool>("--force") { Description = "Also where collections and their vectors would be lost." };
        var command = new Command("down", "Remove the schema: nothing of it stays; your tables do.") { connection, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var change = await new SchemaMigrator(database.DataSource).DownAsync(
                new SchemaDownOptions { Force = parsed.GetValue(force) }, cancellationToken);
            terminal.Say(change.IsEmpty ? "Schema: there was none." : $"Schema: reverted {List(change.Reverted)}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Status(Terminal terminal)
    {
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("status", "Say what is installed. Exit code 3 where it is out of date.")
        {
            connection,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var status = await new SchemaMigrator(database.DataSource).GetStatusAsync(cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(status);
            else
                terminal.WriteFacts(
                    ("state", status.IsNewer ? "newer than this program"
                        : status.IsCurrent ? "up to date"
                        : status.IsInstalled ? "out of date" : "not installed"),
                    ("applied", List(status.Applied)),
                    ("pending", List(status.Pending)),
                    ("functions", status.FunctionsCurrent ? "current" : "out of date"),
                    ("PostgreSQL", status.ServerVersion),
                    ("pgvector", status.PgvectorVersion is null ? "not installed"
                        : $"{status.PgvectorVersion} in schema {status.PgvectorSchema}"),
                    ("warning", status.Warning));
            return status.IsCurrent ? ExitCode.Done : ExitCode.OutOfDate;
        });
        return command;
    }

    private static Command Script(Terminal terminal)
    {
        var down = new Option<bool>("--down") { Description = "The script that removes it." };
        var command = new Command("script", "Print the SQL that installs the schema through psql alone.") { down };
        command.SetAction(parsed =>
        {
            terminal.Output.Write(
                SchemaMigrator.Script(parsed.GetValue(down) ? SchemaDirection.Down : SchemaDirection.Up));
            return ExitCode.Done;
        });
        return command;
    }

    private static string List(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
