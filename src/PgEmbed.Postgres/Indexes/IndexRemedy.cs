namespace PgEmbed.Postgres.Indexes;

/// <summary>What an index needs.</summary>
public enum IndexRemedy
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Its table is to be vacuumed: dead rows take the place of living ones in every search.</summary>
    Vacuum,

    /// <summary>It is to be built anew: it has grown, or its graph has worn out.</summary>
    Rebuild,
}
