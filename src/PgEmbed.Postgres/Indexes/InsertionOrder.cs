namespace PgEmbed.Postgres.Indexes;

/// <summary>
/// The order in which a build inserts vectors in the graph, which is the order of the table's rows on disk. On texts'
/// vectors and at m 16 no order has a point of recall over the loaded one, at m 8 a shuffled one has two
/// (<c>tools/bench order</c>), so the default is to leave rows where they are.
/// </summary>
public enum InsertionOrder
{
    /// <summary>As the rows lie.</summary>
    AsStored,

    /// <summary>By a draw.</summary>
    Shuffled,

    /// <summary>Those first around which vectors spread in the fewest directions: ascending local intrinsic dimensionality.</summary>
    DimensionalityUp,

    /// <summary>Those first around which they spread in the most.</summary>
    DimensionalityDown,
}
