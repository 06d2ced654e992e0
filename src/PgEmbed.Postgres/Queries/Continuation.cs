using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Queries;

/// <summary>
/// What continues a search on its next page: which search it is, and which rows were shown. It holds a hash of each row,
/// not the distance of the last one: an index search for more rows may find nearer ones that the search for fewer has
/// missed, and beyond a distance they would never be shown. So a row that passes all the while is shown exactly once, one
/// that is updated not twice, and one that is deleted moves none out of sight.
/// </summary>
/// <remarks>
/// In bytes: version (1), a digest of the search (8), a check sum (8), then the hashes of the rows' keys (8 each, the
/// server's <c>hash_record_extended</c>); in base64url. The form is that of <c>pgembed.search_page</c>, but the digest is another, since filters are written
/// differently here.
/// </remarks>
internal sealed class Continuation
{
    private const byte Version = 1;
    private const int HashLength = sizeof(ulong);
    private const int HeadLength = 1 + (2 * HashLength);

    private readonly ulong? _search;
    private readonly List<long> _shown;
    private readonly HashSet<long> _lookup;

    private Continuation(ulong? search, List<long> shown)
    {
        _search = search;
        _shown = shown;
        _lookup = [.. shown];
    }

    /// <summary>How many rows were shown.</summary>
    public int Count => _shown.Count;

    /// <summary>Reads one; null stands before the first page.</summary>
    /// <exception cref="PgEmbedException">It is not whole.</exception>
    public static Continuation Read(string? text)
    {
        if (text is null)
            return new Continuation(null, []);
        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            throw Damaged();
        }

        var hashes = bytes.AsSpan(Math.Min(HeadLength, bytes.Length));
        if (hashes.Length == 0 || hashes.Length % HashLength > 0 || bytes[0] != Version)
            throw Damaged();
        var search = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(1));
        var shown = new List<long>(hashes.Length / HashLength);
        for (var i = 0; i < hashes.Length; i += HashLength)
            shown.Add(BinaryPrimitives.ReadInt64BigEndian(hashes[i..]));
        return CheckSum(search, shown) == BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(1 + HashLength))
            ? new Continuation(search, shown)
            : throw Damaged();
    }

    /// <summary>The digest of a search: of all that decides which rows come, and in which order.</summary>
    /// <param name="query">The search.</param>
    /// <param name="subject">What it looks for.</param>
    public static ulong DigestOf(SearchQuery query, string subject) => Hash([
        query.Collection.Name,
        query.Collection.Store.Space.Id.ToString(),
        subject,
        query.Filter?.Replace(SearchQuery.Marker, "$", StringComparison.Ordinal) ?? "",
        ParameterText.Of(query.Parameters),
        string.Create(CultureInfo.InvariantCulture, $"{query.Options.MaxDistance:R} {query.Options.MinRelevance:R}"),
    ]);

    /// <summary>Whether a row was shown.</summary>
    public bool HasShown(long row) => _lookup.Contains(row);

    /// <summary>Throws where it continues another search.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void MustBeOf(ulong search)
    {
        if (_search is { } own && own != search)
            throw new PgEmbedException(
                "Expected a continuation of this search, got one of another.",
                "Collection, query, filter and thresholds must be those of the page before.");
    }

    /// <summary>What continues the search once more rows have been shown.</summary>
    public string After(ulong search, IReadOnlyCollection<long> rows)
    {
        List<long> shown = [.. _shown, .. rows];
        var bytes = new byte[HeadLength + (HashLength * shown.Count)];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1), search);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(1 + HashLength), CheckSum(search, shown));
        for (var i = 0; i < shown.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(HeadLength + (HashLength * i)), shown[i]);
        return Base64Url.EncodeToString(bytes);
    }

    private static ulong CheckSum(ulong search, List<long> shown)
    {
        var bytes = new byte[HashLength * (1 + shown.Count)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, search);
        for (var i = 0; i < shown.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(HashLength * (1 + i)), shown[i]);
        return BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(bytes));
    }

    // Each part with its length, so that no two lists read the same.
    private static ulong Hash(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset());
    }

    private static PgEmbedException Damaged() => new(
        "Expected a continuation as the page before has given it, got one that is damaged.",
        "Give it whole and unchanged, or none for the first page.");
}
