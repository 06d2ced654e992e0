using System.Globalization;
using Npgsql;

namespace PgEmbed.Postgres.Sql;

/// <summary>
/// The values of a statement in the making. <see cref="Add(object)"/> returns the placeholder, so a value can't get into the text.
/// </summary>
public sealed class SqlParameters
{
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly string? _marker;

    /// <summary>Creates an empty list whose placeholders are <c>$n</c>.</summary>
    public SqlParameters()
    {
    }

    /// <summary>
    /// Creates an empty list whose placeholders are the marker, n and a dollar sign, for a text that gets its numbers
    /// later.
    /// </summary>
    /// <param name="marker">A word that can't occur in the text by itself.</param>
    internal SqlParameters(string marker) => _marker = marker;

    /// <summary>How many there are.</summary>
    public int Count => _parameters.Count;

    /// <summary>Adds a value, its type inferred from its .NET type.</summary>
    /// <returns>Its placeholder, <c>$n</c>.</returns>
    public string Add(object? value) => Add(new NpgsqlParameter { Value = value ?? DBNull.Value });

    /// <summary>Adds a parameter as it is.</summary>
    /// <returns>Its placeholder, <c>$n</c>.</returns>
    public string Add(NpgsqlParameter parameter)
    {
        _parameters.Add(parameter);
        return _marker is null
            ? string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}")
            : string.Create(CultureInfo.InvariantCulture, $"{_marker}{_parameters.Count}$");
    }

    /// <summary>Their placeholders <c>$n</c> in a statement where they come at this number.</summary>
    internal IEnumerable<string> Numbered(int first) => Enumerable.Range(first, _parameters.Count)
        .Select(number => string.Create(CultureInfo.InvariantCulture, $"${number}"));

    /// <summary>Copies of the parameters.</summary>
    internal IReadOnlyList<NpgsqlParameter> Clone() => _parameters.ConvertAll(parameter => parameter.Clone());

    /// <summary>Puts the parameters into a command's collection. Each run needs its own copies.</summary>
    public void CopyTo(NpgsqlParameterCollection target)
    {
        ArgumentNullException.ThrowIfNull(target);
        foreach (var parameter in _parameters)
            target.Add(parameter.Clone());
    }
}
