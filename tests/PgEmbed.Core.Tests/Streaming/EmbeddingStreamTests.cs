using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace PgEmbed.Core.Tests.Streaming;

/// <summary>A stream of texts becomes a stream of vectors, whatever the source, the caller or the embedder does.</summary>
public sealed class EmbeddingStreamTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly LengthEmbedder _embedder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(50_000)]
    public async Task Every_item_comes_back_once_in_the_source_s_order_with_its_text_s_vector(int count)
    {
        var random = new Random(1);
        (int Key, string Text)[] items =
            [.. Enumerable.Range(0, count).Select(i => (i, new string((char)random.Next('a', 'z'), random.Next(12))))];
        var next = 0;
        await foreach (var (item, vector, truncated) in _embedder.EmbedAsync(
            items.ToAsyncEnumerable(), item => item.Text, TextRole.Document))
        {
            Assert.Equal(items[next++], item);
            Assert.Equal([item.Text.Length, item.Text.FirstOrDefault()], vector.ToArray());
            Assert.Equal(item.Text.Length > 9, truncated);
        }

        Assert.Equal(count, next);
        Assert.False(_embedder.Overlapped);
    }

    [Fact]
    public async Task What_is_held_stays_bounded()
    {
        var read = 0;
        var most = 0;
        var taken = 0;
        await foreach (var _ in _embedder.EmbedAsync(Source().ToAsyncEnumerable(), TextRole.Document))
            most = Math.Max(most, read - taken++);
        Assert.Equal(100_000, taken);
        Assert.InRange(most, 1, 3 * 1024);
        // A source that is always ready fills every window.
        Assert.Equal([.. Enumerable.Repeat(1024, 97), 100_000 % 1024], _embedder.Calls);

        IEnumerable<string> Source()
        {
            for (; read < 100_000; read++)
                yield return "text";
        }
    }

    [Fact]
    public async Task Long_texts_are_held_a_few_at_a_time()
    {
        var text = new string('x', 300_000);
        var results = await _embedder.EmbedAsync(
            Enumerable.Repeat(text, 40).ToAsyncEnumerable(), TextRole.Document).ToListAsync();
        Assert.Equal(40, results.Count);
        Assert.All(_embedder.Calls, texts => Assert.InRange(texts, 1, 4));
    }

    [Fact]
    public async Task An_item_of_a_slow_source_is_not_held_back()
    {
        var source = Channel.CreateUnbounded<string>();
        await using var results = _embedder.EmbedAsync(source.Reader.ReadAllAsync(), TextRole.Query).GetAsyncEnumerator();
        foreach (var text in (string[])["a", "bc", "def"])
        {
            await source.Writer.WriteAsync(text);
            Assert.True(await results.MoveNextAsync().AsTask().WaitAsync(Soon));
            Assert.Equal(text, results.Current.Item);
        }

        source.Writer.Complete();
        Assert.False(await results.MoveNextAsync().AsTask().WaitAsync(Soon));
    }

    [Fact]
    public async Task The_source_is_read_while_texts_are_embedded()
    {
        var readWhileEmbedding = false;
        _embedder.Before = (_, token) => Task.Delay(20, token);
        Assert.Equal(20_000, await _embedder.EmbedAsync(Source(), TextRole.Document).CountAsync());
        Assert.True(readWhileEmbedding);

        async IAsyncEnumerable<string> Source()
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (i % 100 == 0)
                    await Task.Yield();
                readWhileEmbedding |= _embedder.IsRunning;
                yield return "text";
            }
        }
    }

    [Fact]
    public async Task No_more_than_the_item_that_is_under_way_is_read_while_the_caller_works()
    {
        var read = 0;
        var before = 0;
        await foreach (var _ in _embedder.EmbedAsync(Source(), TextRole.Document))
        {
            before = read;
            for (var i = 0; i < 20; i++)
                await Task.Yield();
            Assert.InRange(read - before, 0, 1);
        }

        async IAsyncEnumerable<string> Source()
        {
            for (; read < 2_000; read++)
            {
                await Task.Yield();
                yield return "text";
            }
        }
    }

    [Fact]
    public async Task What_comes_before_a_failure_of_the_source_comes_out_first()
    {
        var taken = 0;
        var error = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var result in _embedder.EmbedAsync(Source(), TextRole.Document))
                Assert.Equal($"{taken++}", result.Item);
        });
        Assert.Equal("broken", error.Message);
        Assert.Equal(5_000, taken);

        static async IAsyncEnumerable<string> Source()
        {
            for (var i = 0; i < 5_000; i++)
                yield return $"{i}";
            await Task.Yield();
            throw new IOException("broken");
        }
    }

    [Fact]
    public async Task A_null_text_is_refused_by_its_place_behind_the_texts_before()
    {
        var taken = 0;
        var error = await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            await foreach (var _ in _embedder.EmbedAsync(
                new[] { "a", "b", null!, "d" }.ToAsyncEnumerable(), TextRole.Document))
                taken++;
        });
        Assert.Equal("Expected texts, got null at 2.", error.Message);
        Assert.Equal(2, taken);
    }

    [Fact]
    public async Task A_failure_of_the_embedder_comes_behind_the_windows_before_and_ends_the_source()
    {
        var disposed = false;
        _embedder.Before = (_, _) =>
            _embedder.Calls.Count == 3 ? throw new InvalidVectorException("NaN") : Task.CompletedTask;
        var taken = 0;
        await Assert.ThrowsAsync<InvalidVectorException>(async () =>
        {
            await foreach (var _ in _embedder.EmbedAsync(Source(), TextRole.Document))
                taken++;
        });
        Assert.Equal(_embedder.Calls.Take(2).Sum(), taken);
        Assert.True(disposed);

        async IAsyncEnumerable<string> Source()
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    yield return $"{i}";
                }
            }
            finally
            {
                disposed = true;
            }
        }
    }

    [Fact]
    public async Task A_caller_that_stops_early_leaves_nothing_running()
    {
        var disposed = false;
        CancellationToken last = default;
        _embedder.Before = async (_, token) =>
        {
            last = token;
            if (_embedder.Calls.Count > 1)
                await Task.Delay(Timeout.Infinite, token);
        };
        await foreach (var _ in _embedder.EmbedAsync(Source(), TextRole.Document))
            break;
        Assert.True(disposed);
        Assert.False(_embedder.IsRunning);
        Assert.True(last.IsCancellationRequested);

        async IAsyncEnumerable<string> Source([EnumeratorCancellation] CancellationToken token = default)
        {
            try
            {
                for (var i = 0; i < 10_000; i++)
                    yield return "text";
                // What is under way in the source is cancelled too.
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                disposed = true;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_ends_a_waiting_source_and_a_running_embedder(bool embedderHangs)
    {
        using var cancellation = new CancellationTokenSource();
        if (embedderHangs)
            _embedder.Before = (_, token) => Task.Delay(Timeout.Infinite, token);
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in _embedder.EmbedAsync(Source(), TextRole.Document)
                .WithCancellation(cancellation.Token))
            {
            }
        });
        while (_embedder.Calls.Count == 0)
            await Task.Delay(1);
        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Soon));
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.False(_embedder.IsRunning);

        static async IAsyncEnumerable<string> Source([EnumeratorCancellation] CancellationToken token = default)
        {
            yield return "first";
            await Task.Delay(Timeout.Infinite, token);
        }
    }

    [Fact]
    public void Arguments_are_checked_before_the_stream_is_read()
    {
        Assert.Throws<ArgumentNullException>(() => _embedder.EmbedAsync((IAsyncEnumerable<string>)null!, TextRole.Query));
        Assert.Throws<ArgumentNullException>(
            () => _embedder.EmbedAsync(AsyncEnumerable.Empty<int>(), null!, TextRole.Query));
    }
}
