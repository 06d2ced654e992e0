using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>
/// A hub on this machine with one model, <c>org/mini</c>: the built-in one and files that must not be taken. It answers
/// rightly, or as <see cref="Fault"/> says.
/// </summary>
internal sealed class LoopbackHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string OnnxFile = "onnx/model_quantized.onnx";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public LoopbackHub()
    {
        foreach (var path in Directory.EnumerateFiles(BuiltInModel.Folder, "*", SearchOption.AllDirectories))
            Files[Path.GetRelativePath(BuiltInModel.Folder, path).Replace('\\', '/')] = File.ReadAllBytes(path);
        Files["modeling.py"] = "raise SystemExit"u8.ToArray();
        Files["pytorch_model.bin"] = [1, 2, 3];
        Files["1_Pooling/pytorch_model.bin"] = [4, 5, 6];
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Another answer than the right one; null where it returns none.</summary>
    public Func<LoopbackRequest, LoopbackReply?> Fault { get; set; } = _ => null;

    /// <summary>What the list says of a file instead of the truth.</summary>
    public Dictionary<string, object> Listed { get; } = [];

    public ConcurrentQueue<LoopbackRequest> Requests { get; } = [];

    public static HubModelId Model => HubModelId.Parse("org/mini");

    public HubOptions Options() => new() { BaseAddress = Address, RetryDelay = TimeSpan.FromMilliseconds(1) };

    /// <summary>The requests for a file's content.</summary>
    public List<LoopbackRequest> RequestsFor(string file) =>
        [.. Requests.Where(r => r.Method == "GET" && r.Path == ResolvePath(file))];

    /// <summary>The right answer.</summary>
    public LoopbackReply Answer(LoopbackRequest request)
    {
        if (request.Path.StartsWith("/api/models/org/mini/revision/main", StringComparison.Ordinal))
            return new LoopbackReply(200, List());
        var file = Files.Keys.FirstOrDefault(f => ResolvePath(f) == request.Path);
        if (file is null)
            return new LoopbackReply(404, "{}"u8.ToArray());
        var content = Files[file];
        var whole = new LoopbackReply(200, content).With(("ETag", $"\"{Sha256(content)}\""));
        if (request.From is not { } from)
            return whole;
        return from < content.Length
            ? (whole with { Status = 206, Body = content[(int)from..] })
                .With(("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}"))
            : whole with { Status = 416, Body = [] };
    }

    public static string ResolvePath(string file) => $"/org/mini/resolve/{Commit}/{file}";

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

#pragma warning disable CA5350 // It is git's, and guards against accidents only.
    public static string GitId(byte[] content) => Convert.ToHexStringLower(SHA1.HashData(
        [.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private byte[] List() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = "org/mini",
        sha = Commit,
        siblings = Files.Select(f => Listed.GetValueOrDefault(f.Key) ?? (f.Key.EndsWith(".onnx", StringComparison.Ordinal)
            ? new
            {
                rfilename = f.Key,
                size = f.Value.Length,
                blobId = new string('0', 40),
                lfs = new { sha256 = Sha256(f.Value), size = f.Value.Length, pointerSize = 134 },
            }
            : (object)new { rfilename = f.Key, size = f.Value.Length, blobId = GitId(f.Value) })),
    });

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                break;
            }
        }

        await Task.WhenAll(connections);
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream) is not { } request)
                    return;
                Requests.Enqueue(request);
                await WriteAsync(client, stream, request, Fault(request) ?? Answer(request));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // The client has gone, or the test is over.
                client.Client.Close(0);
            }
        }
    }

    private async Task WriteAsync(TcpClient client, NetworkStream stream, LoopbackRequest request, LoopbackReply reply)
    {
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Said\r\nConnection: close\r\n");
        foreach (var (name, value) in reply.Headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (!reply.WithoutLength)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Body.Length}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\n"), _stop.Token);
        if (request.Method == "HEAD")
            return;
        var sent = reply.DropAfter ?? reply.StallAfter ?? reply.Body.Length;
        await stream.WriteAsync(reply.Body.AsMemory(0, sent), _stop.Token);
        if (reply.StallAfter is not null)
            await Task.Delay(Timeout.Infinite, _stop.Token);
        client.Client.Shutdown(SocketShutdown.Send);
    }

    private async Task<LoopbackRequest?> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, leaveOpen: true);
        if (await reader.ReadLineAsync(_stop.Token) is not { } line)
            return null;
        var parts = line.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..colon]] = header[(colon + 1)..].Trim();
        }

        return new LoopbackRequest(parts[0], parts[1], headers);
    }
}
