using System.Text.Json;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Reads the special tokens that the <c>post_processor</c> part of <c>tokenizer.json</c> adds.</summary>
internal static class PostProcessorFactory
{
    private const string Supported = "BertProcessing, ByteLevel, RobertaProcessing, Sequence or TemplateProcessing";

    /// <summary>Reads the part.</summary>
    /// <exception cref="PgEmbedException">The type, or a setting of it, is not supported.</exception>
    public static SpecialTokenTemplate Read(JsonPart part)
    {
        var template = part.Text("type") switch
        {
            "BertProcessing" => ReadPair(part),
            "ByteLevel" => ReadByteLevel(part),
            "RobertaProcessing" => ReadRoberta(part),
            "Sequence" => part.List("processors").Select(Read).Aggregate(
                SpecialTokenTemplate.Empty, (inner, outer) => inner.Within(outer)),
            "TemplateProcessing" => ReadTemplate(part),
            var type => throw part.UnknownType(type, Supported),
        };
        part.RefuseOthers();
        return template;
    }

    private static SpecialTokenTemplate ReadPair(JsonPart part) =>
        new([ReadTokenAndId(part, "cls")], [ReadTokenAndId(part, "sep")]);

    // Both of these settings move offsets into the text, not ids.
    private static SpecialTokenTemplate ReadRoberta(JsonPart part)
    {
        part.Ignore("trim_offsets", "add_prefix_space");
        return ReadPair(part);
    }

    private static SpecialTokenTemplate ReadByteLevel(JsonPart part)
    {
        part.Ignore("trim_offsets", "add_prefix_space", "use_regex");
        return SpecialTokenTemplate.Empty;
    }

    private static SpecialTokenTemplate ReadTemplate(JsonPart part)
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

    /// <summary>The id in a token and its id, <c>["[CLS]", 101]</c>.</summary>
    private static int ReadTokenAndId(JsonPart part, string name) =>
        part.Values(name) is [_, { ValueKind: JsonValueKind.Number } id] && id.TryGetInt32(out var value) && value >= 0
            ? value
            : throw part.Error($"expected '{name}' to be a token and its id.");
}
