using System.Text;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>BERT's tokenization step by step, each on the whole text, with nothing done to be fast.</summary>
internal sealed class PlainWordPiece(Dictionary<string, int> vocabulary, string[] addedTokens, int maxWordLength)
{
    public List<int> Encode(string text)
    {
        // A decoder reads an unpaired surrogate as U+FFFD.
        var wellFormed = string.Concat(text.EnumerateRunes());
        List<int> ids = [vocabulary["[CLS]"]];
        var between = "";
        for (var i = 0; i < wellFormed.Length;)
        {
            var token = addedTokens.Where(t => string.CompareOrdinal(wellFormed, i, t, 0, t.Length) == 0)
                .MaxBy(t => t.Length);
            if (token is null)
            {
                between += wellFormed[i++];
                continue;
            }

            ids.AddRange(EncodeWords(between));
            ids.Add(vocabulary[token]);
            between = "";
            i += token.Length;
        }

        ids.AddRange(EncodeWords(between));
        ids.Add(vocabulary["[SEP]"]);
        return ids;
    }

    private IEnumerable<int> EncodeWords(string text) => Split(Normalize(text)).SelectMany(EncodeWord);

    private static string Normalize(string text)
    {
        var characters = BertCharacters.Instance;
        var runes = text.EnumerateRunes().Where(r => !characters.IsRemoved(r.Value));
        var clean = string.Concat(runes.Select(r => Rune.IsWhiteSpace(r) ? " " : r.ToString()));
        var apart = string.Concat(
            clean.EnumerateRunes().Select(r => BertCharacters.IsChinese(r.Value) ? $" {r} " : r.ToString()));
        var plain = string.Concat(
            apart.EnumerateRunes().Select(r => characters.WithoutAccents(r.ToString(), r.Value)));
        return characters.ToLower(plain);
    }

    private static List<string> Split(string text)
    {
        List<string> words = [];
        var word = "";
        foreach (var rune in text.EnumerateRunes())
        {
            var apart = BertCharacters.Instance.Punctuation.Contains(rune.Value);
            if (apart || Rune.IsWhiteSpace(rune))
            {
                words.Add(word);
                words.Add(apart ? rune.ToString() : "");
                word = "";
            }
            else
            {
                word += rune;
            }
        }

        words.Add(word);
        return [.. words.Where(w => w.Length > 0)];
    }

    private List<int> EncodeWord(string word)
    {
        var runes = word.EnumerateRunes().ToArray();
        List<int> ids = [];
        for (var start = 0; start < runes.Length;)
        {
            var end = runes.Length;
            string Piece() => (start > 0 ? "##" : "") + string.Concat(runes[start..end]);
            while (end > start && !vocabulary.ContainsKey(Piece()))
                end--;
            if (end == start || runes.Length > maxWordLength)
                return [vocabulary["[UNK]"]];
            ids.Add(vocabulary[Piece()]);
            start = end;
        }

        return ids;
    }
}
