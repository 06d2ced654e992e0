using System.Buffers;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// GPT-2's words, each written as its UTF-8 bytes with a visible character for every byte: a printable one of Latin-1
/// for itself, and from U+0100 on for the others, so that a space is <c>Ġ</c>.
/// </summary>
/// <param name="addPrefixSpace">Whether a text that does not begin with a space gets one.</param>
/// <param name="useRegex">Whether the text is split into words; else it is one.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    private const int Small = 256;

    private static readonly char[] ByteCharacters = MakeByteCharacters();

    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        if (!addPrefixSpace || text[0] == ' ')
        {
            SplitWords(text, next, ref tokens);
            return;
        }

        using var prefixed = new CharBuffer(text.Length + 1);
        prefixed.Append(" ");
        prefixed.Append(text);
        SplitWords(prefixed.Written, next, ref tokens);
    }

    private void SplitWords(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        if (!useRegex)
        {
            Write(text, next, ref tokens);
            return;
        }

        for (var start = 0; start < text.Length && !tokens.Overflowed;)
        {
            var length = Gpt2Words.Next(text[start..]);
            Write(text.Slice(start, length), next, ref tokens);
            start += length;
        }
    }

    private static void Write(scoped ReadOnlySpan<char> word, IWordTokenizer next, ref TokenSink tokens)
    {
        var capacity = checked(word.Length * 3);
        var pooled = capacity > Small ? ArrayPool<char>.Shared.Rent(capacity) : null;
        Span<char> written = pooled ?? stackalloc char[Small];
        var count = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < word.Length;)
        {
            if (word[at] < 128)
            {
                written[count++] = ByteCharacters[word[at++]];
                continue;
            }

            Rune.DecodeFromUtf16(word[at..], out var rune, out var consumed);
            at += consumed;
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                written[count++] = ByteCharacters[value];
        }

        next.Tokenize(written[..count], ref tokens);
        if (pooled is not null)
            ArrayPool<char>.Shared.Return(pooled);
    }

    private static char[] MakeByteCharacters()
    {
        var characters = new char[256];
        var others = 0;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(isPrintable ? value : 256 + others++);
        }

        return characters;
    }
}
