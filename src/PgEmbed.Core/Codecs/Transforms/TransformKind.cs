namespace PgEmbed.Codecs.Transforms;

/// <summary>What a transform is called in serialized parameters; the numbers never change their meaning.</summary>
internal enum TransformKind : byte
{
    Truncation = 1,
    Affine = 2,
    HadamardRotation = 3,
    SparseProjection = 4,
    Normalization = 5,
    HadamardFrame = 6,
}
