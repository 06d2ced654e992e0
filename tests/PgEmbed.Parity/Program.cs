// PgEmbed.Parity FOLDER: reads texts as JSON strings, one a line, and writes each one's token ids by the folder's
// tokenizer as a JSON list, cut where the tokenizer's own file says. Standard error gets how long loading took and the
// memory that the tokenizer holds, and the speed, loading and reading aside.
using System.Diagnostics;
using System.Text;
using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

var before = GC.GetTotalMemory(forceFullCollection: true);
var loading = Stopwatch.StartNew();
var tokenizer = Tokenizer.Load(args[0]);
loading.Stop();
var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
// Where nothing is cut: more tokens than the longest text can have, a few per character.
var ids = new int[tokenizer.MaxLength ?? (1 << 23)];
var time = TimeSpan.Zero;
var tokens = 0L;
foreach (var text in JsonTextLines.Read(reader))
{
    var start = Stopwatch.GetTimestamp();
    var count = tokenizer.Encode(text, ids, out var truncated);
    time += Stopwatch.GetElapsedTime(start);
    if (truncated && tokenizer.MaxLength is null)
        throw new InvalidOperationException($"A text of {text.Length} characters has more than {ids.Length} tokens.");
    tokens += count;
    writer.Write('[');
    writer.Write(string.Join(',', ids.Take(count)));
    writer.Write("]\n");
}

await Console.Error.WriteLineAsync(
    $"{tokens} tokens, {tokens / time.TotalSeconds / 1e6:F2} million/s, loaded in {loading.ElapsedMilliseconds} ms, "
    + $"{memory / 1e6:F0} MB");
