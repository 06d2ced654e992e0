using System.Globalization;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// The pieces of a Unigram or SentencePiece-type BPE model, checked, and the ids that they have in the model's
/// embedding table.
/// </summary>
internal sealed class SentencePieceVocabulary
{
    // SentencePiece's own bound.
    private const int LongestPiece = 8000;

    private readonly Dictionary<string, int> _numbers = [];
    private readonly int[] _ids;
    private readonly int[]? _byteIds;

    /// <summary>Creates a vocabulary.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="byteFallback">Whether what no piece covers becomes its bytes instead of the unknown piece.</param>
    /// <param name="ids">The pieces' ids; null where they are their numbers.</param>
    /// <param name="place">The file, for messages.</param>
    /// <exception cref="PgEmbedException">The pieces contradict one another.</exception>
    public SentencePieceVocabulary(
        IReadOnlyList<SentencePiece> pieces, bool byteFallback, string place, Func<int, int>? ids = null)
    {
        if (pieces.Count == 0)
            throw new PgEmbedException($"{place}: the vocabulary is empty.", FetchAgain);
        Pieces = pieces;
        _ids = [.. Enumerable.Range(0, pieces.Count).Select(ids ?? (number => number))];
        Unknown = -1;
        for (var i = 0; i < pieces.Count; i++)
        {
            Check(pieces[i], i, place);
            if (!_numbers.TryAdd(pieces[i].Text, i))
                throw new PgEmbedException(
                    $"{place}: the piece '{pieces[i].Text}' is there twice, as number {_numbers[pieces[i].Text]} "
                    + $"and {i}.", FetchAgain);
            if (pieces[i].Kind != SentencePieceKind.Unknown)
                continue;
            if (Unknown >= 0)
                throw new PgEmbedException(
                    $"{place}: expected one unknown piece, got the numbers {Unknown} and {i}.", FetchAgain);
            Unknown = i;
        }

        if (Unknown < 0)
            throw new PgEmbedException($"{place}: the vocabulary has no unknown piece.", FetchAgain);
        _byteIds = byteFallback ? ReadBytes(place) : null;
        LargestId = _ids.Max();
    }

    /// <summary>The pieces by number.</summary>
    public IReadOnlyList<SentencePiece> Pieces { get; }

    /// <summary>The number of the unknown piece.</summary>
    public int Unknown { get; }

    public int LargestId { get; }

    private static string FetchAgain => "The file is damaged: fetch it again.";

    /// <summary>The name of the piece that stands for a byte.</summary>
    public static string ByteName(int value) => $"<0x{value.ToString("X2", CultureInfo.InvariantCulture)}>";

    /// <summary>The id of a piece by its number.</summary>
    public int IdOf(int number) => _ids[number];

    /// <summary>The id of a piece by its text.</summary>
    public bool TryGetId(string text, out int id)
    {
        var found = _numbers.TryGetValue(text, out var number);
        id = found ? _ids[number] : 0;
        return found;
    }

    /// <summary>
    /// Appends a character that no piece covers: its bytes, or the unknown piece, once for a run of such characters.
    /// </summary>
    /// <param name="character">The character, one or two UTF-16 units.</param>
    /// <param name="afterUnknown">Whether one came directly before.</param>
    /// <param name="tokens">Where to.</param>
    public void AddUnknown(scoped ReadOnlySpan<char> character, bool afterUnknown, ref TokenSink tokens)
    {
        if (_byteIds is null)
        {
            if (!afterUnknown)
                tokens.Add(_ids[Unknown]);
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        var count = Encoding.UTF8.GetBytes(character, bytes);
        foreach (var value in bytes[..count])
            tokens.Add(_byteIds[value]);
    }

    private static void Check(SentencePiece piece, int number, string place)
    {
        if (piece.Text.Length is 0 or >= LongestPiece)
            throw new PgEmbedException(
                $"{place}: expected the piece {number} to have 1 to {LongestPiece - 1} characters, got "
                + $"{piece.Text.Length}.", FetchAgain);
        if (!float.IsFinite(piece.Score))
            throw new PgEmbedException(
                $"{place}: expected a number as the score of the piece '{piece.Text}', got {piece.Score}.",
                FetchAgain);
        if (!Enum.IsDefined(piece.Kind))
            throw new PgEmbedException(
                $"{place}: the piece '{piece.Text}' is of the unknown type {(int)piece.Kind}.");
    }

    private int[] ReadBytes(string place)
    {
        var ids = new int[256];
        for (var i = 0; i < ids.Length; i++)
        {
            if (!TryGetId(ByteName(i), out ids[i]))
                throw new PgEmbedException(
                    $"{place}: byte fallback needs a piece for each byte, and {ByteName(i)} is not there.",
                    FetchAgain);
        }

        return ids;
    }
}
