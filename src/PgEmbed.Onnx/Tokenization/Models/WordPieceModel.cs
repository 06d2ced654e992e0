namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// WordPiece: the longest token that a word begins with, then the longest with the prefix (<c>##</c>) that its rest
/// begins with, and so on; a word that can't be taken apart wholly, or is too long, is one unknown token.
/// </summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly PieceTrie _pieces = new();
    private readonly int _continuation;
    private readonly int _unknownId;
    private readonly int _maxWordLength;

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="unknownId">The id of a word that can't be taken apart.</param>
    /// <param name="continuationPrefix">What a token that continues a word begins with.</param>
    /// <param name="maxWordLength">How many code points the longest word has that is taken apart.</param>
    public WordPieceModel(
        Dictionary<string, int> vocabulary, int unknownId, string continuationPrefix, int maxWordLength)
    {
        _vocabulary = vocabulary;
        _unknownId = unknownId;
        _maxWordLength = maxWordLength;
        foreach (var (token, id) in vocabulary)
            _pieces.Add(token, id);
        _continuation = _pieces.Find(continuationPrefix);
        LargestId = vocabulary.Values.Max();
    }

    public int Count => _vocabulary.Count;

    public int LargestId { get; }

    public bool TryGetId(string token, out int id) => _vocabulary.TryGetValue(token, out id);

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens)
    {
        var before = tokens.Count;
        var node = PieceTrie.Root;
        var rest = IsTooLong(word) ? [] : word;
        while (rest.Length > 0 && node >= 0 && _pieces.TryMatch(rest, node, out var id, out var length))
        {
            tokens.Add(id);
            rest = rest[length..];
            node = _continuation;
            if (rest.Length == 0)
                return;
        }

        tokens.Count = before;
        tokens.Add(_unknownId);
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= _maxWordLength)
            return false;
        var codePoints = 0;
        foreach (var character in word)
        {
            if (!char.IsLowSurrogate(character) && ++codePoints > _maxWordLength)
                return true;
        }

        return false;
    }
}
