namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes the normalizer that the <c>normalizer</c> part of <c>tokenizer.json</c> describes.</summary>
internal static class NormalizerFactory
{
    private const string Supported = "BertNormalizer, Lowercase, Nmt, Precompiled, Prepend, Replace, Sequence or Strip";

    /// <summary>Reads the part.</summary>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static INormalizer Read(JsonPart part)
    {
        INormalizer normalizer = part.Text("type") switch
        {
            "BertNormalizer" => ReadBert(part),
            "Lowercase" => new LowercaseNormalizer(),
            "Nmt" => new NmtNormalizer(),
            "Precompiled" => ReadPrecompiled(part),
            "Prepend" => new PrependNormalizer(part.Text("prepend")),
            "Replace" => ReadReplace(part),
            "Sequence" => new SequenceNormalizer([.. part.List("normalizers").Select(Read)]),
            "Strip" => new StripNormalizer(part.Flag("strip_left"), part.Flag("strip_right")),
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
        var compiled = text is null ? Pattern.Read(pattern) : null;
        pattern.RefuseOthers();
        if (compiled is not null)
            return content.Contains('$', StringComparison.Ordinal)
                ? throw part.Error($"a 'content' with '$' is not supported for a pattern, got '{content}'.")
                : new PatternReplaceNormalizer(compiled, content);
        return text is { Length: > 0 }
            ? new ReplaceNormalizer(text, content)
            : throw part.Error("expected 'pattern' to be a text that is not empty.");
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
