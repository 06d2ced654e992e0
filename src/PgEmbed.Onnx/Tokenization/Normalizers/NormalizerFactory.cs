namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes the normalizer that the <c>normalizer</c> part of <c>tokenizer.json</c> describes.</summary>
internal static class NormalizerFactory
{
    private const string Supported = "BertNormalizer, Lowercase, Sequence or Strip";

    /// <summary>Reads the part.</summary>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static INormalizer Read(JsonPart part)
    {
        INormalizer normalizer = part.Text("type") switch
        {
            "BertNormalizer" => ReadBert(part),
            "Lowercase" => new LowercaseNormalizer(),
            "Sequence" => new SequenceNormalizer([.. part.List("normalizers").Select(Read)]),
            "Strip" => new StripNormalizer(part.Flag("strip_left"), part.Flag("strip_right")),
            var type => throw part.UnknownType(type, Supported),
        };
        part.RefuseOthers();
        return normalizer;
    }

    private static BertNormalizer ReadBert(JsonPart part)
    {
        var lowercase = part.Flag("lowercase");
        return new BertNormalizer(
            part.Flag("clean_text"),
            part.Flag("handle_chinese_chars"),
            part.OptionalFlag("strip_accents") ?? lowercase,
            lowercase);
    }
}
