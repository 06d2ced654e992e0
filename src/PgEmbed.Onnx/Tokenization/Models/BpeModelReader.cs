using System.Text.Json;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Reads the <c>model</c> part of <c>tokenizer.json</c> where its type is BPE.</summary>
internal static class BpeModelReader
{
    public static BpeModel Read(JsonPart part)
    {
        if (part.OptionalDecimal("dropout") is { } dropout and not 0)
            throw part.Error(
                $"a 'dropout' of {dropout} is not supported.",
                "It makes a text's ids random, which is for training: set it to null.");
        var prefix = part.OptionalText("continuing_subword_prefix") ?? "";
        var suffix = part.OptionalText("end_of_word_suffix") ?? "";
        var byteFallback = part.OptionalFlag("byte_fallback") ?? false;
        if (byteFallback && (prefix.Length > 0 || suffix.Length > 0))
            throw part.Error(
                "'byte_fallback' together with 'continuing_subword_prefix' or 'end_of_word_suffix' is not supported.");
        var vocabulary = part.Object("vocab").NumberTable();
        var unknown = part.OptionalText("unk_token");
        // An unknown token that is not in the vocabulary only fails where it is needed; byte-level files have such.
        int? unknownId = unknown is not null && vocabulary.TryGetValue(unknown, out var id) ? id : null;
        if (unknown is not null && unknownId is null)
            throw part.Error($"the unknown token '{unknown}' is not in the vocabulary.");
        return new BpeModel(
            vocabulary,
            ReadMerges(part, vocabulary, prefix),
            unknownId,
            part.OptionalFlag("fuse_unk") ?? false,
            byteFallback,
            part.OptionalFlag("ignore_merges") ?? false,
            prefix,
            suffix);
    }

    /// <summary>Merges by rank, each a text <c>"a b"</c> or, in newer files, a list <c>["a", "b"]</c>.</summary>
    private static BpeMerges ReadMerges(JsonPart part, Dictionary<string, int> vocabulary, string prefix)
    {
        var values = part.Values("merges");
        var merges = new BpeMerges(values.Count);
        var tokens = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        using var merged = new CharBuffer(0);
        for (var rank = 0; rank < values.Count; rank++)
        {
            merged.Clear();
            var cut = ReadMerge(part, values[rank], merged);
            var (left, right) = (IdOf(merged.Written[..cut]), IdOf(merged.Written[cut..]));
            if (!merged.Written[cut..].StartsWith(prefix, StringComparison.Ordinal))
                throw part.Error(
                    $"the merge of '{merged.Written[..cut]}' and '{merged.Written[cut..]}': the second lacks the prefix "
                    + $"'{prefix}'.");
            merged.Remove(cut, prefix.Length);
            merges.Add(left, right, rank, IdOf(merged.Written));
        }

        return merges;

        int IdOf(ReadOnlySpan<char> token) => tokens.TryGetValue(token, out var id)
            ? id
            : throw part.Error($"the token '{token}' of a merge is not in the vocabulary.", "The file is damaged.");
    }

    /// <summary>Appends the two tokens of a merge, one behind the other; the length of the first.</summary>
    private static int ReadMerge(JsonPart part, JsonElement value, CharBuffer merged)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2)
        {
            var first = part.TextIn(value[0], "merges");
            merged.Append(first);
            merged.Append(part.TextIn(value[1], "merges"));
            return first.Length;
        }

        var text = part.TextIn(value, "merges");
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || text.IndexOf(' ', space + 1) >= 0)
            throw part.Error($"expected a merge to be two tokens with a space between, got '{text}'.");
        merged.Append(text.AsSpan(0, space));
        merged.Append(text.AsSpan(space + 1));
        return space;
    }
}
