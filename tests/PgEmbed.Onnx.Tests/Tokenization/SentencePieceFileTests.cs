using System.Buffers.Binary;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public sealed class SentencePieceFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_without_other_files_is_read_by_its_model_whatever_its_name()
    {
        _folder.Write("any.model", Fixture.Bytes("SentencePiece/bpe/spiece.model"));
        Assert.NotEmpty(Tokenizer.Load(_folder.Path).Ids("text"));
        _folder.Write("other.model", Fixture.Bytes("SentencePiece/bpe/spiece.model"));
        var error = Assert.Throws<PgEmbedException>(() => Tokenizer.Load(_folder.Path));
        Assert.Contains("any.model, other.model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("T5Tokenizer", "", new int[0], new[] { 2 })]
    [InlineData("LlamaTokenizer", "", new[] { 1 }, new int[0])]
    [InlineData("LlamaTokenizerFast", """, "add_bos_token": false, "add_eos_token": true""", new int[0], new[] { 2 })]
    public void The_class_says_what_stands_around_a_text(string type, string settings, int[] before, int[] after)
    {
        _folder.Write("spiece.model", Fixture.Bytes("SentencePiece/bpe-bytes/spiece.model"));
        var plain = Tokenizer.Load(_folder.Path).Ids("a text");
        _folder.Write("tokenizer_config.json", $$"""{"tokenizer_class": "{{type}}" {{settings}}}""");
        Assert.Equal([.. before, .. plain, .. after], Tokenizer.Load(_folder.Path).Ids("a text"));
    }

    [Theory]
    [InlineData("""{"tokenizer_class": "AlbertTokenizer"}""", "the tokenizer class 'AlbertTokenizer' is not supported")]
    [InlineData(
        """{"tokenizer_class": "LlamaTokenizer", "bos_token": "<b>"}""", "the bos_token '<b>' is not in it")]
    [InlineData(
        """{"added_tokens_decoder": {"5": {"content": "<x>"}}}""", "the added token '<x>' can't have the id 5")]
    public void A_configuration_that_does_not_fit_is_refused(string config, string message)
    {
        _folder.Write("spiece.model", Fixture.Bytes("SentencePiece/bpe/spiece.model"));
        _folder.Write("tokenizer_config.json", config);
        var error = Assert.Throws<PgEmbedException>(() => Tokenizer.Load(_folder.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the vocabulary is empty")]
    [InlineData("0A 03 0A 01 61", "has no unknown piece")]
    [InlineData("0A 05 0A 01 61 18 02 0A 05 0A 01 62 18 02", "expected one unknown piece, got the numbers 0 and 1")]
    [InlineData("0A 03 0A 01 61 0A 05 0A 01 61 18 02", "the piece 'a' is there twice, as number 0 and 1")]
    [InlineData("0A 05 0A 01 61 18 02 0A 00", "the piece 1 to have 1 to 7999 characters, got 0")]
    [InlineData("0A 08 0A 01 61 15 00 00 C0 7F", "expected a number as the score of the piece 'a', got NaN")]
    [InlineData("0A 05 0A 01 61 18 09", "the piece 'a' is of the unknown type 9")]
    [InlineData("0A 05 0A 01 61 18 06", "there are pieces for bytes, but its settings say that there is no byte fallback")]
    [InlineData("0A 05 0A 01 61 18 02 12 03 98 02 01", "needs a piece for each byte, and <0x00> is not there")]
    [InlineData("0A 05 0A 01 61 18 02 12 02 18 03", "the model type 'Word' is not supported")]
    [InlineData("0A 05 0A 01 61 18 02 12 02 18 63", "the model type '99' is not supported")]
    [InlineData("0A 05 0A 01 61 18 02 12 02 18 02 0A 05 0A 01 62 18 05", "a BPE model with unused pieces")]
    [InlineData("0A 05 0A 01 61 18 02 1A 02 38 01", "the field of the normalizer number 7 is unknown")]
    [InlineData("0A 05 0A 01 61 18 02 32 00", "the field number 6 is unknown")]
    [InlineData("0A 02 20 01", "the field of a piece number 4 is unknown")]
    [InlineData("0A 03 0A 01 FF", "is not a SentencePiece model")]
    [InlineData("0A 05 0A 01", "is not a SentencePiece model: expected 5 more bytes, 2 are there")]
    [InlineData("0A 05 0A 01 61 18 02 1A 03 12 01 00", "map is damaged: it has no trie")]
    public void What_is_wrong_or_unknown_in_a_model_is_refused_by_name(string hex, string message)
    {
        _folder.Write("spiece.model", Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        var error = Assert.Throws<PgEmbedException>(() => Tokenizer.Load(_folder.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("spiece.model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_character_map_gives_an_error_or_a_map_and_never_hangs()
    {
        var random = new Random(12);
        var text = string.Concat(Enumerable.Range(32, 3000).Select(c => (char)c)) + "👍𝐀가각";
        var refused = 0;
        for (var i = 0; i < 300; i++)
        {
            // Random units, or good ones for a few rules with some changed.
            var units = new uint[random.Next(1, 600)];
            foreach (ref var unit in units.AsSpan())
                unit = (uint)random.NextInt64(1L << 32) & (random.Next(4) == 0 ? 0xFFFFFFFF : 0x0003FDFF);
            var bytes = new byte[4 + (units.Length * 4) + 4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, units.Length * 4);
            for (var u = 0; u < units.Length; u++)
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (u * 4)), units[u]);
            "ab\0"u8.CopyTo(bytes.AsSpan(4 + (units.Length * 4)));
            try
            {
                var normalizer = new PrecompiledNormalizer(CharsMap.Read(bytes, "test"));
                using var output = new CharBuffer(0);
                normalizer.Normalize(text, output);
            }
            catch (PgEmbedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 30, 299);
    }

    /// <summary>A trie of one rule, laid out by hand: from the root by 'x' to a node that ends it.</summary>
    [Fact]
    public void A_rule_replaces_what_it_matches_and_only_that()
    {
        const int Node = 1 ^ 'x';
        var units = new uint[256];
        units[0] = 1 << 10;
        units[Node] = 'x' | (1 << 8) | ((uint)(Node ^ 200) << 10);
        units[200] = (1u << 31) | 2;
        var bytes = new byte[4 + 1024 + 6];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 1024);
        for (var u = 0; u < units.Length; u++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (u * 4)), units[u]);
        "-\0é!\0"u8.CopyTo(bytes.AsSpan(4 + 1024));

        Assert.Equal("aé!b漢é!é!\0", Normalize("axb漢xx\0"));

        // The same without the replacement, in the middle of one, and with a path that comes back.
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (200 * 4)), (1u << 31) | 9);
        Assert.Contains("a replacement can't begin at 9", Refused(), StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (200 * 4)), (1u << 31) | 3);
        Assert.Contains("a replacement can't begin at 3", Refused(), StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (200 * 4)), 0);
        Assert.Contains("a rule has no replacement", Refused(), StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (Node * 4)), 'x' | ((uint)'x' << 10));
        Assert.Contains("its trie has a circle", Refused(), StringComparison.Ordinal);

        string Normalize(string text)
        {
            using var output = new CharBuffer(0);
            new PrecompiledNormalizer(CharsMap.Read(bytes, "test")).Normalize(text, output);
            return output.Written.ToString();
        }

        string Refused() => Assert.Throws<PgEmbedException>(() => CharsMap.Read(bytes, "test")).Message;
    }

    [Theory]
    [InlineData(true, true, true, false, "  a  b ", "▁a▁b")]
    [InlineData(true, false, true, false, " a  b ", "▁▁a▁▁b▁")]
    [InlineData(false, true, true, false, " a  b ", "a▁b")]
    [InlineData(true, true, false, false, " a  b ", " a b")]
    [InlineData(true, true, true, true, " a  b ", "a▁b▁")]
    [InlineData(true, true, true, false, "   ", "")]
    [InlineData(true, false, true, false, " ", "▁▁")]
    [InlineData(true, true, true, false, "a ▁", "▁a")]
    public void White_space_is_handled_as_the_model_says(
        bool prefix, bool remove, bool escape, bool suffix, string text, string expected)
    {
        var normalizer = new SentencePieceNormalizer(new SentencePieceNormalizerOptions
        {
            AddDummyPrefix = prefix,
            RemoveExtraWhitespace = remove,
            EscapeWhitespace = escape,
            WhitespaceAsSuffix = suffix,
        });
        using var output = new CharBuffer(0);
        normalizer.Normalize(text, output);
        Assert.Equal(expected, output.Written.ToString());
    }
}
