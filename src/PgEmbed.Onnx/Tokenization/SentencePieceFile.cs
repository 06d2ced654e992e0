using System.Text;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A SentencePiece <c>.model</c> file: the message <c>ModelProto</c> of <c>sentencepiece_model.proto</c>, of which it
/// reads what decides the ids. Of the trainer's settings those are three; how to undo normalization, samples and the
/// trainer's other settings are not looked at; a field of the rest that is unknown is refused.
/// </summary>
internal sealed class SentencePieceFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly List<SentencePiece> _pieces = [];
    private byte[] _charsMap = [];

    private SentencePieceFile(string name) => Name = name;

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; }

    public SentencePieceModelType Type { get; private set; } = SentencePieceModelType.Unigram;

    public bool ByteFallback { get; private set; }

    /// <summary>The pieces by number.</summary>
    public IReadOnlyList<SentencePiece> Pieces => _pieces;

    /// <summary>How texts are normalized, the user's symbols among it.</summary>
    public SentencePieceNormalizerOptions Normalizer { get; private set; } = new();

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or is not such a file.</exception>
    public static SentencePieceFile Read(string path) =>
        Parse(SettingsFile.ReadAllBytes(path), Path.GetFileName(path));

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="PgEmbedException">They are not such a file.</exception>
    public static SentencePieceFile Parse(ReadOnlySpan<byte> bytes, string name)
    {
        var file = new SentencePieceFile(name);
        try
        {
            file.ReadModel(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or DecoderFallbackException)
        {
            throw new PgEmbedException(
                $"{name} is not a SentencePiece model: {e.Message}.",
                "The file is damaged or only partly there: fetch it again.",
                e);
        }

        file.Finish();
        return file;
    }

    private void ReadModel(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    _pieces.Add(ReadPiece(reader.Bytes));
                    break;
                case 2:
                    ReadTrainer(reader.Bytes);
                    break;
                case 3:
                    ReadNormalizer(reader.Bytes);
                    break;
                case 4 or 5:
                    break;
                case var field:
                    throw Unknown("field", field);
            }
        }
    }

    private SentencePiece ReadPiece(ReadOnlySpan<byte> bytes)
    {
        var piece = new SentencePiece("", 0, SentencePieceKind.Normal);
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            piece = reader.Field switch
            {
                1 => piece with { Text = StrictUtf8.GetString(reader.Bytes) },
                2 => piece with { Score = reader.Single },
                3 => piece with { Kind = (SentencePieceKind)reader.Number },
                var field => throw Unknown("field of a piece", field),
            };
        }

        return piece;
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            if (reader.Field == 3)
                Type = (SentencePieceModelType)reader.Number;
            else if (reader.Field == 24)
                Normalizer = Normalizer with { WhitespaceAsSuffix = reader.Number != 0 };
            else if (reader.Field == 35)
                ByteFallback = reader.Number != 0;
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                // The rules' name, and their source, which are compiled in the second field.
                case 1 or 6:
                    break;
                case 2:
                    _charsMap = reader.Bytes.ToArray();
                    break;
                case 3:
                    Normalizer = Normalizer with { AddDummyPrefix = reader.Number != 0 };
                    break;
                case 4:
                    Normalizer = Normalizer with { RemoveExtraWhitespace = reader.Number != 0 };
                    break;
                case 5:
                    Normalizer = Normalizer with { EscapeWhitespace = reader.Number != 0 };
                    break;
                case var field:
                    throw Unknown("field of the normalizer", field);
            }
        }
    }

    private void Finish()
    {
        if (!ByteFallback && _pieces.Exists(p => p.Kind == SentencePieceKind.Byte))
            throw new PgEmbedException(
                $"{Name}: there are pieces for bytes, but its settings say that there is no byte fallback.",
                "The file is damaged: fetch it again.");
        PieceTrie? symbols = null;
        for (var i = 0; i < _pieces.Count; i++)
        {
            if (_pieces[i].Kind == SentencePieceKind.UserDefined)
                (symbols ??= new PieceTrie()).Add(_pieces[i].Text, i);
        }

        Normalizer = Normalizer with
        {
            Map = _charsMap.Length == 0 ? null : CharsMap.Read(_charsMap, Name),
            Symbols = symbols,
        };
    }

    private PgEmbedException Unknown(string what, int number) => new(
        $"{Name}: the {what} number {number} is unknown.",
        "It may change the tokens, so it is not passed over. Or the file is no SentencePiece model.");
}
