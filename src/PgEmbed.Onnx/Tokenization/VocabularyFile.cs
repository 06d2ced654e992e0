using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Reads <c>vocab.txt</c>, a token a line with the line's number as its id, and makes of it and
/// <c>tokenizer_config.json</c> the tokenizer that transformers makes for BERT.
/// </summary>
internal static class VocabularyFile
{
    private const int MaxWordLength = 100;

    private static readonly string[] Classes =
    [
        "BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer",
    ];

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or a special token is not in it.</exception>
    public static Tokenizer Read(string path, TokenizerConfig config)
    {
        if (config.TokenizerClass is { } type && !Classes.Contains(type.Replace("Fast", "", StringComparison.Ordinal)))
            throw new PgEmbedException(
                $"tokenizer_config.json: the tokenizer class '{type}' is not supported with a vocab.txt.",
                "Put the model's tokenizer.json into the folder.");
        config.RefuseOwnWords();
        if (File.Exists(Path.Combine(Path.GetDirectoryName(path)!, "added_tokens.json")))
            throw new PgEmbedException(
                "added_tokens.json is not supported beside a vocab.txt.",
                "Put the model's tokenizer.json into the folder.");

        var vocabulary = ReadVocabulary(path);
        int IdOf(string role, string usual)
        {
            var token = config.SpecialToken(role) ?? usual;
            return vocabulary.TryGetValue(token, out var id)
                ? id
                : throw new PgEmbedException(
                    $"vocab.txt: the {role} '{token}' is not in it.",
                    "Take vocab.txt and tokenizer_config.json of the same model.");
        }

        var unknown = IdOf("unk_token", "[UNK]");
        var pad = IdOf("pad_token", "[PAD]");
        var template = new SpecialTokenTemplate([IdOf("cls_token", "[CLS]")], [IdOf("sep_token", "[SEP]")]);
        using var hash = new LineHash();
        foreach (var line in (string[])
            [
                $"vocab.txt {ContentHash.OfFile(path)}", $"unknown {unknown}",
                $"chinese {config.HandleChineseCharacters}", $"accents {config.StripAccents}",
                $"lowercase {config.Lowercase}",
            ])
            hash.Add(line);
        return new Tokenizer(
            new WordPieceModel(vocabulary, unknown, "##", MaxWordLength),
            new BertNormalizer(
                cleanText: true, config.HandleChineseCharacters, config.StripAccents, config.Lowercase),
            [new BertPreTokenizer()],
            template,
            AddedTokens(config, vocabulary),
            pad,
            hash)
        {
            TruncatesLeft = config.TruncationSide == "left",
        };
    }

    private static Dictionary<string, int> ReadVocabulary(string path)
    {
        var vocabulary = new Dictionary<string, int>();
        try
        {
            // Split at line feeds only: other line separators of Unicode may be tokens.
            var bytes = SettingsFile.ReadAllBytes(path).AsSpan();
            var start = bytes.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes[start..]);
            var lines = text.Split('\n');
            var count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
            for (var i = 0; i < count; i++)
                vocabulary[lines[i].TrimEnd('\r')] = i;
            return vocabulary;
        }
        catch (DecoderFallbackException e)
        {
            throw new PgEmbedException($"{path} can't be read: {e.Message}", innerException: e);
        }
    }

    /// <summary>The tokens that the configuration adds, else the special ones that the vocabulary has.</summary>
    private static IReadOnlyList<AddedToken> AddedTokens(TokenizerConfig config, Dictionary<string, int> vocabulary)
    {
        var configured = config.AddedTokens();
        foreach (var token in configured)
        {
            if (!vocabulary.TryGetValue(token.Content, out var id) || id != token.Id)
                throw new PgEmbedException(
                    $"tokenizer_config.json: expected the added token '{token.Content}' in line {token.Id + 1} of "
                    + "vocab.txt.",
                    "Take vocab.txt and tokenizer_config.json of the same model.");
        }

        if (configured.Count > 0)
            return configured;
        (string Role, string Usual)[] special =
        [
            ("pad_token", "[PAD]"), ("unk_token", "[UNK]"), ("cls_token", "[CLS]"), ("sep_token", "[SEP]"),
            ("mask_token", "[MASK]"),
        ];
        return
        [
            .. special.Select(s => config.SpecialToken(s.Role) ?? s.Usual)
                .Where(vocabulary.ContainsKey)
                .Distinct()
                .Select(content => new AddedToken(content, vocabulary[content], false, false, false, false)),
        ];
    }
}
