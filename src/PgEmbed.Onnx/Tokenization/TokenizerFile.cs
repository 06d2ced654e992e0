using System.Text.Json;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Reads <c>tokenizer.json</c>, the format of Hugging Face's tokenizers library. Each part names its type; a type, or a
/// property of a known type, that is not known here is refused by name: passing over it would give other tokens.
/// </summary>
internal static class TokenizerFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or has a part that is not supported.</exception>
    public static Tokenizer Read(string path, TokenizerConfig config)
    {
        var file = JsonPart.ReadFile(path);
        // The decoder makes text of ids again.
        file.Ignore("version", "decoder");
        var (maxLength, side) = ReadTruncation(file.OptionalObject("truncation"));
        var pad = ReadPadding(file.OptionalObject("padding"));
        var addedTokens = file.List("added_tokens");
        var model = TokenModelFactory.Read(file.Object("model"), SpecialTokens(addedTokens));
        var preTokenizers = file.OptionalObject("pre_tokenizer") is { } words ? PreTokenizerFactory.Read(words) : [];
        var normalizer = file.OptionalObject("normalizer") is { } rules ? NormalizerFactory.Read(rules) : null;
        if (model is UnigramModel { CrossesWords: false })
            preTokenizers = MetaspacePreTokenizer.AsSentencePiece(preTokenizers, trimEnd: JoinsSpaces(normalizer));
        var added = ReadAddedTokens(addedTokens, model);
        using var hash = new LineHash();
        foreach (var name in (string[])["model", "normalizer", "pre_tokenizer"])
            hash.Add(name, file.OptionalObject(name));
        var tokenizer = new Tokenizer(
            model,
            normalizer,
            preTokenizers,
            file.OptionalObject("post_processor") is { } processor
                ? PostProcessorFactory.Read(processor)
                : SpecialTokenTemplate.Empty,
            added,
            pad ?? IdOf(config.PadToken ?? "[PAD]", added, model),
            hash)
        {
            MaxLength = maxLength,
            TruncatesLeft = (config.TruncationSide ?? side) == "left",
        };
        file.RefuseOthers();
        return tokenizer;
    }

    /// <summary>Where texts are cut, and how long they are then. The rest is for the parts that are cut off.</summary>
    private static (int? MaxLength, string? Side) ReadTruncation(JsonPart? part)
    {
        if (part is null)
            return (null, null);
        part.Ignore("stride");
        var maxLength = part.OptionalNumber("max_length");
        var side = part.OptionalText("direction");
        if (side is not (null or "Left" or "Right"))
            throw part.Error($"truncation at the side '{side}' is not supported, only 'Left' or 'Right'.");
        if (part.OptionalText("strategy") is { } strategy and not ("LongestFirst" or "OnlyFirst"))
            throw part.Error($"the strategy '{strategy}' is not supported, only LongestFirst or OnlyFirst.");
        part.RefuseOthers();
        return (maxLength, side?.ToLowerInvariant());
    }

    /// <summary>
    /// The id that fills shorter texts up. How far and at which side does not matter: what is filled up is masked.
    /// </summary>
    private static int? ReadPadding(JsonPart? part)
    {
        if (part is null)
            return null;
        part.Ignore("strategy", "direction", "pad_to_multiple_of", "pad_type_id", "pad_token");
        var id = part.Number("pad_id");
        part.RefuseOthers();
        return id;
    }

    /// <summary>Whether it ends as converted SentencePiece models' do that take extra white space away.</summary>
    private static bool JoinsSpaces(INormalizer? normalizer) =>
        normalizer is SequenceNormalizer { Parts: [.., PatternReplaceNormalizer { JoinsSpaces: true }] };

    private static int? IdOf(string token, List<AddedToken> added, ITokenModel model) =>
        added.Find(t => t.Content == token)?.Id ?? (model.TryGetId(token, out var id) ? id : null);

    private static HashSet<string> SpecialTokens(IReadOnlyList<JsonPart> addedTokens) =>
        [.. addedTokens.Where(part => part.OptionalFlag("special") ?? false).Select(part => part.Text("content"))];

    private static List<AddedToken> ReadAddedTokens(IReadOnlyList<JsonPart> parts, ITokenModel model)
    {
        var tokens = new List<AddedToken>();
        var last = -1;
        foreach (var part in parts)
        {
            var token = new AddedToken(
                part.Text("content"),
                part.Number("id"),
                part.Flag("single_word"),
                part.Flag("lstrip"),
                part.Flag("rstrip"),
                part.Flag("normalized"));
            part.Ignore("special");
            part.RefuseOthers();
            if (token.Content.Length == 0)
                throw part.Error("expected an added token, got an empty text.");
            // The library numbers an added token itself, and by its own order alone: an id that differs in the file
            // means that one of the two is not what the model was trained with.
            var expected = model.TryGetId(token.Content, out var id) ? id : Math.Max(last + 1, model.Count);
            if (token.Id != expected)
                throw part.Error(
                    $"expected the added token '{token.Content}' to have the id {expected}, got {token.Id}.");
            last = Math.Max(last, token.Id);
            tokens.Add(token);
        }

        return tokens;
    }
}
