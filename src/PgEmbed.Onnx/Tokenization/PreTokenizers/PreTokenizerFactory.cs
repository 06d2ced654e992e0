namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes the pre-tokenizers that the <c>pre_tokenizer</c> part of <c>tokenizer.json</c> describes.</summary>
internal static class PreTokenizerFactory
{
    private const string Supported =
        "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, Sequence, Split, "
        + "Whitespace or WhitespaceSplit";

    /// <summary>Reads the part; a sequence gives its parts in their order.</summary>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static IReadOnlyList<IPreTokenizer> Read(JsonPart part)
    {
        IReadOnlyList<IPreTokenizer> preTokenizers = part.Text("type") switch
        {
            "BertPreTokenizer" => [new BertPreTokenizer()],
            "ByteLevel" => [ReadByteLevel(part)],
            "CharDelimiterSplit" => [ReadDelimiter(part)],
            "Digits" => [ReadDigits(part)],
            "Metaspace" => [ReadMetaspace(part)],
            "Punctuation" => [ReadPunctuation(part)],
            "Sequence" => ReadSequence(part),
            "Split" => [ReadSplit(part)],
            "Whitespace" => [new WhitespacePreTokenizer()],
            "WhitespaceSplit" => [new WhitespaceSplitPreTokenizer()],
            var type => throw part.UnknownType(type, Supported),
        };
        part.RefuseOthers();
        return preTokenizers;
    }

    private static IReadOnlyList<IPreTokenizer> ReadSequence(JsonPart part)
    {
        IReadOnlyList<IPreTokenizer> preTokenizers = [.. part.List("pretokenizers").SelectMany(Read)];
        // Whether a word begins the text can't be told any more where another has taken something away before it.
        return preTokenizers.Skip(1).Any(p => p is MetaspacePreTokenizer { Scheme: PrependScheme.First })
            ? throw part.Error("the 'prepend_scheme' first behind another pre-tokenizer is not supported.")
            : preTokenizers;
    }

    /// <summary>
    /// Older files have the flag <c>add_prefix_space</c> instead of the scheme, and a copy of the character.
    /// </summary>
    private static MetaspacePreTokenizer ReadMetaspace(JsonPart part)
    {
        part.Ignore("str_rep");
        var replacement = part.Text("replacement");
        if (replacement.Length != 1)
            throw part.Error($"expected 'replacement' to be one character, got '{replacement}'.");
        var addPrefixSpace = part.OptionalFlag("add_prefix_space");
        var scheme = part.OptionalText("prepend_scheme") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            null => addPrefixSpace ?? true ? PrependScheme.Always : PrependScheme.Never,
            var other => throw part.Error($"expected 'prepend_scheme' to be always, first or never, got '{other}'."),
        };
        if (addPrefixSpace == (scheme == PrependScheme.Never))
            throw part.Error(
                $"'add_prefix_space' {addPrefixSpace} contradicts the 'prepend_scheme'.",
                "Fetch the file again.");
        return new MetaspacePreTokenizer(replacement[0], scheme, part.OptionalFlag("split") ?? true);
    }

    private static ByteLevelPreTokenizer ReadByteLevel(JsonPart part)
    {
        // Moves offsets into the text, not ids.
        part.Ignore("trim_offsets");
        return new ByteLevelPreTokenizer(part.Flag("add_prefix_space"), part.OptionalFlag("use_regex") ?? true);
    }

    private static CharacterPreTokenizer ReadDelimiter(JsonPart part)
    {
        var delimiter = part.Text("delimiter").EnumerateRunes().Select(r => r.Value).ToList();
        return delimiter is [var character]
            ? SplitAt(CodePointSet.Of(character, character), SplitBehavior.Removed)
            : throw part.Error("expected 'delimiter' to be one character.");
    }

    private static CharacterPreTokenizer ReadDigits(JsonPart part) => SplitAt(
        UnicodeCharacters.Set("Numeric"),
        part.OptionalFlag("individual_digits") ?? false ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    private static CharacterPreTokenizer ReadPunctuation(JsonPart part) => SplitAt(
        BertCharacters.Instance.Punctuation,
        part.Names().Contains("behavior") ? ReadBehavior(part) : SplitBehavior.Isolated);

    private static PatternPreTokenizer ReadSplit(JsonPart part)
    {
        var pattern = part.Object("pattern");
        return new PatternPreTokenizer(
            Pattern.Read(pattern), ReadBehavior(part), part.OptionalFlag("invert") ?? false);
    }

    private static SplitBehavior ReadBehavior(JsonPart part) =>
        part.Text("behavior") is var name && Enum.TryParse<SplitBehavior>(name, out var behavior)
            && Enum.GetName(behavior) == name
            ? behavior
            : throw part.Error(
                $"the behavior '{name}' is not supported, only {string.Join(", ", Enum.GetNames<SplitBehavior>())}.");

    private static CharacterPreTokenizer SplitAt(CodePointSet delimiters, SplitBehavior behavior) =>
        new(new CharacterClass(delimiters), behavior);
}
