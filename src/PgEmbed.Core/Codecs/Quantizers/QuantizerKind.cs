namespace PgEmbed.Codecs.Quantizers;

/// <summary>What a quantizer is called in serialized parameters; the numbers never change their meaning.</summary>
internal enum QuantizerKind : byte
{
    Float32 = 1,
    Float16 = 2,
    Float8 = 3,
    Scalar8 = 4,
    Scalar4 = 5,
    NormalGrid4 = 6,
    Bit = 7,
    MultiBit = 8,
    RaBitQ = 9,
    Product = 10,
}
