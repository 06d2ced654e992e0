using PgEmbed.Onnx.Embedding;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx;

/// <summary>
/// Embeds texts by a model that ONNX Runtime runs in this process. Safe to call from many threads at once, which share
/// its threads; dispose it when no call is under way.
/// </summary>
/// <remarks>
/// Texts are tokenized, sorted by length and run in batches of about as many tokens, so that little is padding; padding
/// is masked and left out of pooling. A text's vector is the same alone and in any batch, up to float rounding.
/// </remarks>
public sealed class OnnxTextEmbedder : ITextEmbedder, IDisposable
{
    // So many tokens are held at once; the more, the better the texts of a batch fit together.
    private const int WindowTokens = 1 << 18;

    private readonly Encoder _encoder;
    private readonly int _maxBatchTokens;

    private OnnxTextEmbedder(ModelFolder model, Encoder encoder, int maxBatchTokens)
    {
        Model = model;
        _encoder = encoder;
        _maxBatchTokens = maxBatchTokens;
        Space = new VectorSpace(model.FullName, model.Fingerprint, model.Dimensions, model.Metric);
    }

    /// <inheritdoc/>
    public VectorSpace Space { get; }

    /// <summary>The model's folder and what was read from it.</summary>
    public ModelFolder Model { get; }

    /// <summary>Loads a model and runs it once.</summary>
    /// <param name="folder">A model folder laid out as on the Hugging Face hub.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="PgEmbedException">The folder is not a model that can be run; the message says why.</exception>
    public static OnnxTextEmbedder Load(string folder, OnnxEmbedderOptions? options = null) =>
        Load(ModelFolder.Open(folder), options);

    /// <summary>Loads a model and runs it once.</summary>
    /// <param name="model">The model's folder.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <exception cref="PgEmbedException">The model can't be run; the message says why.</exception>
    public static OnnxTextEmbedder Load(ModelFolder model, OnnxEmbedderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new OnnxEmbedderOptions();
        options.Validate();
        var session = OnnxSession.Load(Path.Combine(model.FullPath, model.ModelFile), SessionOptions(model, options));
        try
        {
            var embedder = new OnnxTextEmbedder(model, new Encoder(model, session), options.MaxBatchTokens);
            embedder.Embed([""], TextRole.Document, CancellationToken.None);
            return embedder;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>An empty text is embedded too: as its special tokens alone.</remarks>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Task.Run(() => Embed(texts, role, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private static OnnxSessionOptions SessionOptions(ModelFolder model, OnnxEmbedderOptions options)
    {
        var session = new OnnxSessionOptions { IntraOpThreads = options.IntraOpThreads ?? Environment.ProcessorCount };
        // The library keeps dequantizations to fuse them with the operators behind, which then round activations to 8
        // bits; and where none is fused, every run dequantizes all weights again, which makes a short text take three
        // times as long. Without, weights are dequantized once, and the model computes in floats as it is written.
        if (!model.QuantizesActivations)
            session.Configuration["session.disable_quant_qdq"] = "1";
        return session;
    }

    private TextEmbeddings Embed(IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i] is null)
                throw new ArgumentException($"Expected texts, got null at {i}.", nameof(texts));
        }

        var vectors = new VectorBlock(texts.Count, Space.Dimensions);
        var tokens = 0L;
        var truncated = 0;
        using var window = new TokenizedTexts();
        for (var first = 0; first < texts.Count; first += window.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            window.Fill(Model, texts, role, first, WindowTokens);
            Run(window, vectors, first, cancellationToken);
            tokens += window.Tokens;
            truncated += window.Truncated;
        }

        return new TextEmbeddings(vectors, tokens, truncated);
    }

    private void Run(TokenizedTexts window, VectorBlock vectors, int first, CancellationToken cancellationToken)
    {
        for (var rest = window.Order; !rest.IsEmpty;)
        {
            var rows = Model.IsBatchDependent ? 1 : Math.Max(1, _maxBatchTokens / window.LengthOf(rest[0]));
            var batch = rest[..Math.Min(rows, rest.Length)];
            _encoder.Run(window, batch, vectors, first, cancellationToken);
            rest = rest[batch.Length..];
        }
    }
}
