namespace PgEmbed.Postgres.Indexes;

/// <summary>A transaction that a build would wait for.</summary>
/// <param name="ProcessId">The server's process; null for a prepared transaction.</param>
/// <param name="Role">Whose it is; null where this role may not see it.</param>
/// <param name="Application">The program that it says it is.</param>
/// <param name="Since">When it began; null where this role may not see it.</param>
/// <param name="State">What its session is doing: active, idle in transaction…</param>
/// <param name="Statement">The statement that it runs, or ran last.</param>
/// <param name="HoldsLock">Whether it holds a lock on the table, and not only an old snapshot.</param>
public sealed record BlockingTransaction(
    int? ProcessId,
    string? Role,
    string? Application,
    DateTime? Since,
    string? State,
    string? Statement,
    bool HoldsLock);
