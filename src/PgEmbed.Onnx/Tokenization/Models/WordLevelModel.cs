namespace PgEmbed.Onnx.Tokenization;

/// <summary>A token for each word of the vocabulary; any other word is the unknown token.</summary>
internal sealed class WordLevelModel : ITokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly int _unknownId;

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">Ids by word.</param>
    /// <param name="unknownId">The id of a word that is not in it.</param>
    public WordLevelModel(Dictionary<string, int> vocabulary, int unknownId)
    {
        _vocabulary = vocabulary;
        _words = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknownId = unknownId;
        LargestId = vocabulary.Values.Max();
    }

    public int Count => _vocabulary.Count;

    public int LargestId { get; }

    public bool TryGetId(string token, out int id) => _vocabulary.TryGetValue(token, out id);

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens) =>
        tokens.Add(_words.TryGetValue(word, out var id) ? id : _unknownId);
}
