using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// What Hugging Face's tokenizers library knows of characters outside its BERT parts, read from the embedded
/// <c>unicode-characters.txt</c>: the runtime's own data is of another version and would give other tokens, and the
/// normalization of the runtime depends on the ICU that the machine has.
/// </summary>
internal static class UnicodeCharacters
{
    private static readonly Lazy<CharacterData> LazyData = new(() => new CharacterData("unicode-characters.txt"));
    private static readonly ConcurrentDictionary<string, CodePointSet?> Properties = new();

    public static CharacterData Data => LazyData.Value;

    /// <summary>White space as Unicode's property <c>White_Space</c> has it.</summary>
    public static CodePointSet WhiteSpace { get; } = CodePointSet.OfRanges(
    [
        (0x09, 0x0D), (0x20, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
        (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000),
    ]);

    /// <summary>A set of the file that is known to be there.</summary>
    public static CodePointSet Set(string name) =>
        TryGetSet(name, out var set) ? set : throw new ArgumentException($"There is no set '{name}'.", nameof(name));

    /// <summary>
    /// A section of the file by its name, or a group of general categories by its letter: <c>L</c>, <c>M</c>, <c>N</c>…
    /// </summary>
    public static bool TryGetSet(string name, [NotNullWhen(true)] out CodePointSet? set)
    {
        set = Properties.GetOrAdd(name, Find);
        return set is not null;
    }

    private static CodePointSet? Find(string name)
    {
        if (Data.Has(name))
            return Data.Set(name);
        var parts = name.Length == 1 ? Data.Names(name).Where(part => part.Length == 2).ToList() : [];
        return parts.Count == 0 ? null : CodePointSet.Union(parts.Select(Data.Set));
    }
}
