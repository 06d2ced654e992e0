using System.Text.Json;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>
/// Each kind of part of tokenizer.json against Hugging Face's own library, whose ids Fixtures/reference.json keeps.
/// </summary>
public class ReferenceTests
{
    private static readonly JsonElement Reference = JsonElement.Parse(Fixture.Bytes("reference.json"));

    public static TheoryData<string> Names =>
        [.. Reference.GetProperty("variants").EnumerateArray().Select(v => v.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_kind_of_part_gives_the_reference_ids(string name)
    {
        var variant = Reference.GetProperty("variants").EnumerateArray()
            .Single(v => v.GetProperty("name").GetString() == name);
        var tokenizer = Load(variant);
        var cases = variant.GetProperty("cases").EnumerateArray().ToList();
        Assert.True(cases.Count > 20);
        foreach (var one in cases)
        {
            var expected = one[1].EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var ids = Encode(tokenizer, JsonTextLines.Parse(one[0].GetRawText()));
            Assert.True(
                ids.SequenceEqual(expected),
                $"{one[0].GetRawText()}: expected {string.Join(' ', expected)}, got {string.Join(' ', ids)}");
        }
    }

    /// <summary>All ids of a text, or as many as the tokenizer's file lets it have.</summary>
    private static int[] Encode(Tokenizer tokenizer, string text)
    {
        if (tokenizer.MaxLength is not { } length)
            return tokenizer.Ids(text);
        var ids = new int[length];
        var count = tokenizer.Encode(text, ids, out var truncated);
        Assert.Equal(truncated, tokenizer.Ids(text).Length > length);
        return ids[..count];
    }

    private static Tokenizer Load(JsonElement variant)
    {
        if (variant.TryGetProperty("folder", out var path))
            return Tokenizer.Load(Fixture.Path(path.GetString()!));
        var file = JsonObject.Create(variant.GetProperty("file"))!;
        if (file["model"] is JsonValue model)
            file["model"] = JsonObject.Create(Reference.GetProperty("models").GetProperty(model.GetValue<string>()));
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", file.ToJsonString());
        return Tokenizer.Load(folder.Path);
    }
}
