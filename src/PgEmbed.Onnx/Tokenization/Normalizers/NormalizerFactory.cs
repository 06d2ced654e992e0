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
        if (pattern.OptionalText("String") is not { } text)
        {
            var compiled = Pattern.Read(pattern);
            return compiled.MayBeEmpty
                ? throw pattern.Error($"replacing '{compiled.Source}', which may match nothing, is not supported.")
                : new PatternReplaceNormalizer(compiled, content);
        }

        pattern.RefuseOthers();
        return text.Length > 0
            ? new ReplaceNormalizer(text, content)
            : throw part.Error("expected 'pattern' to be a 'String' that is not empty, or a 'Regex'.");
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
