using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace PgEmbed.Migrations;

/// <summary>Installs, upgrades and removes PgEmbed's schema in a database.</summary>
/// <remarks>
/// Each change is one transaction, from the first check to the last function, so a database is never half-way. It
/// begins with an advisory lock, so two processes change one after the other and the second finds nothing to do. EF
/// Core runs the migrations inside it and keeps the history table; on the way down it deletes its last row there
/// before the table and the schema are dropped.
/// </remarks>
public sealed partial class SchemaMigrator
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly ILogger _logger;

    /// <summary>Creates a migrator.</summary>
    /// <param name="dataSource">The database; taken, never disposed.</param>
    /// <param name="logger">Where it tells what it does.</param>
    public SchemaMigrator(NpgsqlDataSource dataSource, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>Brings the schema to the newest migration and installs the SQL functions.</summary>
    /// <returns>What was done; empty where there was nothing to do.</returns>
    /// <exception cref="PgEmbedException">
    /// The server or its pgvector is too old or missing, the role may not, the schema was made by a newer library or
    /// holds something else. Nothing was changed.
    /// </exception>
    public Task<SchemaChange> UpAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(RunUpAsync, cancellationToken);

    /// <summary>Removes the schema; user tables, roles and the extension vector stay.</summary>
    /// <returns>What was done; empty where there was nothing to do.</returns>
    /// <exception cref="PgEmbedException">
    /// There are collections and <see cref="SchemaDownOptions.Force"/> is not set, something else lives in the schemas
    /// or needs an object of theirs, the schema was made by a newer library, or the role may not. Nothing was changed.
    /// </exception>
    public Task<SchemaChange> DownAsync(
        SchemaDownOptions? options = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            (connection, transaction, token) => RunDownAsync(connection, transaction, options ?? new(), token),
            cancellationToken);

    /// <summary>Says how the database's schema stands against this library; changes nothing.</summary>
    /// <exception cref="PgEmbedException">The server can't be reached or the role may not read the catalog.</exception>
    public async Task<SchemaStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var connection = _dataSource.CreateConnection();
        await using var closing = connection.ConfigureAwait(false);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await SchemaReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (SchemaErrors.IsOfServer(exception))
        {
            throw SchemaErrors.Translate(exception, _dataSource);
        }
    }

    /// <summary>The SQL of a change as one script for psql: <c>sql/install.sql</c> is the one upwards.</summary>
    /// <remarks>It is for a database without PgEmbed (up) or at this library's newest migration (down).</remarks>
    public static string Script(SchemaDirection direction) =>
        direction == SchemaDirection.Up ? SchemaScript.Up() : SchemaScript.Down();

    private async Task<SchemaChange> ChangeAsync(
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task<SchemaChange>> change,
        CancellationToken cancellationToken)
    {
        var connection = _dataSource.CreateConnection();
        await using var closing = connection.ConfigureAwait(false);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            SchemaChange done;
            // Read committed, so that what is read after the lock is what the one before has left.
            var transaction = await connection
                .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
                .ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await ExecuteAsync(connection, SchemaScript.Lock, cancellationToken).ConfigureAwait(false);
                done = await change(connection, transaction, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            // The data source knows the types as they were when it first connected.
            if (!done.IsEmpty)
                await connection.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
            return done;
        }
        catch (Exception exception) when (SchemaErrors.IsOfServer(exception))
        {
            throw SchemaErrors.Translate(exception, _dataSource);
        }
    }

    private async Task<SchemaChange> RunUpAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var status = await SchemaReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        RefuseNewer(status);
        if (status.IsCurrent)
            return new SchemaChange([], [], false, false, status.Warning);

        if (!status.IsInstalled)
            await ExecuteAsync(connection, SchemaScript.Preflight, cancellationToken).ConfigureAwait(false);
        var vectorSchema = await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);

        await MigrateAsync(connection, transaction, vectorSchema, null, cancellationToken).ConfigureAwait(false);
        foreach (var id in status.Pending)
            LogApplied(id);

        if (!status.FunctionsCurrent)
        {
            await ExecuteAsync(connection, SchemaScript.DropFunctions(SqlFunctions.Signatures), cancellationToken)
                .ConfigureAwait(false);
            await ExecuteAsync(
                connection,
                EmbeddedSql.WithVectorSchema(SchemaScript.CreateFunctions, vectorSchema),
                cancellationToken).ConfigureAwait(false);
            LogFunctions(SqlFunctions.Signatures.Count);
        }

        var after = await SchemaReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        return new SchemaChange(
            status.Pending, [], !status.FunctionsCurrent, status.PgvectorVersion is null, after.Warning);
    }

    private async Task<SchemaChange> RunDownAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        SchemaDownOptions options,
        CancellationToken cancellationToken)
    {
        var status = await SchemaReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        RefuseNewer(status);
        if (!status.IsInstalled)
            return new SchemaChange([], [], false, false, null);

        var vectorSchema = await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        if (options.Force)
            await ExecuteAsync(connection, "SET LOCAL pgembed.drop_collections = on", cancellationToken)
                .ConfigureAwait(false);
        await ExecuteAsync(connection, SchemaScript.DropStores, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, SchemaScript.DropFunctions([]), cancellationToken).ConfigureAwait(false);
        await MigrateAsync(connection, transaction, vectorSchema, Migration.InitialDatabase, cancellationToken)
            .ConfigureAwait(false);
        await ExecuteAsync(connection, SchemaScript.DropHistory, cancellationToken).ConfigureAwait(false);

        var reverted = status.Applied.Reverse().ToList();
        foreach (var id in reverted)
            LogReverted(id);
        return new SchemaChange([], reverted, false, false, null);
    }

    /// <summary>
    /// Empties the search path, so that every name is found where it is meant to be, and returns the quoted schema of
    /// the extension vector.
    /// </summary>
    private static async Task<string> PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, SchemaScript.EmptySearchPath, cancellationToken).ConfigureAwait(false);
        using var find = new NpgsqlCommand(
            """
            SELECT quote_ident(n.nspname)
            FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'vector'
            """,
            connection);
        return (string)(await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task MigrateAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        string vectorSchema,
        string? target,
        CancellationToken cancellationToken)
    {
        var context = new SchemaContext(
            connection, sql => SchemaScript.AsOneStatement(EmbeddedSql.WithVectorSchema(sql, vectorSchema)));
        await using var closing = context.ConfigureAwait(false);
        context.Database.SetCommandTimeout(0);
        await context.Database.UseTransactionAsync(transaction, cancellationToken).ConfigureAwait(false);
        // EF asks for the history before it makes it, and a refused question would end the transaction.
        var history = context.GetService<IHistoryRepository>();
        await ExecuteAsync(connection, history.GetCreateIfNotExistsScript(), cancellationToken).ConfigureAwait(false);
        await context.Database.MigrateAsync(target, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // A change takes as long as it takes; who wants less cancels.
        using var command = new NpgsqlCommand(SchemaScript.AsOneStatement(sql), connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void RefuseNewer(SchemaStatus status)
    {
        if (status.IsNewer)
            throw new PgEmbedException(
                $"Expected a schema no newer than {SqlFileMigrationsAssembly.Ids.Last()}, but the database also has "
                    + $"{string.Join(", ", status.Unknown)}.",
                "Use a version of PgEmbed at least as new as the one that made it.");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Migration}")]
    private partial void LogApplied(string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reverted migration {Migration}")]
    private partial void LogReverted(string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Installed {Count} SQL functions")]
    private partial void LogFunctions(int count);
}
