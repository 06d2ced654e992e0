// PgEmbed.VectorParity MODEL FILE OUT: reads texts as JSON strings, one a line, and writes for another program to
// compare OUT/ids.jsonl (each text's token ids) and OUT/NAME.f32 (all vectors, row-major) for several ways to make
// batches of them. Then many callers at once must get what one got alone, and calls are cancelled; standard output gets
// what was seen, as one JSON object.
using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using PgEmbed;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Testing;

const int Callers = 8;
const int Batches = 10_000;
const int Cancellations = 50;

var (folder, file, output) = (args[0], args[1], args[2]);
var texts = JsonTextLines.Read(Console.In).ToList();
var options = new ModelFolderOptions { ModelFile = file };
using var embedder = Load(1024);
WriteIds();

var alone = new VectorBlock(texts.Count, embedder.Space.Dimensions);
for (var i = 0; i < texts.Count; i++)
    (await EmbedAsync(embedder, [texts[i]]))[0].Span.CopyTo(alone.Row(i));
Write("one at a time", alone);
Write("batches of 1,024 tokens", await EmbedAsync(embedder, texts));
using (var wide = Load(100_000))
    Write("batches of 100,000 tokens", await EmbedAsync(wide, texts));

var (farthest, memory) = await CompareCallersAsync();
Console.WriteLine(JsonSerializer.Serialize(new
{
    model = embedder.Model.Name, file, texts = texts.Count, dimensions = embedder.Space.Dimensions,
    batches = Batches, callers = Callers, farthest, memory_mb = memory,
    cancellations = Cancellations, cancelled_within_ms = await CancelAsync(),
}));

OnnxTextEmbedder Load(int maxBatchTokens) => OnnxTextEmbedder.Load(
    ModelFolder.Open(folder, options), new OnnxEmbedderOptions { MaxBatchTokens = maxBatchTokens });

async Task<VectorBlock> EmbedAsync(OnnxTextEmbedder model, IReadOnlyList<string> batch) =>
    (await model.EmbedAsync(batch, TextRole.Document)).Vectors;

void WriteIds()
{
    var ids = new int[embedder.Model.MaxTokens];
    File.WriteAllLines(
        Path.Combine(output, "ids.jsonl"),
        texts.Select(t => $"[{string.Join(',', ids.Take(embedder.Model.Tokenizer.Encode(t, ids, out _)))}]"));
}

void Write(string name, VectorBlock vectors) => File.WriteAllBytes(
    Path.Combine(output, $"{name}.f32"), MemoryMarshal.AsBytes(vectors.Values.Span));

// The largest distance to the vector of the text alone, and the process's megabytes after each tenth of the batches.
async Task<(float Farthest, List<long> Memory)> CompareCallersAsync()
{
    var farthest = 0f;
    var done = 0;
    var memory = new List<long>();
    await Parallel.ForEachAsync(
        Enumerable.Range(0, Batches), new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (seed, _) =>
        {
            var random = new Random(seed);
            int[] places = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(texts.Count))];
            var vectors = await EmbedAsync(embedder, [.. places.Select(p => texts[p])]);
            var distance = places.Select((p, i) => TensorPrimitives.Distance(vectors[i].Span, alone[p].Span)).Max();
            lock (texts)
            {
                farthest = Math.Max(farthest, distance);
                if (++done % (Batches / 10) == 0)
                    memory.Add(Megabytes());
            }
        });
    return (farthest, memory);
}

static long Megabytes()
{
    using var process = Process.GetCurrentProcess();
    return process.WorkingSet64 >> 20;
}

async Task<double> CancelAsync()
{
    var slowest = TimeSpan.Zero;
    var many = Enumerable.Repeat(texts, 20).SelectMany(t => t).ToList();
    for (var i = 0; i < Cancellations; i++)
    {
        using var cancellation = new CancellationTokenSource();
        var call = embedder.EmbedAsync(many, TextRole.Document, cancellation.Token);
        await Task.Delay(5 + (7 * i));
        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        try
        {
            await call;
            throw new InvalidOperationException("A cancelled call went on to its end.");
        }
        catch (OperationCanceledException)
        {
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }
    }

    return Math.Round(slowest.TotalMilliseconds, 1);
}
