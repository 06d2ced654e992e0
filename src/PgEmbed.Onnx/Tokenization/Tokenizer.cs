using System.Buffers;
using System.Text.Json;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Turns a text into the token ids that a model was trained on, id for id as Hugging Face's tokenizers library does:
/// added tokens are taken out of the text, what is between them is normalized, split into words, and each word taken
/// apart by the vocabulary; special tokens are put around it all. Safe to use from many threads at once.
/// </summary>
public sealed class Tokenizer
{
    private const string TokenizerJson = "tokenizer.json";
    private const string VocabularyText = "vocab.txt";

    private readonly INormalizer? _normalizer;
    private readonly ITokenModel _model;
    private readonly IWordTokenizer _words;
    private readonly SpecialTokenTemplate _template;
    private readonly AddedToken[] _addedTokens;
    private readonly string _rulesHash;
    private readonly AddedTokenMatcher? _plainMatcher;
    private readonly AddedTokenMatcher? _normalizedMatcher;

    /// <summary>Creates a tokenizer.</summary>
    /// <param name="model">The vocabulary.</param>
    /// <param name="normalizer">What changes a text first; null for nothing.</param>
    /// <param name="preTokenizers">What splits a text into words, one after another.</param>
    /// <param name="template">The special tokens around every text.</param>
    /// <param name="addedTokens">What is taken out of a text before all else.</param>
    /// <param name="padId">The id that fills shorter texts up.</param>
    /// <param name="hash">Has the lines that describe the first three; the others are added here.</param>
    internal Tokenizer(
        ITokenModel model,
        INormalizer? normalizer,
        IReadOnlyList<IPreTokenizer> preTokenizers,
        SpecialTokenTemplate template,
        IReadOnlyCollection<AddedToken> addedTokens,
        int? padId,
        LineHash hash)
    {
        _model = model;
        _normalizer = normalizer;
        _words = PreTokenizerStage.Chain(preTokenizers, model);
        _template = template;
        _addedTokens = [.. addedTokens];
        _plainMatcher = MatcherOf(_addedTokens.Where(t => !t.Normalized));
        _normalizedMatcher = MatcherOf(
            _addedTokens.Where(t => t.Normalized).Select(t => t with { Content = Normalize(t.Content) }));
        LargestId = Math.Max(
            model.LargestId,
            _addedTokens.Select(t => t.Id).Concat(template.Before).Concat(template.After).DefaultIfEmpty().Max());
        PadId = padId;
        hash.Add($"before {string.Join(' ', template.Before)}");
        hash.Add($"after {string.Join(' ', template.After)}");
        foreach (var token in _addedTokens)
            hash.Add($"added {JsonSerializer.Serialize(token)}");
        _rulesHash = hash.Finish();
    }

    /// <summary>The largest id that it can give; the model's embedding table has more rows than this.</summary>
    public int LargestId { get; }

    /// <summary>The id that fills a batch's shorter texts up, or null where the tokenizer has none.</summary>
    public int? PadId { get; }

    /// <summary>SHA-256 over what decides the ids: vocabulary, rules, added and special tokens.</summary>
    public string ContentHash
    {
        get
        {
            List<string> lines = [_rulesHash];
            if (TruncatesLeft)
                lines.Add("truncates left");
            if (LowercasesFirst)
                lines.Add("lowercases first");
            return lines.Count == 1 ? _rulesHash : Onnx.ContentHash.OfLines(lines);
        }
    }

    /// <summary>The length that the tokenizer's file cuts texts at, special tokens included, or null.</summary>
    /// <remarks>Nothing is cut by it here: a model's own limit comes before it, and the caller gives the room.</remarks>
    public int? MaxLength { get; internal init; }

    /// <summary>Whether a text that is too long loses its start instead of its end.</summary>
    public bool TruncatesLeft { get; internal init; }

    /// <summary>
    /// Whether a text is put into lower case before all else, so that not even an added token with a capital is found
    /// in it: <c>do_lower_case</c> of sentence_bert_config.json, which is not the tokenizer's own.
    /// </summary>
    public bool LowercasesFirst { get; private set; }

    /// <summary>How many special tokens stand around every text.</summary>
    public int SpecialTokenCount => _template.Count;

    /// <summary>
    /// Reads a folder's <c>tokenizer.json</c>; where there is none, its <c>vocab.txt</c>, else its SentencePiece
    /// <c>.model</c>.
    /// </summary>
    /// <exception cref="PgEmbedException">
    /// There is none of them, the file is damaged, or it has a part that is not supported; the message names it.
    /// </exception>
    public static Tokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var file = FindFile(folder);
        var path = ModelPath.In(folder, file);
        var config = TokenizerConfig.Read(folder);
        return file switch
        {
            TokenizerJson => TokenizerFile.Read(path, config),
            VocabularyText => VocabularyFile.Read(path, config),
            _ => SentencePieceModelFile.Read(path, config),
        };
    }

    /// <summary>The id of a token of the vocabulary or an added one.</summary>
    public bool TryGetId(string token, out int id)
    {
        ArgumentNullException.ThrowIfNull(token);
        foreach (var added in _addedTokens)
        {
            if (added.Content == token)
            {
                id = added.Id;
                return true;
            }
        }

        return _model.TryGetId(token, out id);
    }

    /// <summary>Writes a text's token ids. An unpaired surrogate is read as U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">Where to: as long as the text's tokens may be, special tokens included.</param>
    /// <param name="truncated">
    /// Whether the text had more tokens, and its end, or by <see cref="TruncatesLeft"/> its start, was left out.
    /// </param>
    /// <returns>How many ids were written.</returns>
    /// <exception cref="ArgumentException">There is not even room for the special tokens.</exception>
    public int Encode(ReadOnlySpan<char> text, Span<int> ids, out bool truncated)
    {
        if (ids.Length < _template.Count)
            throw new ArgumentException(
                $"Expected room for the {_template.Count} special tokens at least, got {ids.Length}.", nameof(ids));
        var room = ids.Length - _template.Count;
        _template.Before.CopyTo(ids);
        var between = ids.Slice(_template.Before.Length, room);
        var count = TruncatesLeft
            ? EncodeEnd(text, between, out truncated)
            : EncodeStart(text, between, out truncated);
        var end = _template.Before.Length + count;
        _template.After.CopyTo(ids[end..]);
        return end + _template.After.Length;
    }

    /// <summary>Counts a text's tokens, those around every text left out.</summary>
    public int Count(ReadOnlySpan<char> text)
    {
        var tokens = TokenSink.Counting();
        EncodeContent(text, ref tokens);
        return tokens.Count;
    }

    /// <summary>The same tokenizer, with texts put into lower case before it.</summary>
    internal Tokenizer AfterLowercase()
    {
        var tokenizer = (Tokenizer)MemberwiseClone();
        tokenizer.LowercasesFirst = true;
        return tokenizer;
    }

    /// <summary>The special tokens before and after every text.</summary>
    internal SpecialTokenTemplate Template => _template;

    /// <summary>Appends a text's ids without the special tokens around it.</summary>
    internal void EncodeContent(ReadOnlySpan<char> text, ref TokenSink tokens)
    {
        if (LowercasesFirst)
            text = PythonLowercase.Apply(text.ToString());
        if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
            EncodeWellFormed(text, ref tokens);
        else
            EncodePlain(text, ref tokens);
    }

    private int EncodeStart(ReadOnlySpan<char> text, Span<int> ids, out bool truncated)
    {
        var tokens = new TokenSink(ids);
        EncodeContent(text, ref tokens);
        truncated = tokens.Overflowed;
        return Math.Min(tokens.Count, ids.Length);
    }

    /// <summary>Keeps the last tokens: only all of them tell which those are.</summary>
    private int EncodeEnd(ReadOnlySpan<char> text, Span<int> ids, out bool truncated)
    {
        for (var capacity = text.Length + 16; ; capacity = checked(capacity * 2))
        {
            var all = ArrayPool<int>.Shared.Rent(capacity);
            var count = EncodeStart(text, all, out var overflowed);
            if (!overflowed)
            {
                truncated = count > ids.Length;
                all.AsSpan(Math.Max(count - ids.Length, 0), Math.Min(count, ids.Length)).CopyTo(ids);
            }
            else
            {
                truncated = true;
            }

            ArrayPool<int>.Shared.Return(all);
            if (!overflowed)
                return Math.Min(count, ids.Length);
        }
    }

    /// <summary>Encodes a copy in which each unpaired surrogate is U+FFFD, so that no later step meets one.</summary>
    private void EncodeWellFormed(ReadOnlySpan<char> text, ref TokenSink tokens)
    {
        using var copy = new CharBuffer(text.Length);
        foreach (var rune in text.EnumerateRunes())
            copy.Advance(rune.EncodeToUtf16(copy.Reserve(2)));
        EncodePlain(copy.Written, ref tokens);
    }

    private void EncodePlain(ReadOnlySpan<char> text, ref TokenSink tokens) =>
        EncodeAround(_plainMatcher, isNormalized: false, text, ref tokens);

    /// <summary>Takes added tokens out of a text and encodes what is between them.</summary>
    private void EncodeAround(
        AddedTokenMatcher? added, bool isNormalized, ReadOnlySpan<char> text, ref TokenSink tokens)
    {
        var position = 0;
        while (added is not null && !tokens.Overflowed
            && added.TryFind(text, position, out var start, out var end, out var token))
        {
            EncodeBetween(isNormalized, text[position..start], ref tokens);
            tokens.Add(token!.Id);
            position = end;
        }

        EncodeBetween(isNormalized, text[position..], ref tokens);
    }

    private void EncodeBetween(bool isNormalized, ReadOnlySpan<char> text, ref TokenSink tokens)
    {
        if (text.IsEmpty || tokens.Overflowed)
            return;
        if (isNormalized)
        {
            _words.Tokenize(text, ref tokens);
            return;
        }

        if (_normalizer is null)
        {
            EncodeAround(_normalizedMatcher, isNormalized: true, text, ref tokens);
            return;
        }

        using var normalized = new CharBuffer(text.Length);
        _normalizer.Normalize(text, normalized);
        EncodeAround(_normalizedMatcher, isNormalized: true, normalized.Written, ref tokens);
    }

    private static string FindFile(string folder) =>
        Array.Find([TokenizerJson, VocabularyText], file => File.Exists(Path.Combine(folder, file)))
        ?? SentencePieceModelFile.Find(folder)
        ?? throw new PgEmbedException(
            $"{folder} has no tokenizer: neither tokenizer.json nor vocab.txt nor a SentencePiece .model is there.",
            "Fetch the model's tokenizer.json into it.");

    private static AddedTokenMatcher? MatcherOf(IEnumerable<AddedToken> tokens)
    {
        var list = tokens.ToList();
        return list.Count == 0 ? null : new AddedTokenMatcher(list);
    }

    private string Normalize(string content)
    {
        if (_normalizer is null)
            return content;
        using var normalized = new CharBuffer(content.Length);
        _normalizer.Normalize(content, normalized);
        return normalized.Written.ToString();
    }
}
