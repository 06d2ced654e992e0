namespace PgEmbed.Postgres.Mapping;

/// <summary>A row's key: the values of its key columns, equal when all are.</summary>
internal readonly struct RowKey : IEquatable<RowKey>
{
    private readonly object[] _values;

    public RowKey(object[] values) => _values = values;

    public int Count => _values.Length;

    public object this[int index] => _values[index];

    public bool Equals(RowKey other) => _values.AsSpan().SequenceEqual(other._values);

    public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in _values)
            hash.Add(value);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Join(", ", _values);
}
