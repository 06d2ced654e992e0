using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PgEmbed.Postgres.Indexes;

/// <summary>
/// The names that PgEmbed gives to indexes. A name follows from what is indexed, so that an index which a killed build
/// left invalid is known as ours by its name, whoever finds it and whenever.
/// </summary>
internal static partial class IndexNames
{
    private const string Replacement = "_new";

    // Room for the ending of a replacement, so that a name and its replacement's differ in just that.
    private const int MaxBytes = 59;

    /// <summary>The name for an index on a table: <c>table_hnsw</c> on a store, <c>table_column_hnsw_metric</c> elsewhere.</summary>
    public static string For(IndexTarget target, string table)
    {
        var stem = target.StoreId is null ? $"{table}_{target.Column}" : table;
        var ending = "_hnsw";
        // The plain index of a store needs no mark; whatever is special is told apart by a hash of what makes it so.
        if (target.Filter is not null || !target.IsPlainColumn)
            ending += "_" + Hash($"{target.Expression}\n{target.OperatorClass.Name}\n{target.Filter}");
        else if (target.StoreId is null)
            ending += "_" + target.OperatorClass.Metric.ToName();
        return Stem(stem, ending) + ending;
    }

    /// <summary>The name under which the replacement of an index is built.</summary>
    public static string ReplacementOf(string name) => Stem(name, "") + Replacement;

    /// <summary>Whether the name is one that <see cref="For"/> gives to an index on the table, or its replacement's.</summary>
    /// <param name="name">The index's name.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">The columns that the index refers to; null where the table is a store.</param>
    public static bool IsOurs(string name, string table, IReadOnlyList<string>? columns)
    {
        var match = Ending().Match(name);
        if (!match.Success)
            return false;
        var (stem, ending) = (name[..match.Index], match.Groups[1].Value);
        return (columns?.Select(column => $"{table}_{column}") ?? [table]).Any(whole => Stem(whole, ending) == stem);
    }

    // A stem that is too long is cut, and a hash of the whole keeps it apart from others.
    private static string Stem(string stem, string ending)
    {
        var room = MaxBytes - ending.Length;
        if (Encoding.UTF8.GetByteCount(stem) <= room)
            return stem;
        var hash = "_" + Hash(stem);
        var kept = new StringBuilder();
        room -= hash.Length;
        foreach (var rune in stem.EnumerateRunes().TakeWhile(rune => (room -= rune.Utf8SequenceLength) >= 0))
            kept.Append(rune);
        return kept.Append(hash).ToString();
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    [GeneratedRegex("(_hnsw(?:_[0-9a-f]{8}|_cosine|_l2|_inner_product|_l1|_hamming|_jaccard)?)(?:_new)?$")]
    private static partial Regex Ending();
}
