using Npgsql.Internal;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>What is done with bytes that are not pgvector's.</summary>
internal static class WireFormat
{
    /// <summary>Throws where a value is too short to have a header.</summary>
    public static void CheckHeader(PgReader reader, int size, string typeName)
    {
        if (reader.CurrentRemaining < size)
            throw Broken(typeName, $"got a value of {reader.CurrentRemaining} bytes");
    }

    /// <summary>The exception for bytes that are not of the type's form.</summary>
    /// <remarks>Npgsql skips what is left of the value, so the connection stays usable.</remarks>
    public static PgEmbedException Broken(string typeName, string got, Exception? cause = null) => new(
        $"Expected pgvector's binary form of {typeName}, {got}.",
        $"Check that the database's type {typeName} is pgvector's, and that this PgEmbed knows its version.",
        cause);
}
