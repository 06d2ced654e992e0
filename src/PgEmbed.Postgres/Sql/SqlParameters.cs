using System.Globalization;
using Npgsql;

namespace PgEmbed.Postgres.Sql;

/// <summary>
/// The values of a statement in the making. <see cref="Add(object)"/> returns the placeholder, so a value can't get into the text.
/// </summary>
public sealed class SqlParameters
{
    private readonly List<NpgsqlParameter> _parameters = [];

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
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }

    /// <summary>Puts the parameters into a command's collection. Each run needs its own copies.</summary>
    public void CopyTo(NpgsqlParameterCollection target)
    {
        ArgumentNullException.ThrowIfNull(target);
        foreach (var parameter in _parameters)
            target.Add(parameter.Clone());
    }
}
