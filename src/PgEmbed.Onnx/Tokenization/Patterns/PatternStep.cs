namespace PgEmbed.Onnx.Tokenization;

/// <summary>A step of a compiled pattern.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Class">The code points that it takes.</param>
/// <param name="A">The step to go on at, the least of a run, or how far back.</param>
/// <param name="B">The step to go on at where <paramref name="A"/> fails, or the most of a run.</param>
internal readonly record struct PatternStep(
    PatternOperation Operation, CharacterClass? Class = null, int A = 0, int B = 0);
