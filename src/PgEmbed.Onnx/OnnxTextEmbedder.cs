using System.Numerics.Tensors;
using PgEmbed.Chunking;
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

    // About what a run costs beside its tokens, counted in tokens. Where texts of unequal length need more padding than
    // this to be of one batch, two runs are quicker.
    private const int MaxBatchPadding = 16;

    private readonly Encoder _encoder;
    private readonly VectorMaker _maker;
    private readonly int _maxBatchTokens;

    private OnnxTextEmbedder(ModelFolder model, Encoder encoder, int maxBatchTokens)
    {
        Model = model;
        _encoder = encoder;
        _maker = new VectorMaker(model);
        _maxBatchTokens = maxBatchTokens;
        Space = new VectorSpace(model.FullName, model.Fingerprint, model.Dimensions, model.Metric);
    }

    /// <inheritdoc/>
    public VectorSpace Space { get; }

    /// <summary>The model's folder and what was read from it.</summary>
    public ModelFolder Model { get; }

    /// <summary>
    /// The most tokens that a document, or a chunk of one, may have not to be cut: the model's limit less its special
    /// tokens and its prompt.
    /// </summary>
    public int MaxDocumentTokens =>
        Model.MaxTokens - Model.Tokenizer.SpecialTokenCount - CountTokens(Model.DocumentPrompt);

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
        var encoder = Encoder.Load(model, SessionOptions(model, options));
        try
        {
            var embedder = new OnnxTextEmbedder(model, encoder, options.MaxBatchTokens);
            embedder.EmbedWindowsAsync([""], TextRole.Document, CancellationToken.None).GetAwaiter().GetResult();
            return embedder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Counts a text's tokens as the model's tokenizer makes them, special tokens left out.</summary>
    public int CountTokens(ReadOnlySpan<char> text) => Model.Tokenizer.Count(text);

    /// <summary>Whether a text is longer than the model reads, so that embedding it cuts it.</summary>
    /// <param name="text">The text, without a prompt.</param>
    /// <param name="role">What it is embedded as.</param>
    public bool IsTruncated(string text, TextRole role)
    {
        ArgumentNullException.ThrowIfNull(text);
        return CountTokens(Model.PromptFor(role) + text) > Model.MaxTokens - Model.Tokenizer.SpecialTokenCount;
    }

    /// <inheritdoc/>
    /// <remarks>An empty text is embedded too: as its special tokens alone.</remarks>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i] is null)
                throw new ArgumentException($"Expected texts, got null at {i}.", nameof(texts));
        }

        return Task.Run(() => EmbedWindowsAsync(texts, role, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Embeds a text's chunks by late chunking: the model reads the whole text, and each chunk's vector is pooled from
    /// its own tokens, which have seen those around them.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="chunks">Places in it, in any order; they may overlap. The text between them is context too.</param>
    /// <param name="cancellationToken">Stops the run within one batch.</param>
    /// <returns>
    /// A vector a chunk, in their order; <see cref="TextEmbeddings.Truncated"/> counts the chunks that alone are longer
    /// than the model reads and were cut.
    /// </returns>
    /// <remarks>
    /// A text longer than the model reads is read in windows of whole chunks, each beginning with up to a quarter of
    /// text from before. The text is tokenized piece by piece between the chunks' ends, which gives the whole text's
    /// tokens where these are ends of words; within a word the tokens are those of its parts. A chunk of the whole text
    /// has the vector that <see cref="EmbedAsync"/> gives for it.
    /// </remarks>
    /// <exception cref="ArgumentException">A chunk is empty or not within the text.</exception>
    /// <exception cref="PgEmbedException">
    /// The model does not pool a text's tokens by their mean or maximum, or can't be run on the text.
    /// </exception>
    public Task<TextEmbeddings> EmbedChunksAsync(
        string text, IReadOnlyList<TextChunk> chunks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(chunks);
        foreach (var chunk in chunks)
        {
            if (chunk.Start < 0 || chunk.Length < 1 || chunk.Start > text.Length - chunk.Length)
                throw new ArgumentException(
                    $"Expected chunks within the text's {text.Length} characters, got {chunk}.", nameof(chunks));
        }

        if (_encoder.IsPooled || (Model.Pooling & ~(PoolingMode.Mean | PoolingMode.Max | PoolingMode.MeanSqrtLen)) != 0)
            throw new PgEmbedException(
                $"Late chunking needs a model whose token vectors are pooled by mean or max; {Model.FullName} "
                + (_encoder.IsPooled ? "pools in its ONNX file." : $"pools by {Model.Pooling}."),
                "Embed the chunks' texts one by one, or take another model.");
        return Task.Run(() => EmbedChunks(text, chunks, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private static OnnxSessionOptions SessionOptions(ModelFolder model, OnnxEmbedderOptions options)
    {
        var session = new OnnxSessionOptions
        {
            IntraOpThreads = options.IntraOpThreads ?? Environment.ProcessorCount,
            IntraOpSpinning = options.Spinning,
            // Batches are of so many shapes that a remembered one seldom comes again; remembering costs memory only.
            MemoryPattern = false,
        };
        // The library keeps dequantizations to fuse them with the operators behind, which then round activations to 8
        // bits; and where none is fused, every run dequantizes all weights again, which makes a short text take three
        // times as long. Without, weights are dequantized once, and the model computes in floats as it is written.
        if (!model.QuantizesActivations)
            session.Configuration["session.disable_quant_qdq"] = "1";
        return session;
    }

    private async Task<TextEmbeddings> EmbedWindowsAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken)
    {
        var vectors = new VectorBlock(texts.Count, Space.Dimensions);
        var tokens = 0L;
        var truncated = new List<int>();
        var skipped = CountSkipped(role);
        using var front = new TokenizedTexts();
        using var back = new TokenizedTexts();
        var (window, ahead) = (front, back);
        Fill(window, 0);
        for (var first = 0; first < texts.Count;)
        {
            var (start, next) = (first, first + window.Count);
            // The next window's texts are tokenized while this one's are run.
            var filling = next < texts.Count
                ? Task.Run(() => Fill(ahead, next), CancellationToken.None)
                : Task.CompletedTask;
            try
            {
                Run(
                    window,
                    (text, values) =>
                    {
                        var vector = vectors.Row(start + text);
                        if (_encoder.IsPooled)
                            _maker.FromVector(values, vector);
                        else
                            _maker.FromTokens(values, skipped, vector);
                        CheckFinite(vector, "text", start + text);
                    },
                    cancellationToken);
            }
            finally
            {
                await filling.ConfigureAwait(false);
            }

            tokens += window.Tokens;
            truncated.AddRange(window.Truncated.Select(text => start + text));
            (window, ahead) = (ahead, window);
            first = next;
        }

        return new TextEmbeddings(vectors, tokens, truncated);

        void Fill(TokenizedTexts target, int from) => target.Fill(
            texts, from, Model.PromptFor(role), Model.Tokenizer, Model.MaxTokens, WindowTokens, cancellationToken);
    }

    private TextEmbeddings EmbedChunks(
        string text, IReadOnlyList<TextChunk> chunks, CancellationToken cancellationToken)
    {
        var vectors = new VectorBlock(chunks.Count, Space.Dimensions);
        if (chunks.Count == 0)
            return new TextEmbeddings(vectors, 0, []);
        var windows = ChunkWindows.Of(text, chunks, Model);
        using var texts = new TokenizedTexts();
        texts.Fill(windows.Ids);
        var dimensions = Model.Modules.Pooling.TokenDimensions;
        Run(
            texts,
            (window, values) =>
            {
                foreach (var (chunk, tokens) in windows.ChunksOf(window))
                {
                    var (start, count) = tokens.GetOffsetAndLength(values.Length / dimensions);
                    _maker.FromTokens(values.Slice(start * dimensions, count * dimensions), 0, vectors.Row(chunk));
                    CheckFinite(vectors.Row(chunk), "chunk", chunk);
                }
            },
            cancellationToken);
        return new TextEmbeddings(vectors, texts.Tokens, windows.Truncated);
    }

    private void Run(TokenizedTexts texts, VectorsOfText take, CancellationToken cancellationToken)
    {
        for (var rest = texts.Order; !rest.IsEmpty;)
        {
            var batch = rest[..BatchSize(texts, rest)];
            _encoder.Run(texts, batch, take, cancellationToken);
            rest = rest[batch.Length..];
        }
    }

    /// <summary>How many of some texts, the longest first, make the next batch.</summary>
    private int BatchSize(TokenizedTexts texts, ReadOnlySpan<int> rest)
    {
        if (Model.IsBatchDependent)
            return 1;
        var width = Math.Max(1, texts.LengthOf(rest[0]));
        var most = Math.Clamp(_maxBatchTokens / width, 1, rest.Length);
        var padding = 0;
        for (var size = 1; size < most; size++)
        {
            padding += width - texts.LengthOf(rest[size]);
            if (padding > MaxBatchPadding)
                return size;
        }

        return most;
    }

    /// <summary>How many tokens at a text's beginning are left out of pooling: its prompt's, where the model says so.</summary>
    private int CountSkipped(TextRole role)
    {
        var prompt = Model.PromptFor(role);
        return Model.IncludesPrompt || prompt.Length == 0
            ? 0
            : Model.Tokenizer.Template.Before.Length + Model.Tokenizer.Count(prompt);
    }

    private void CheckFinite(ReadOnlySpan<float> vector, string kind, int place)
    {
        if (TensorPrimitives.IsFiniteAll(vector))
            return;
        var value = vector.ToArray().First(value => !float.IsFinite(value));
        throw new InvalidVectorException(
            $"Expected finite values from the model {Model.FullName}, got {value} for {kind} {place}.",
            "The model file is damaged, or its numbers overflow: take another file of it.");
    }
}
