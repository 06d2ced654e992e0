namespace PgEmbed.Postgres.VectorFiles;

/// <summary>How a vector file keeps a value.</summary>
public enum NpyElement
{
    /// <summary>32-bit float, <c>&lt;f4</c>.</summary>
    F32,

    /// <summary>16-bit float, <c>&lt;f2</c>: half the size.</summary>
    F16,
}
