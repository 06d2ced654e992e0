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
        // The decoder makes text of ids again. Where texts are cut and how far they are filled up is not the
        // tokenizer's to say here, but the side at which they are cut is looked at: it leaves other tokens.
        file.Ignore("version", "decoder");
        CheckTruncation(file.OptionalObject("truncation"));
        var padding = file.OptionalObject("padding");
        var addedTokens = file.List("added_tokens");
        var model = TokenModelFactory.Read(file.Object("model"), SpecialTokens(addedTokens));
        var preTokenizers = file.OptionalObject("pre_tokenizer") is { } words ? PreTokenizerFactory.Read(words) : [];
        var normalizer = file.OptionalObject("normalizer") is { } rules ? NormalizerFactory.Read(rules) : null;
        if (model is UnigramModel { CrossesWords: false })
            preTokenizers = MetaspacePreTokenizer.AsSentencePiece(preTokenizers, trimEnd: JoinsSpaces(normalizer));
        var tokenizer = new Tokenizer(
            model,
            normalizer,
            preTokenizers,
            file.OptionalObject("post_processor") is { } processor
                ? PostProcessorFactory.Read(processor)
                : SpecialTokenTemplate.Empty,
            ReadAddedTokens(addedTokens, model),
            padding?.Number("pad_id") ?? (model.TryGetId(config.PadToken ?? "[PAD]", out var pad) ? pad : null),
            ((string[])["model", "normalizer", "pre_tokenizer"]).Select(
                name => $"{name} {file.OptionalObject(name)?.Canonical()}"));
        file.RefuseOthers();
        return tokenizer;
    }

    private static void CheckTruncation(JsonPart? part)
    {
        if (part?.OptionalText("direction") is { } direction and not "Right")
            throw part.Error($"truncation at the side '{direction}' is not supported, only 'Right'.");
    }

    /// <summary>Whether it ends as converted SentencePiece models' do that take extra white space away.</summary>
    private static bool JoinsSpaces(INormalizer? normalizer) =>
        normalizer is SequenceNormalizer { Parts: [.., ReplaceRegexNormalizer { JoinsSpaces: true }] };

    private static HashSet<string> SpecialTokens(IReadOnlyList<JsonPart> addedTokens) =>
        [.. addedTokens.Where(part => part.OptionalFlag("special") ?? false).Select(part => part.Text("content"))];

    private static List<AddedToken> ReadAddedTokens(IReadOnlyList<JsonPart> parts, ITokenModel model)
    {
        var tokens = new List<AddedToken>();
        var free = model.Count;
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
            var expected = model.TryGetId(token.Content, out var id) ? id : free++;
            if (token.Id != expected)
                throw part.Error($"expected the added token '{token.Content}' to have the id {expected}, got {token.Id}.");
            tokens.Add(token);
        }

        return tokens;
    }
}
