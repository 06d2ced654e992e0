using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>Says what stands in the way of a build, and what to do about it.</summary>
internal static class BuildErrors
{
    /// <exception cref="PgEmbedException">The graph doesn't fit in the memory, and that is not allowed.</exception>
    public static void MustFit(IndexBuildPlan plan)
    {
        if (!plan.Spills || plan.Options.AllowSpill)
            return;
        var step = plan.Steps.Where(s => s.Spills).MaxBy(s => s.MemoryNeeded)!;
        throw new PgEmbedException(
            $"Expected {Mebibytes(step.MemoryNeeded)} of memory for the index on {step.Table} "
            + $"({step.Rows.ToString("N0", CultureInfo.InvariantCulture)} vectors of {plan.Target.Dimensions} dimensions, "
            + $"m = {plan.Options.M}), found {Mebibytes(plan.MemoryLimit.Bytes)} ({plan.MemoryLimit.Source}).",
            "A build that doesn't fit is many times slower. Give it more memory (--max-memory), let it have fewer links "
            + $"(--m), store half the bytes (codec f16){(plan.Target.Filter is null ? ", partition the table" : "")}, or "
            + "accept the slow build (--allow-spill).");
    }

    /// <summary>Whether the server could not get the memory that its workers share.</summary>
    public static bool IsSharedMemory(PostgresException e) =>
        e.File?.Contains("dsm_impl", StringComparison.Ordinal) ?? false;

    /// <summary>Runs work, and words those of its errors that the caller can do something about.</summary>
    public static async Task<T> GuardAsync<T>(NpgsqlConnection connection, IndexTarget target, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new PgEmbedException(
                $"Expected the rights of the owner of {target.TableSql}: {e.MessageText}.",
                "Connect as its owner, or as a role that is a member of it.",
                e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DiskFull)
        {
            throw new PgEmbedException(
                $"Expected room on disk for the index on {target.TableSql}: {e.MessageText}.",
                "Free some, or name a larger tablespace in default_tablespace.",
                e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidObjectDefinition && target.Filter is not null)
        {
            throw new PgEmbedException(
                $"Expected the filter of a partial index to say the same of a row at any time: {e.MessageText}.",
                "Leave now(), random() and what depends on the session's settings out; write times with their zone.",
                e);
        }
        catch (PostgresException e) when (e.SqlState is not PostgresErrorCodes.QueryCanceled)
        {
            if (await IsGoneAsync(connection, target).ConfigureAwait(false))
                throw new PgEmbedException(
                    $"Expected table {target.TableSql}, found that it was dropped meanwhile.", innerException: e);
            throw;
        }
    }

    private static async Task<bool> IsGoneAsync(NpgsqlConnection connection, IndexTarget target)
    {
        try
        {
            return await connection.ExecuteScalarAsync<bool>(
                "SELECT pg_catalog.to_regclass(@table) IS NULL", new { table = target.TableSql }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Mebibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / (double)(1 << 20)):N0} MiB");
}
