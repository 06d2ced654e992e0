namespace PgEmbed.Postgres.Filters;

/// <summary>What a term is to PostgreSQL, as far as its translation depends on it.</summary>
internal enum SqlKind
{
    Boolean,

    /// <summary>smallint, integer.</summary>
    Integer,

    /// <summary>bigint.</summary>
    BigInteger,

    Numeric,

    /// <summary>real.</summary>
    Single,

    /// <summary>double precision.</summary>
    Double,

    /// <summary>text, compared byte by byte.</summary>
    Text,

    /// <summary>character(n): trailing blanks don't count.</summary>
    PaddedText,

    Uuid,

    /// <summary>timestamp with time zone.</summary>
    Instant,

    /// <summary>timestamp without time zone that was made of an instant and stands for UTC.</summary>
    UtcTimestamp,

    /// <summary>timestamp without time zone.</summary>
    Timestamp,

    Date,

    Time,

    Interval,

    Bytes,

    /// <summary>json, jsonb.</summary>
    Json,

    Array,

    /// <summary>An enumeration type of PostgreSQL.</summary>
    Enumeration,

    /// <summary>Any other: it can be tested for NULL only.</summary>
    Other,
}
