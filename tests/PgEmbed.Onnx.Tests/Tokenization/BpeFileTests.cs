using System.Text.Json.Nodes;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>The <c>model</c> part of <c>tokenizer.json</c> where its type is BPE.</summary>
public sealed class BpeFileTests : IDisposable
{
    private const string File = """
        {
          "added_tokens": [],
          "model": {
            "type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": { "<unk>": 0, "a": 1, "b": 2, "ab": 3 }, "merges": ["a b"]
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_read() => Assert.Equal([3, 0, 2, 1], Load(_ => { }).Ids("ab?ba"));

    [Fact]
    public void A_dropout_of_nothing_is_none() => Assert.Equal([3], Load(m => m["dropout"] = 0.0).Ids("ab"));

    [Fact]
    public void An_older_file_that_names_no_model_type_is_read() =>
        Assert.Equal([3], Load(m => m.Remove("type")).Ids("ab"));

    [Theory]
    [InlineData("dropout", "0.1", "a 'dropout' of 0.1 is not supported")]
    [InlineData("unk_token", "\"<u>\"", "the unknown token '<u>' is not in the vocabulary")]
    [InlineData("merges", """["a c"]""", "the token 'c' of a merge is not in the vocabulary")]
    [InlineData("merges", """["b a"]""", "the token 'ba' of a merge is not in the vocabulary")]
    [InlineData("merges", """["ab"]""", "expected a merge to be two tokens with a space between, got 'ab'")]
    [InlineData("merges", """["a b b"]""", "expected a merge to be two tokens with a space between, got 'a b b'")]
    [InlineData("merges", """[["a", "b", "b"]]""", "expected 'merges' to be a text, got [\"a\",\"b\",\"b\"]")]
    [InlineData("merges", """[["a", 1]]""", "expected 'merges' to be a text, got 1")]
    [InlineData("continuing_subword_prefix", "\"##\"", "the merge of 'a' and 'b': the second lacks the prefix '##'")]
    [InlineData("cache_capacity", "1", "'cache_capacity' is unknown here")]
    public void What_is_wrong_or_unknown_in_a_file_is_refused_by_name(string name, string value, string message)
    {
        var error = Assert.Throws<PgEmbedException>(() => Load(model => model[name] = JsonNode.Parse(value)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json: model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_within_words_of_prefixes_are_refused_by_name()
    {
        var error = Assert.Throws<PgEmbedException>(() => Load(model =>
        {
            model["byte_fallback"] = true;
            model["end_of_word_suffix"] = "</w>";
        }));
        Assert.Contains("'byte_fallback' together with", error.Message, StringComparison.Ordinal);
    }

    private Tokenizer Load(Action<JsonObject> change)
    {
        var file = JsonNode.Parse(File)!;
        change(file["model"]!.AsObject());
        _folder.Write("tokenizer.json", file.ToJsonString());
        return Tokenizer.Load(_folder.Path);
    }
}
