using System.CommandLine;
using System.Diagnostics;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed db</c>: the private PostgreSQL cluster.</summary>
internal static class DatabaseCommand
{
    public static Command Create(Terminal terminal) => new("db", "The private PostgreSQL cluster, used where no server is named.")
    {
        Start(terminal),
        Stop(terminal),
        Status(terminal),
        Url(terminal),
        Psql(terminal),
        Destroy(terminal),
    };

    private static Command Start(Terminal terminal)
    {
        var command = new Command("start", "Start the cluster, making it where there is none.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var connection = await StartAsync(cancellationToken);
            terminal.Say("Running.");
            terminal.Output.WriteLine(connection.ToUri());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Stop(Terminal terminal)
    {
        var command = new Command("stop", "Stop the cluster; its data stays.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await LocalCluster.Open().StopAsync(cancellationToken);
            terminal.Say("Stopped.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Status(Terminal terminal)
    {
        var json = CommonOptions.Json();
        var command = new Command("status", "Say whether the cluster runs, where its data is and how large.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var status = await LocalCluster.Open().GetStatusAsync(cancellationToken);
            if (parsed.GetValue(json))
            {
                terminal.WriteJson(status with { });
                return ExitCode.Done;
            }

            terminal.WriteFacts(
                ("state", status.State.ToString().ToLowerInvariant()),
                ("folder", status.Directory),
                ("PostgreSQL", status.Version),
                ("process", status.ProcessId?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("port", status.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("socket", status.SocketDirectory),
                ("size", Format.Bytes(status.Bytes)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Url(Terminal terminal)
    {
        var password = new Option<bool>("--password") { Description = "Put the password in." };
        var command = new Command("url", "Print the URL of the cluster's database, starting it where it is stopped.")
        {
            password,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = await StartAsync(cancellationToken);
            terminal.Output.WriteLine(connection.ToUri(withPassword: parsed.GetValue(password)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Psql(Terminal terminal)
    {
        var connection = CommonOptions.Connection();
        var arguments = new Argument<string[]>("arguments")
        {
            Description = "psql's own, after --.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("psql", "Run psql against the database: pgembed db psql -- -c 'SELECT 1'")
        {
            connection,
            arguments,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var found = await ConnectionResolver.ResolveAsync(
                parsed.GetValue(connection), cancellationToken: cancellationToken);
            // Beside the private cluster's server there is a psql, whether the PATH has one or not.
            var psql = found.Source == ConnectionSource.LocalCluster
                ? await LocalCluster.Open().GetPsqlCommandAsync(found.Database, cancellationToken)
                : found.ToPsqlCommand();
            var start = new ProcessStartInfo(psql.FileName, [.. psql.Arguments, .. parsed.GetValue(arguments)!]);
            foreach (var (name, value) in psql.Environment)
            {
                if (value is null)
                    start.Environment.Remove(name);
                else
                    start.Environment[name] = value;
            }

            using var process = StartProcess(start);
            // psql takes Ctrl-C for itself, to cancel a statement.
            Console.CancelKeyPress += (_, key) => key.Cancel = true;
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode;
        });
        return command;
    }

    private static Command Destroy(Terminal terminal)
    {
        var yes = new Option<bool>("--yes") { Description = "Do it; without, only say what would be deleted." };
        var command = new Command("destroy", "Stop the cluster and delete all of its data.") { yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var cluster = LocalCluster.Open();
            var status = await cluster.GetStatusAsync(cancellationToken);
            if (status.State == LocalClusterState.Absent)
            {
                terminal.Say($"There is no cluster in {status.Directory}.");
                return ExitCode.Done;
            }

            if (!parsed.GetValue(yes))
            {
                terminal.Say($"Would delete {status.Directory} ({Format.Bytes(status.Bytes)}). Repeat with --yes.");
                return ExitCode.Misused;
            }

            await cluster.DestroyAsync(cancellationToken);
            terminal.Say($"Deleted {status.Directory}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ServerConnection> StartAsync(CancellationToken cancellationToken)
    {
        var cluster = LocalCluster.Open();
        await cluster.EnsureStartedAsync(cancellationToken);
        await cluster.EnsureDatabaseAsync(ConnectionResolver.LocalDatabase, cancellationToken);
        return cluster.Connection(ConnectionResolver.LocalDatabase);
    }

    private static Process StartProcess(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new PgEmbedException(
                $"Expected to run {start.FileName}: {e.Message}", "Install PostgreSQL's client programs.", e);
        }
    }
}
