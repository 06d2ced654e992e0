namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes the normalizer that the <c>normalizer</c> part of <c>tokenizer.json</c> describes.</summary>
internal static class NormalizerFactory
{
    private const string Supported =
        "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, Strip or "
        + "StripAccents";

    /// <summary>Reads the part.</summary>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static INormalizer Read(JsonPart part)
    {
        INormalizer normalizer = part.Text("type") switch
        {
            "BertNormalizer" => ReadBert(part),
            "Lowercase" => new LowercaseNormalizer(),
            "NFC" => new UnicodeNormalizer(compose: true, compatible: false),
            "NFD" => new UnicodeNormalizer(compose: false, compatible: false),
            "NFKC" => new UnicodeNormalizer(compose: true, compatible: true),
            "NFKD" => new UnicodeNormalizer(compose: false, compatible: true),
            "Nmt" => new NmtNormalizer(),
            "Precompiled" => ReadPrecompiled(part),
            "Prepend" => new PrependNormalizer(part.Text("prepend")),
            "Replace" => ReadReplace(part),
            "Sequence" => new SequenceNormalizer([.. part.List("normalizers").Select(Read)]),
            "Strip" => new StripNormalizer(part.Flag("strip_left"), part.Flag("strip_right")),
            "StripAccents" => new StripAccentsNormalizer(),
            var type => throw part.UnknownType(type, Supported),
        };
        part.RefuseOthers();
        return normalizer;
    }

    private static PrecompiledNormalizer ReadPrecompiled(JsonPart part)
    {
        var text = part.Text("precompiled_charsmap");
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? new PrecompiledNormalizer(CharsMap.Read(bytes.AsSpan(0, length), part.Place))
            : throw part.Error("'precompiled_charsmap' is not base64.", "The file is damaged: fetch it again.");
    }

    private static INormalizer ReadReplace(JsonPart part)
    {
        var content = part.Text("content");
        var pattern = part.Object("pattern");
        var text = pattern.OptionalText("String");
        var regex = pattern.OptionalText("Regex");
        pattern.RefuseOthers();
        return (text, regex) switch
        {
            ({ Length: > 0 }, null) => new ReplaceNormalizer(text, content),
            (null, not null) => ReplaceRegexNormalizer.TryCreate(regex, content, out var normalizer)
                ? normalizer
                : throw part.Error(
                    $"replacing '{regex}' by '{content}' is not supported.",
                    "The expression may mean something else here than in the tokenizers library."),
            _ => throw part.Error("expected 'pattern' to be one 'String' that is not empty, or one 'Regex'."),
        };
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
