namespace PgEmbed.Postgres.Evaluation;

/// <summary>A query of a test collection.</summary>
/// <param name="Id">Its id, by which judgments name it.</param>
/// <param name="Text">What is looked for.</param>
/// <param name="Columns">What else the file says of it, by name: to judge subgroups by.</param>
public sealed record EvaluationQuery(string Id, string Text, IReadOnlyDictionary<string, string> Columns);
