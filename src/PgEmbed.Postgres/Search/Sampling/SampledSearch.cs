using Npgsql;

namespace PgEmbed.Postgres.Search.Sampling;

/// <summary>A search that is kept as a sample, until it is written.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="SpaceId">The query vector's space.</param>
/// <param name="Filter">The filter, its values marked; null for none.</param>
/// <param name="Values">Its values.</param>
/// <param name="K">How many rows were asked for.</param>
/// <param name="Plan">The search plan.</param>
/// <param name="Hits">How many rows came.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Vector">The query vector, where it is kept.</param>
internal sealed record SampledSearch(
    int CollectionId,
    Guid SpaceId,
    string? Filter,
    IReadOnlyList<NpgsqlParameter> Values,
    int K,
    string Plan,
    int Hits,
    double Milliseconds,
    NpgsqlParameter? Vector);
