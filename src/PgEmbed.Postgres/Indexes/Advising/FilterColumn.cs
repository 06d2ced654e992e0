namespace PgEmbed.Postgres.Indexes.Advising;

/// <summary>What a filter says of one column of the table.</summary>
/// <param name="Measure">The filter, as it was measured.</param>
/// <param name="Column">The column.</param>
/// <param name="Condition">What it says, over the table.</param>
/// <param name="Rows">How many rows of the table are expected to meet that.</param>
/// <param name="Values">How many values it asks for by equality; 0 where it asks for a range or otherwise.</param>
internal sealed record FilterColumn(FilterMeasure Measure, string Column, string Condition, double Rows, int Values);
