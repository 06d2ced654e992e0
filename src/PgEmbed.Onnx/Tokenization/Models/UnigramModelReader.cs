using System.Text.Json;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Reads the <c>model</c> part of <c>tokenizer.json</c> where its type is Unigram.</summary>
/// <remarks>
/// The part does not say what kind a piece is, as a SentencePiece file does: the unknown piece is known by its number,
/// bytes by their names, and what the file adds as special tokens is never found as a piece.
/// </remarks>
internal static class UnigramModelReader
{
    public static UnigramModel Read(JsonPart part, IReadOnlySet<string> special)
    {
        var byteFallback = part.OptionalFlag("byte_fallback") ?? false;
        HashSet<string> bytes = byteFallback ? [.. Enumerable.Range(0, 256).Select(SentencePieceVocabulary.ByteName)] : [];
        var values = part.Values("vocab");
        var unknown = part.Number("unk_id");
        if (unknown >= values.Count)
            throw part.Error(
                $"expected 'unk_id' to be a piece's number, less than {values.Count}, got {unknown}.",
                "The file is damaged: fetch it again.");
        var pieces = new SentencePiece[values.Count];
        for (var i = 0; i < pieces.Length; i++)
        {
            var (text, score) = ReadPiece(part, values[i]);
            var kind = i == unknown ? SentencePieceKind.Unknown
                : bytes.Contains(text) ? SentencePieceKind.Byte
                : special.Contains(text) ? SentencePieceKind.Control
                : SentencePieceKind.Normal;
            pieces[i] = new SentencePiece(text, score, kind);
        }

        return new UnigramModel(new SentencePieceVocabulary(pieces, byteFallback, part.Place));
    }

    private static (string Text, float Score) ReadPiece(JsonPart part, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2
        && value[1].ValueKind == JsonValueKind.Number
            ? (part.TextIn(value[0], "vocab"), (float)value[1].GetDouble())
            : throw part.Error(
                $"expected a piece of 'vocab' to be a text and its score, got {value.GetRawText()}.",
                "The file is damaged: fetch it again.");
}
