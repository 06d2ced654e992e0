namespace PgEmbed.Postgres.Indexes;

/// <summary>Whether searches can use an index.</summary>
public enum HnswIndexState
{
    /// <summary>They can.</summary>
    Valid,

    /// <summary>Not yet: a session is building it, or holds the lock that one would.</summary>
    Building,

    /// <summary>
    /// They can't, and nobody is building it: a build failed or was killed. Writers still pay for it.
    /// </summary>
    Invalid,
}
