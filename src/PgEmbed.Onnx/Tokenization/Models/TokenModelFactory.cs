namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes the model that the <c>model</c> part of <c>tokenizer.json</c> describes.</summary>
internal static class TokenModelFactory
{
    /// <summary>Reads the part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="special">The special tokens that the file adds.</param>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static ITokenModel Read(JsonPart part, IReadOnlySet<string> special)
    {
        ITokenModel model = TypeOf(part) switch
        {
            "WordPiece" => ReadWordPiece(part),
            "BPE" => BpeModelReader.Read(part),
            "Unigram" => UnigramModelReader.Read(part, special),
            "WordLevel" => ReadWordLevel(part),
            var type => throw part.UnknownType(type, "WordPiece, BPE, Unigram or WordLevel"),
        };
        part.RefuseOthers();
        return model;
    }

    /// <summary>Older files leave the type out; what only one of them has tells it then.</summary>
    private static string TypeOf(JsonPart part) =>
        part.OptionalText("type")
        ?? (part.Names().Contains("max_input_chars_per_word") ? "WordPiece"
            : part.Names().Contains("merges") ? "BPE"
            : part.Names().Contains("unk_id") ? "Unigram"
            : "(none)");

    private static WordPieceModel ReadWordPiece(JsonPart part)
    {
        var (vocabulary, unknownId) = ReadVocabulary(part);
        return new WordPieceModel(
            vocabulary, unknownId, part.Text("continuing_subword_prefix"), part.Number("max_input_chars_per_word"));
    }

    private static WordLevelModel ReadWordLevel(JsonPart part)
    {
        var (vocabulary, unknownId) = ReadVocabulary(part);
        return new WordLevelModel(vocabulary, unknownId);
    }

    private static (Dictionary<string, int> Vocabulary, int UnknownId) ReadVocabulary(JsonPart part)
    {
        var vocabulary = part.Object("vocab").NumberTable();
        var unknown = part.Text("unk_token");
        return vocabulary.TryGetValue(unknown, out var id)
            ? (vocabulary, id)
            : throw part.Error($"the unknown token '{unknown}' is not in the vocabulary.");
    }
}
