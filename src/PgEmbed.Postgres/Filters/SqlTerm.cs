namespace PgEmbed.Postgres.Filters;

/// <summary>An SQL expression that depends on the row. SQL's NULL is C#'s null.</summary>
/// <param name="Sql">The expression; stands alone, in parentheses where it needs them.</param>
/// <param name="Type">Its type in C#, without <see cref="Nullable{T}"/>.</param>
/// <param name="Kind">Its type in PostgreSQL.</param>
/// <param name="Nullable">Whether it may be NULL.</param>
internal record SqlTerm(string Sql, Type Type, SqlKind Kind, bool Nullable) : Operand(Type)
{
    /// <summary>
    /// The joined row that the term reads, whose subquery is still to be put around it; null for a term of the table's own
    /// row. A term may depend on one joined row only, and is NULL where there is none.
    /// </summary>
    public JoinedRow? From { get; init; }

    /// <summary>A change of case that is to be understood over the expression; null: none.</summary>
    public CaseFolding? Folding { get; init; }

    /// <summary>The type for Npgsql of an array column; null for any other term.</summary>
    public string? ArrayType { get; init; }

    /// <summary>What is NULL just where the term is null to C#.</summary>
    public virtual string NullTest => Sql;

    /// <summary>Whether it is a number that may be NaN.</summary>
    public bool MayBeNaN => (Type == typeof(double) || Type == typeof(float))
        && Kind is SqlKind.Double or SqlKind.Single or SqlKind.Numeric;
}
