using System.Text.Json;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>What is read of <c>tokenizer_config.json</c>; what it does not say is as transformers has it.</summary>
internal sealed class TokenizerConfig
{
    private readonly JsonPart? _file;

    private TokenizerConfig(JsonPart? file)
    {
        _file = file;
        TruncationSide = file?.OptionalText("truncation_side");
        if (TruncationSide is not (null or "left" or "right"))
            throw file!.Error($"truncation at the side '{TruncationSide}' is not supported, only 'left' or 'right'.");
        PadToken = SpecialToken("pad_token");
    }

    /// <summary>Reads a folder's file; a folder without one gives the defaults.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or has a setting that is not supported.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var path = ModelPath.In(folder, "tokenizer_config.json");
        return new TokenizerConfig(File.Exists(path) ? JsonPart.ReadFile(path) : null);
    }

    /// <summary>The token that fills a batch's shorter texts up, or null.</summary>
    public string? PadToken { get; }

    /// <summary>
    /// The side at which texts are cut, <c>left</c> or <c>right</c>, or null where the file does not say.
    /// </summary>
    public string? TruncationSide { get; }

    /// <summary>The longest input, special tokens included, or null where the file sets no real limit.</summary>
    public int? MaxLength =>
        _file is not null && _file.Element.TryGetProperty("model_max_length", out var value)
        && value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and <= int.MaxValue and var length
            ? (int)length
            : null;

    public string? TokenizerClass => _file?.OptionalText("tokenizer_class");

    public bool Lowercase => _file?.OptionalFlag("do_lower_case") ?? true;

    public bool StripAccents => _file?.OptionalFlag("strip_accents") ?? Lowercase;

    public bool HandleChineseCharacters => _file?.OptionalFlag("tokenize_chinese_chars") ?? true;

    /// <summary>A setting that is true or false; null where the file does not have it.</summary>
    public bool? Flag(string name) => _file?.OptionalFlag(name);

    /// <summary>Throws where a setting asks for words that only transformers' own code makes.</summary>
    public void RefuseOwnWords()
    {
        if (_file?.OptionalFlag("do_basic_tokenize") == false)
            throw _file.Error("'do_basic_tokenize' false is not supported.");
        if (_file?.OptionalFlag("clean_text") == false)
            throw _file.Error("'clean_text' false is not supported without a tokenizer.json.");
        if (_file is not null && _file.Names().Contains("never_split") && _file.Values("never_split").Count > 0)
            throw _file.Error("'never_split' is not supported.");
    }

    /// <summary>A special token's text by its role, such as <c>cls_token</c>; a text, or an object with one.</summary>
    public string? SpecialToken(string role)
    {
        if (_file is null || !_file.Names().Contains(role))
            return null;
        return _file.Element.GetProperty(role).ValueKind == JsonValueKind.String
            ? _file.Text(role)
            : _file.Object(role).Text("content");
    }

    /// <summary>The tokens of <c>added_tokens_decoder</c> by id; empty where there is none.</summary>
    public IReadOnlyList<AddedToken> AddedTokens()
    {
        if (_file?.OptionalObject("added_tokens_decoder") is not { } tokens)
            return [];
        return [.. tokens.Names().Select(id => ReadAddedToken(tokens, id)).OrderBy(t => t.Id)];
    }

    private static AddedToken ReadAddedToken(JsonPart tokens, string id)
    {
        var part = tokens.Object(id);
        if (!int.TryParse(id, out var number) || number < 0)
            throw tokens.Error($"expected added tokens by their ids, got '{id}'.");
        return new AddedToken(
            part.Text("content"),
            number,
            part.OptionalFlag("single_word") ?? false,
            part.OptionalFlag("lstrip") ?? false,
            part.OptionalFlag("rstrip") ?? false,
            part.OptionalFlag("normalized") ?? false);
    }
}
