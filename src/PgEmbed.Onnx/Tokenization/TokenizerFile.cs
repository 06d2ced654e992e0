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
        var model = ReadModel(file.Object("model"));
        var tokenizer = new Tokenizer(
            model,
            ReadNormalizer(file.OptionalObject("normalizer")),
            ReadPreTokenizer(file.OptionalObject("pre_tokenizer")),
            ReadTemplate(file.OptionalObject("post_processor")),
            ReadAddedTokens(file.List("added_tokens"), model),
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

    private static WordPieceModel ReadModel(JsonPart part)
    {
        // Older files leave the type out; what only WordPiece has tells it then.
        var type = part.OptionalText("type")
            ?? (part.OptionalNumber("max_input_chars_per_word") is null ? "(none)" : "WordPiece");
        if (type != "WordPiece")
            throw Unsupported(part, type, "WordPiece");
        var vocabulary = part.Object("vocab").NumberTable();
        var unknown = part.Text("unk_token");
        if (!vocabulary.TryGetValue(unknown, out var unknownId))
            throw part.Error($"the unknown token '{unknown}' is not in the vocabulary.");
        var model = new WordPieceModel(
            vocabulary, unknownId, part.Text("continuing_subword_prefix"), part.Number("max_input_chars_per_word"));
        part.RefuseOthers();
        return model;
    }

    private static BertNormalizer? ReadNormalizer(JsonPart? part)
    {
        if (part is null)
            return null;
        if (part.Text("type") is var type and not "BertNormalizer")
            throw Unsupported(part, type, "BertNormalizer");
        var lowercase = part.Flag("lowercase");
        var normalizer = new BertNormalizer(
            part.Flag("clean_text"),
            part.Flag("handle_chinese_chars"),
            part.OptionalFlag("strip_accents") ?? lowercase,
            lowercase);
        part.RefuseOthers();
        return normalizer;
    }

    private static BertPreTokenizer? ReadPreTokenizer(JsonPart? part)
    {
        if (part is null)
            return null;
        if (part.Text("type") is var type and not "BertPreTokenizer")
            throw Unsupported(part, type, "BertPreTokenizer");
        part.RefuseOthers();
        return new BertPreTokenizer();
    }

    private static SpecialTokenTemplate ReadTemplate(JsonPart? part)
    {
        if (part is null)
            return SpecialTokenTemplate.Empty;
        var template = part.Text("type") switch
        {
            "TemplateProcessing" => ReadTemplateProcessing(part),
            "BertProcessing" => new SpecialTokenTemplate([ReadTokenPair(part, "cls")], [ReadTokenPair(part, "sep")]),
            var type => throw Unsupported(part, type, "TemplateProcessing or BertProcessing"),
        };
        part.RefuseOthers();
        return template;
    }

    private static SpecialTokenTemplate ReadTemplateProcessing(JsonPart part)
    {
        part.Ignore("pair");
        var tokens = part.Object("special_tokens");
        List<int> before = [], after = [];
        var textSeen = false;
        foreach (var piece in part.List("single"))
        {
            var special = piece.OptionalObject("SpecialToken");
            var content = special ?? piece.Object("Sequence");
            if (content.Number("type_id") != 0)
                throw content.Error("expected the 'type_id' 0 in a single text's template: another is not supported.");
            if (special is not null)
            {
                (textSeen ? after : before).AddRange(tokens.Object(special.Text("id")).Numbers("ids"));
            }
            else if (content.Text("id") != "A" || textSeen)
            {
                throw content.Error("expected a single text's template to have the sequence 'A' once.");
            }
            else
            {
                textSeen = true;
            }
        }

        return textSeen
            ? new SpecialTokenTemplate([.. before], [.. after])
            : throw part.Error("expected a single text's template to have the sequence 'A' once, got none.");
    }

    /// <summary>The id in a token and id, <c>["[CLS]", 101]</c>.</summary>
    private static int ReadTokenPair(JsonPart part, string name) =>
        part.Values(name) is [_, { ValueKind: JsonValueKind.Number } id] && id.TryGetInt32(out var value) && value >= 0
            ? value
            : throw part.Error($"expected '{name}' to be a token and its id.");

    private static List<AddedToken> ReadAddedTokens(IReadOnlyList<JsonPart> parts, WordPieceModel model)
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

    private static PgEmbedException Unsupported(JsonPart part, string type, string supported) =>
        part.Error($"the type '{type}' is not supported, only {supported}.", "Take a model with such a tokenizer.");
}
