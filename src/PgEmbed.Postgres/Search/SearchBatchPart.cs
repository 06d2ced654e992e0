using Npgsql;

namespace PgEmbed.Postgres.Search;

/// <summary>A statement of a batch.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Read">Takes each of its rows; null where nobody wants them.</param>
internal sealed record SearchBatchPart(NpgsqlBatchCommand Statement, Action<NpgsqlDataReader>? Read);
