using System.Globalization;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>The parts of <c>tokenizer.json</c> that models from SentencePiece have.</summary>
public sealed class UnigramFileTests : IDisposable
{
    private const string File = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [
            { "id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true },
            { "id": 1, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true }
          ],
          "normalizer": { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " },
          "pre_tokenizer": { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true },
          "post_processor": null, "decoder": null,
          "model": {
            "type": "Unigram", "unk_id": 2, "byte_fallback": false,
            "vocab": [ ["<s>", 0], ["<pad>", 0], ["<unk>", 0], ["▁", -3], ["a", -2], ["▁a", -2.5], ["b", -4], ["ab", -5], ["<", -6], ["s", -6], [">", -6] ]
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_read()
    {
        var tokenizer = Load(_ => { });
        Assert.Equal([5, 7, 2, 3, 6], tokenizer.Ids("aab漢字  b"));
        Assert.Equal(10, tokenizer.LargestId);
    }

    [Fact]
    public void A_special_token_is_never_found_as_a_piece()
    {
        // Normalization makes it after special tokens were looked for.
        var tokenizer = Load(f => f["normalizer"] = JsonNode.Parse(
            """{ "type": "Replace", "pattern": { "String": "[" }, "content": "<" }"""));
        Assert.Equal([5, 0], tokenizer.Ids("a<s>"));
        Assert.Equal([5, 8, 9, 10], tokenizer.Ids("a[s>"));
    }

    [Theory]
    [InlineData("""{ "type": "Prepend", "prepend": "b" }""", "a", new[] { 3, 6, 4 })]
    [InlineData("""{ "type": "Nmt" }""", "a\u0001\tb\u200b", new[] { 5, 3, 6, 3 })]
    [InlineData("""{ "type": "Replace", "pattern": { "Regex": "[xy]+" }, "content": "b" }""", "axyxya", new[] { 5, 6, 4 })]
    [InlineData("""{ "type": "Replace", "pattern": { "String": "aa" }, "content": "a" }""", "aaaaa", new[] { 5, 4, 4 })]
    public void A_normalizer_changes_the_text(string normalizer, string text, int[] ids) =>
        Assert.Equal(ids, Load(f => f["normalizer"] = JsonNode.Parse(normalizer)).Ids(text));

    [Theory]
    [InlineData("""{ "type": "Metaspace", "replacement": "▁", "add_prefix_space": true, "str_rep": "▁" }""", new[] { 5 })]
    [InlineData("""{ "type": "Metaspace", "replacement": "▁", "add_prefix_space": false }""", new[] { 4 })]
    [InlineData("""{ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "never" }""", new[] { 4 })]
    public void Older_forms_of_Metaspace_are_read(string part, int[] ids) =>
        Assert.Equal(ids, Load(f => f["pre_tokenizer"] = JsonNode.Parse(part)).Ids("a"));

    [Theory]
    [InlineData("model/vocab", "[]", "'unk_id' to be a piece's number, less than 0, got 2")]
    [InlineData("model/vocab/3", """["a", -1]""", "the piece 'a' is there twice, as number 3 and 4")]
    [InlineData("model/vocab/3", """["x", "y"]""", "a piece of 'vocab' to be a text and its score")]
    [InlineData("model/vocab/3", """["x"]""", "a piece of 'vocab' to be a text and its score")]
    [InlineData("model/vocab/3", """["x", 1e300]""", "expected a number as the score of the piece 'x'")]
    [InlineData("model/vocab/3", """["", 1]""", "the piece 3 to have 1 to 7999 characters, got 0")]
    [InlineData("model/vocab/3", """["\ud800", 1]""", "a text is not valid Unicode")]
    [InlineData("model/unk_id", "11", "'unk_id' to be a piece's number, less than 11, got 11")]
    [InlineData("model/unk_id", "null", "expected 'unk_id' to be a number, got none")]
    [InlineData("model/byte_fallback", "true", "byte fallback needs a piece for each byte, and <0x00> is not there")]
    [InlineData("model/temperature", "1", "model: 'temperature' is unknown here")]
    [InlineData("normalizer", """{ "type": "Precompiled", "precompiled_charsmap": "*" }""", "is not base64")]
    [InlineData("normalizer", """{ "type": "Precompiled", "precompiled_charsmap": "" }""", "map is damaged: it has no trie")]
    [InlineData("normalizer/pattern", """{ "Regex": "(" }""", "the pattern '(' can't be used")]
    [InlineData("normalizer/pattern", """{ "String": "" }""", "expected 'pattern' to be a 'String' that is not empty")]
    [InlineData("normalizer/pattern", """{ "Glob": "*" }""", "expected 'Regex' to be a text, got none")]
    [InlineData("pre_tokenizer/replacement", "\"ab\"", "expected 'replacement' to be one character, got 'ab'")]
    [InlineData("pre_tokenizer/prepend_scheme", "\"last\"", "expected 'prepend_scheme' to be always, first or never")]
    [InlineData("pre_tokenizer/add_prefix_space", "false", "contradicts the 'prepend_scheme'")]
    [InlineData("pre_tokenizer/strip", "true", "pre_tokenizer: 'strip' is unknown here")]
    public void What_is_wrong_or_unknown_in_a_file_is_refused_by_name(string place, string value, string message)
    {
        var error = Assert.Throws<PgEmbedException>(() => Load(file =>
        {
            var steps = place.Split('/');
            JsonNode node = file;
            foreach (var step in steps[..^1])
                node = node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!;
            if (node is JsonArray array)
                array[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = Parse(value);
            else
                node[steps[^1]] = Parse(value);
        }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A value as it stands, which for half a surrogate pair the writer would not give back.</summary>
    private static JsonNode Parse(string value) => JsonNode.Parse(value.Replace("\\ud800", "<half>", StringComparison.Ordinal))!;

    private Tokenizer Load(Action<JsonNode> change)
    {
        var file = JsonNode.Parse(File)!;
        change(file);
        _folder.Write("tokenizer.json", file.ToJsonString().Replace("\\u003Chalf\\u003E", "\\ud800", StringComparison.Ordinal));
        return Tokenizer.Load(_folder.Path);
    }
}
