using System.Globalization;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public sealed class TokenizerFileTests : IDisposable
{
    private const string File = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [
            { "id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
              "special": true },
            { "id": 1, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
              "special": true }
          ],
          "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": true
          },
          "pre_tokenizer": { "type": "BertPreTokenizer" },
          "post_processor": {
            "type": "TemplateProcessing",
            "single": [
              { "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } },
              { "SpecialToken": { "id": "[SEP]", "type_id": 0 } }
            ],
            "pair": [],
            "special_tokens": {
              "[CLS]": { "id": "[CLS]", "ids": [2], "tokens": ["[CLS]"] },
              "[SEP]": { "id": "[SEP]", "ids": [3], "tokens": ["[SEP]"] }
            }
          },
          "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
          "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "##b": 5 }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_read() => Assert.Equal([2, 4, 5, 1, 3], Load(File).Ids("ab c"));

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.Equal([2, 4, 3], Load("\ufeff" + File).Ids("a"));

    [Fact]
    public void An_older_file_that_names_no_model_type_is_read() =>
        Assert.Equal([2, 4, 3], Load(f => f["model"]!.AsObject().Remove("type")).Ids("a"));

    [Fact]
    public void Truncation_and_padding_of_the_file_change_no_ids()
    {
        var tokenizer = Load(f =>
        {
            f["truncation"] = JsonNode.Parse(
                """{ "direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0 }""");
            f["padding"] = JsonNode.Parse(
                """{ "strategy": { "Fixed": 9 }, "direction": "Right", "pad_id": 5, "pad_token": "x" }""");
        });
        Assert.Equal([2, 4, 4, 4, 3], tokenizer.Ids("a a a"));
        Assert.Equal(5, tokenizer.PadId);
        Assert.Equal(3, tokenizer.MaxLength);
    }

    [Fact]
    public void A_text_that_is_too_long_loses_its_start_where_the_file_says_left()
    {
        var tokenizer = Load(f => f["truncation"] = JsonNode.Parse("""{ "direction": "Left", "max_length": 9 }"""));
        var ids = new int[4];
        Assert.Equal(4, tokenizer.Encode("a c ab", ids, out var truncated));
        Assert.Equal([2, 4, 5, 3], ids);
        Assert.True(truncated);
        Assert.Equal(3, tokenizer.Encode("a", ids, out truncated));
        Assert.False(truncated);
        Assert.NotEqual(Load(File).ContentHash, tokenizer.ContentHash);
    }

    [Fact]
    public void Several_special_tokens_stand_where_the_template_has_them()
    {
        var tokenizer = Load(f => f["post_processor"]!["special_tokens"]!["[SEP]"]!["ids"] = new JsonArray(3, 0));
        Assert.Equal([2, 4, 3, 0], tokenizer.Ids("a"));
    }

    [Theory]
    [InlineData("model/type", "\"Trigram\"", "model: the type 'Trigram' is not supported, only WordPiece")]
    [InlineData("normalizer/type", "\"NFX\"", "normalizer: the type 'NFX' is not supported, only BertNormalizer")]
    [InlineData("normalizer/type", "\"ByteLevel\"", "normalizer: the type 'ByteLevel' is not supported")]
    [InlineData("pre_tokenizer/type", "\"UnicodeScripts\"", "pre_tokenizer: the type 'UnicodeScripts' is not supported")]
    [InlineData("pre_tokenizer/type", "\"FixedLength\"", "pre_tokenizer: the type 'FixedLength' is not supported")]
    [InlineData(
        "pre_tokenizer",
        """
        { "type": "Sequence", "pretokenizers": [
          { "type": "WhitespaceSplit" }, { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "first" } ] }
        """,
        "pre_tokenizer: the 'prepend_scheme' first behind another pre-tokenizer is not supported")]
    [InlineData("post_processor/type", "\"XProcessing\"", "the type 'XProcessing' is not supported")]
    [InlineData("normalizer/form", "1", "normalizer: 'form' is unknown here")]
    [InlineData("pre_tokenizer/behavior", "\"Isolated\"", "pre_tokenizer: 'behavior' is unknown here")]
    [InlineData("model/dropout", "0.1", "model: 'dropout' is unknown here")]
    [InlineData("added_tokens/0/color", "1", "added_tokens[0]: 'color' is unknown here")]
    [InlineData("extra", "{}", "tokenizer.json: 'extra' is unknown here")]
    [InlineData("truncation", """{ "direction": "Up" }""", "truncation at the side 'Up' is not supported")]
    [InlineData("truncation", """{ "strategy": "OnlySecond" }""", "the strategy 'OnlySecond' is not supported")]
    [InlineData("truncation", """{ "rounding": 1 }""", "truncation: 'rounding' is unknown here")]
    [InlineData("padding", """{ "pad_id": 0, "color": 1 }""", "padding: 'color' is unknown here")]
    [InlineData("normalizer/lowercase", "\"yes\"", "expected 'lowercase' to be true or false, got \"yes\"")]
    [InlineData("normalizer/lowercase", "null", "expected 'lowercase' to be true or false, got none")]
    [InlineData("model/unk_token", "\"[X]\"", "the unknown token '[X]' is not in the vocabulary")]
    [InlineData("model/vocab", "[]", "vocab: expected an object")]
    [InlineData("model/vocab/a", "-1", "expected 'a' to be a whole number from 0, got -1")]
    [InlineData("model/vocab/a", "1.5", "expected 'a' to be a whole number from 0, got 1.5")]
    [InlineData("model", "null", "expected 'model' to be an object, got none")]
    [InlineData("added_tokens/0/id", "3", "expected the added token '[PAD]' to have the id 0, got 3")]
    [InlineData("added_tokens/0/content", "\"<new>\"", "expected the added token '<new>' to have the id 6, got 0")]
    [InlineData("added_tokens/0/content", "\"\"", "expected an added token, got an empty text")]
    [InlineData("post_processor/single/1/Sequence/id", "\"B\"", "to have the sequence 'A' once")]
    [InlineData("post_processor/single/1/Sequence/type_id", "1", "expected the 'type_id' 0")]
    [InlineData("post_processor/single/0/SpecialToken/id", "\"<s>\"", "expected '<s>' to be an object, got none")]
    [InlineData("post_processor/single", "[]", "to have the sequence 'A' once, got none")]
    public void What_is_wrong_or_unknown_in_a_file_is_refused_by_name(string place, string value, string message)
    {
        var error = Assert.Throws<PgEmbedException>(() => Load(file =>
        {
            var steps = place.Split('/');
            JsonNode node = file;
            foreach (var step in steps[..^1])
                node = node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!;
            node[steps[^1]] = JsonNode.Parse(value);
        }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("\0\0\0\0")]
    public void A_file_that_is_not_JSON_is_refused(string content)
    {
        var error = Assert.Throws<PgEmbedException>(() => Load(content));
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_cut_short_is_refused()
    {
        for (var length = 0; length < File.TrimEnd().Length; length += 7)
            Assert.Throws<PgEmbedException>(() => Load(File[..length]));
    }

    [Fact]
    public void A_text_that_is_not_Unicode_is_refused()
    {
        var error = Assert.Throws<PgEmbedException>(
            () => Load(File.Replace("\"##b\"", "\"\\ud800\"", StringComparison.Ordinal)));
        Assert.Contains("not valid Unicode", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_was_looked_for()
    {
        var error = Assert.Throws<PgEmbedException>(() => Tokenizer.Load(_folder.Path));
        Assert.Contains("neither tokenizer.json nor vocab.txt", error.Message, StringComparison.Ordinal);
    }

    private Tokenizer Load(Action<JsonNode> change)
    {
        var file = JsonNode.Parse(File)!;
        change(file);
        return Load(file.ToJsonString());
    }

    private Tokenizer Load(string content)
    {
        _folder.Write("tokenizer.json", content);
        return Tokenizer.Load(_folder.Path);
    }
}
