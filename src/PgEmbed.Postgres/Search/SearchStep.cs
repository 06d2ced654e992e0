namespace PgEmbed.Postgres.Search;

/// <summary>What happened in one step of a search.</summary>
/// <param name="Name">Its name, as <c>pgembed.search_statement</c> has it: probe, farther, matching, ranked, every.</param>
/// <param name="Started">Whether the steps before it left it something to do.</param>
/// <param name="LookedAt">How many vectors the index gave it; null where it doesn't go by the index.</param>
/// <param name="Passed">How many rows it found.</param>
/// <param name="Milliseconds">How long it took on the server.</param>
public sealed record SearchStep(string Name, bool Started, long? LookedAt, long Passed, double Milliseconds);
