namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Makes the tokenizer of a folder that has only a SentencePiece <c>.model</c>. The class that
/// <c>tokenizer_config.json</c> names says which special tokens there are and what ids pieces have; without one, ids
/// are SentencePiece's own and nothing is put around a text.
/// </summary>
/// <remarks>
/// XLM-R's ids are those of fairseq, whose four tokens come first: where the <c>.model</c> begins with its trainer's
/// <c>&lt;unk&gt; &lt;s&gt; &lt;/s&gt;</c>, an id is the piece's number and one more, and <c>&lt;mask&gt;</c> comes last.
/// A <c>.model</c> that was trained with fairseq's four in front has the right numbers already.
/// </remarks>
internal sealed class SentencePieceModelFile
{
    private readonly SentencePieceFile _file;
    private readonly TokenizerConfig _config;
    private readonly SentencePieceVocabulary _vocabulary;

    // Tokens that the class adds to the pieces.
    private readonly Dictionary<string, int> _added = [];

    private SentencePieceModelFile(SentencePieceFile file, TokenizerConfig config, bool fairseq)
    {
        _file = file;
        _config = config;
        _vocabulary = new SentencePieceVocabulary(
            file.Pieces, file.ByteFallback, file.Name, fairseq ? FairseqId : number => number);
        if (!fairseq)
            return;
        _added["<pad>"] = 1;
        _added["<mask>"] = file.Pieces.Count + 1;
    }

    /// <summary>The file in a folder, by its usual names, else the only one; null where there is none.</summary>
    /// <exception cref="PgEmbedException">There are several, and none has a usual name.</exception>
    public static string? Find(string folder)
    {
        string[] usual = ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model"];
        if (Array.Find(usual, file => File.Exists(Path.Combine(folder, file))) is { } found)
            return found;
        if (!Directory.Exists(folder))
            return null;
        var files = Directory.GetFiles(folder, "*.model").Select(p => Path.GetFileName(p)).Order().ToList();
        return files.Count <= 1
            ? files.FirstOrDefault()
            : throw new PgEmbedException(
                $"{folder} has several files that may be its tokenizer: {string.Join(", ", files)}.",
                $"Name the right one {usual[0]}.");
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, is damaged, or is of a kind that is not supported.</exception>
    public static Tokenizer Read(string path, TokenizerConfig config)
    {
        var file = SentencePieceFile.Read(path);
        var type = config.TokenizerClass?.Replace("Fast", "", StringComparison.Ordinal);
        var reader = new SentencePieceModelFile(file, config, type == "XLMRobertaTokenizer" && NeedsFairseqIds(file));
        var (before, after, special) = reader.SpecialTokens(type);
        var pad = config.PadToken ?? "<pad>";
        using var hash = new LineHash();
        hash.Add($"{type} {ContentHash.OfFile(path)}");
        return new Tokenizer(
            reader.Model(),
            new SentencePieceNormalizer(file.Normalizer),
            [],
            new SpecialTokenTemplate(before, after),
            reader.AddedTokens(special),
            reader.TryGetId(pad, out var padId) ? padId : null,
            hash)
        {
            TruncatesLeft = config.TruncationSide == "left",
        };
    }

    private ITokenModel Model() => _file.Type switch
    {
        SentencePieceModelType.Unigram => new UnigramModel(_vocabulary),
        SentencePieceModelType.Bpe => _file.Pieces.Any(p => p.Kind == SentencePieceKind.Unused)
            ? throw new PgEmbedException($"{_file.Name}: a BPE model with unused pieces is not supported.")
            : new SentencePieceBpeModel(_vocabulary, _file.Normalizer.Symbols),
        var type => throw new PgEmbedException(
            $"{_file.Name}: the model type '{type}' is not supported, only Unigram and Bpe."),
    };

    /// <summary>What stands before and after a text, and which tokens are found within one.</summary>
    private (int[] Before, int[] After, string[] Special) SpecialTokens(string? type)
    {
        switch (type)
        {
            case null:
                return ([], [], []);
            case "XLMRobertaTokenizer":
                return (
                    [Required("cls_token", "<s>")], [Required("sep_token", "</s>")],
                    [
                        Role("bos_token", "<s>"), Role("cls_token", "<s>"), Role("pad_token", "<pad>"),
                        Role("eos_token", "</s>"), Role("sep_token", "</s>"), Role("unk_token", "<unk>"),
                        Role("mask_token", "<mask>"),
                    ]);
            case "T5Tokenizer":
                return (
                    [], [Required("eos_token", "</s>")],
                    [Role("eos_token", "</s>"), Role("unk_token", "<unk>"), Role("pad_token", "<pad>")]);
            case "LlamaTokenizer" or "GemmaTokenizer":
                var (bos, eos) = type == "GemmaTokenizer" ? ("<bos>", "<eos>") : ("<s>", "</s>");
                return (
                    _config.Flag("add_bos_token") ?? true ? [Required("bos_token", bos)] : [],
                    _config.Flag("add_eos_token") ?? false ? [Required("eos_token", eos)] : [],
                    [Role("bos_token", bos), Role("eos_token", eos), Role("unk_token", "<unk>")]);
            default:
                throw new PgEmbedException(
                    $"tokenizer_config.json: the tokenizer class '{_config.TokenizerClass}' is not supported with "
                    + $"{_file.Name} alone, only XLMRobertaTokenizer, T5Tokenizer, LlamaTokenizer and GemmaTokenizer.",
                    "Put the model's tokenizer.json into the folder.");
        }
    }

    private string Role(string role, string usual) => _config.SpecialToken(role) ?? usual;

    private int Required(string role, string usual) => TryGetId(Role(role, usual), out var id)
        ? id
        : throw new PgEmbedException(
            $"{_file.Name}: the {role} '{Role(role, usual)}' is not in it.",
            "Take the .model and tokenizer_config.json of the same model.");

    private bool TryGetId(string token, out int id) =>
        _added.TryGetValue(token, out id) || _vocabulary.TryGetId(token, out id);

    /// <summary>The tokens that the configuration adds; else the special ones, as far as the model has them.</summary>
    private IReadOnlyList<AddedToken> AddedTokens(string[] special)
    {
        var configured = _config.AddedTokens();
        foreach (var token in configured)
        {
            if (TryGetId(token.Content, out var id) ? id != token.Id : token.Id <= _vocabulary.LargestId)
                throw new PgEmbedException(
                    $"tokenizer_config.json: the added token '{token.Content}' can't have the id {token.Id} with "
                    + $"{_file.Name}.",
                    "Take the .model and tokenizer_config.json of the same model.");
        }

        if (configured.Count > 0)
            return configured;
        return
        [
            .. special.Distinct()
                .Where(content => TryGetId(content, out _))
                .Select(content => new AddedToken(
                    content,
                    TryGetId(content, out var id) ? id : 0,
                    SingleWord: false,
                    StripLeft: content == Role("mask_token", "<mask>"),
                    StripRight: false,
                    Normalized: false)),
        ];
    }

    private static bool NeedsFairseqIds(SentencePieceFile file)
    {
        var first = file.Pieces.Take(4).Select(p => p.Text).ToList();
        if (first is ["<s>", "<pad>", "</s>", "<unk>"])
            return false;
        return first is ["<unk>", "<s>", "</s>", ..]
            ? true
            : throw new PgEmbedException(
                $"{file.Name}: expected XLM-R's pieces to begin with <unk>, <s>, </s> or with <s>, <pad>, </s>, <unk>, "
                + $"got {string.Join(", ", first)}.",
                "Put the model's tokenizer.json into the folder.");
    }

    private static int FairseqId(int number) => number switch
    {
        0 => 3,
        1 => 0,
        2 => 2,
        _ => number + 1,
    };
}
