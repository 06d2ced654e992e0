namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes the pre-tokenizers that the <c>pre_tokenizer</c> part of <c>tokenizer.json</c> describes.</summary>
internal static class PreTokenizerFactory
{
    private const string Supported = "BertPreTokenizer, ByteLevel or Sequence";

    /// <summary>Reads the part; a sequence gives its parts in their order.</summary>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static IReadOnlyList<IPreTokenizer> Read(JsonPart part)
    {
        IReadOnlyList<IPreTokenizer> preTokenizers = part.Text("type") switch
        {
            "BertPreTokenizer" => [new BertPreTokenizer()],
            "ByteLevel" => [ReadByteLevel(part)],
            "Sequence" => [.. part.List("pretokenizers").SelectMany(Read)],
            var type => throw part.UnknownType(type, Supported),
        };
        part.RefuseOthers();
        return preTokenizers;
    }

    private static ByteLevelPreTokenizer ReadByteLevel(JsonPart part)
    {
        part.Ignore("trim_offsets");
        return new ByteLevelPreTokenizer(part.Flag("add_prefix_space"), part.OptionalFlag("use_regex") ?? true);
    }
}
