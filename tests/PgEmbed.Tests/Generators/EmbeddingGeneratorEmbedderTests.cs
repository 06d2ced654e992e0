using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using PgEmbed.Generators;

namespace PgEmbed.Tests.Generators;

/// <summary>Any generator as an embedder: what is sent, what fails, what is believed of an answer.</summary>
public sealed class EmbeddingGeneratorEmbedderTests
{
    private const int Dimensions = 4;

    private readonly InstantTime _time = new();

    [Fact]
    public async Task Texts_come_back_as_vectors_in_their_order_with_the_prompt_of_their_role()
    {
        var generator = new ScriptedGenerator(Dimensions) { TokensPerText = 7 };
        var embedder = Embedder(generator, o => (o.DocumentPrompt, o.QueryPrompt) = ("doc: ", "query: "));

        var documents = await embedder.EmbedAsync(["one", "three", "two"], TextRole.Document);
        var query = await embedder.EmbedQueryAsync("one");

        Assert.Equal(["doc: one", "doc: three", "doc: two"], generator.Requests[0]);
        Assert.Equal(["query: one"], generator.Requests[1]);
        Assert.Equal(ScriptedGenerator.VectorOf("doc: three", Dimensions), documents.Vectors[1].ToArray());
        Assert.Equal(ScriptedGenerator.VectorOf("query: one", Dimensions), query.Values.ToArray());
        Assert.Equal((21, 0), (documents.Tokens, documents.Truncated));
        Assert.Same(embedder.Space, query.Space);
        Assert.False(generator.Disposed);
    }

    [Fact]
    public async Task No_texts_make_no_request()
    {
        var generator = new ScriptedGenerator(Dimensions);

        var result = await Embedder(generator).EmbedAsync([], TextRole.Document);

        Assert.Equal(0, result.Vectors.Count);
        Assert.Empty(generator.Requests);
    }

    [Fact]
    public async Task A_request_has_at_most_so_many_texts_and_tokens_and_a_long_text_goes_alone()
    {
        var generator = new ScriptedGenerator(Dimensions);
        var embedder = Embedder(generator, o => (o.MaxTextsPerRequest, o.MaxTokensPerRequest) = (3, 100));
        var texts = new[] { "a", "b", "c", "d", new string('l', 400), "e", new string('m', 150), new string('n', 150) };

        var result = await embedder.EmbedAsync(texts, TextRole.Document);

        Assert.Equal([3, 1, 1, 2, 1], generator.Requests.Select(r => r.Length));
        Assert.Equal(texts, generator.Requests.SelectMany(r => r));
        for (var i = 0; i < texts.Length; i++)
            Assert.Equal(ScriptedGenerator.VectorOf(texts[i], Dimensions), result.Vectors[i].ToArray());
        Assert.True(result.Tokens > 0);
    }

    [Fact]
    public async Task The_model_and_the_dimensions_are_asked_for_where_that_is_wanted()
    {
        var generator = new ScriptedGenerator(Dimensions);

        await Embedder(generator).EmbedAsync(["a"], TextRole.Document);
        await Embedder(generator, o => (o.ModelId, o.RequestDimensions) = ("embed-3", true))
            .EmbedAsync(["a"], TextRole.Document);

        Assert.Equal((null, null), (generator.Options[0]!.ModelId, generator.Options[0]!.Dimensions));
        Assert.Equal(("embed-3", Dimensions), (generator.Options[1]!.ModelId, generator.Options[1]!.Dimensions));
    }

    [Fact]
    public async Task An_unpaired_surrogate_is_read_as_the_replacement_character()
    {
        var generator = new ScriptedGenerator(Dimensions);

        await Embedder(generator).EmbedAsync(["a\uD800b", "😀"], TextRole.Document);

        Assert.Equal(["a\uFFFDb", "😀"], generator.Requests[0]);
    }

    public static TheoryData<string> PassingFailures =>
        ["HttpRequestException", "429", "408", "500", "503", "TimeoutException", "TaskCanceledException", "own"];

    [Theory]
    [MemberData(nameof(PassingFailures))]
    public async Task A_failure_that_may_pass_is_followed_by_another_attempt_after_longer_and_longer_waits(string failure)
    {
        var generator = new ScriptedGenerator(Dimensions, (call, _) => call <= 3 ? throw FailureOf(failure) : Right());

        var result = await Embedder(generator, o => o.IsTransient = e => e is NotSupportedException)
            .EmbedAsync(["a"], TextRole.Document);

        Assert.Equal(ScriptedGenerator.VectorOf("a", Dimensions), result.Vectors[0].ToArray());
        Assert.Equal(4, generator.Requests.Count);
        Assert.Equal(3, _time.Waits.Count);
        Assert.All(
            _time.Waits.Select((wait, i) => wait / (TimeSpan.FromSeconds(1) * Math.Pow(2, i))),
            ratio => Assert.InRange(ratio, 0.75, 1.25));
    }

    [Theory]
    [MemberData(nameof(PassingFailures))]
    public async Task A_failure_that_does_not_pass_is_given_up_after_the_retries(string failure)
    {
        var generator = new ScriptedGenerator(Dimensions, (_, _) => throw FailureOf(failure));
        var embedder = Embedder(
            generator, o => (o.Retries, o.IsTransient) = (2, e => e is NotSupportedException));

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => embedder.EmbedAsync(["a"], TextRole.Document));

        Assert.Contains("failed 3 times", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, generator.Requests.Count);
    }

    [Theory]
    [InlineData("429")]
    [InlineData("own")]
    public async Task A_wait_that_an_exception_tells_of_is_waited_and_no_other(string failure)
    {
        var generator = new ScriptedGenerator(Dimensions, (call, _) => call <= 2 ? throw FailureOf(failure) : Right());

        await Embedder(generator, o => o.RetryAfter = _ => TimeSpan.FromSeconds(17)).EmbedAsync(["a"], TextRole.Document);

        Assert.Equal([TimeSpan.FromSeconds(17), TimeSpan.FromSeconds(17)], _time.Waits);
    }

    [Theory]
    [InlineData(429, "Retry-After: 17", 17)]
    [InlineData(503, "Retry-After: 0", 0)]
    [InlineData(429, "Retry-After: Thu, 01 Jan 2026 00:00:20 GMT; Date: Thu, 01 Jan 2026 00:00:05 GMT", 15)]
    [InlineData(503, "Retry-After: Thu, 01 Jan 2026 00:00:20 GMT; Date: Thu, 01 Jan 2026 00:01:00 GMT", 0)]
    public async Task A_wait_that_an_HTTP_client_reads_is_waited(int status, string headers, int seconds)
    {
        using var client = new HttpClient(new RetryAfterHandler(new OneAnswer(status, headers)));
        var generator = new ScriptedGenerator(Dimensions, async (call, token) =>
        {
            if (call > 1)
                return null;
            // As clients do: the answer becomes an exception without its headers.
            (await client.GetAsync(new Uri("http://service.test"), token)).EnsureSuccessStatusCode();
            return null;
        });

        await Embedder(generator).EmbedAsync(["a"], TextRole.Document);

        Assert.Equal(seconds > 0 ? [TimeSpan.FromSeconds(seconds)] : [], _time.Waits.Where(w => w > TimeSpan.Zero));
        Assert.Equal(2, generator.Requests.Count);
    }

    [Fact]
    public async Task A_wait_of_an_earlier_answer_is_not_waited_again()
    {
        using var client = new HttpClient(new RetryAfterHandler(new OneAnswer(429, "Retry-After: 17")));
        var generator = new ScriptedGenerator(Dimensions, async (call, token) =>
        {
            if (call == 1)
                (await client.GetAsync(new Uri("http://service.test"), token)).EnsureSuccessStatusCode();
            return call == 2 ? throw new TimeoutException() : null;
        });

        await Embedder(generator, o => o.RetryDelay = TimeSpan.FromSeconds(2)).EmbedAsync(["a"], TextRole.Document);

        Assert.Equal(2, _time.Waits.Count);
        Assert.Equal(TimeSpan.FromSeconds(17), _time.Waits.First());
        Assert.InRange(_time.Waits.Last(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_service_that_asks_for_too_long_a_wait_is_given_up_with_what_it_asked()
    {
        var generator = new ScriptedGenerator(Dimensions, (_, _) => throw FailureOf("429"));
        var embedder = Embedder(generator, o => o.RetryAfter = _ => TimeSpan.FromHours(1));

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => embedder.EmbedAsync(["a"], TextRole.Document));

        Assert.Contains("asks to wait for 3600 seconds, more than the 300", error.Message, StringComparison.Ordinal);
        Assert.Single(generator.Requests);
    }

    [Theory]
    [InlineData("401")]
    [InlineData("400")]
    [InlineData("own")]
    public async Task A_refusal_is_not_repeated(string failure)
    {
        var generator = new ScriptedGenerator(Dimensions, (_, _) => throw FailureOf(failure));

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => Embedder(generator).EmbedAsync(["a"], TextRole.Document));

        Assert.Contains("refused", error.Message, StringComparison.Ordinal);
        Assert.Single(generator.Requests);
        Assert.Empty(_time.Waits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_hangs_is_ended_and_repeated_whether_it_looks_at_its_token_or_not(bool looks)
    {
        var hang = new TaskCompletionSource();
        _time.Longest = TimeSpan.FromSeconds(5);
        var generator = new ScriptedGenerator(Dimensions, async (call, token) =>
        {
            if (call > 1)
                return null;
            // The clock runs for this attempt's time limit only.
            _time.Longest = TimeSpan.FromSeconds(4);
            await hang.Task.WaitAsync(looks ? token : CancellationToken.None);
            return null;
        });

        var result = await Embedder(generator, o => o.RequestTimeout = TimeSpan.FromSeconds(5))
            .EmbedAsync(["a"], TextRole.Document);
        hang.SetResult();

        Assert.Equal(ScriptedGenerator.VectorOf("a", Dimensions), result.Vectors[0].ToArray());
        Assert.Equal(2, generator.Requests.Count);
    }

    [Fact]
    public async Task Cancelling_ends_a_request()
    {
        using var cancel = new CancellationTokenSource();
        var generator = new ScriptedGenerator(Dimensions, async (_, token) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return null;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Embedder(generator).EmbedAsync(["a"], TextRole.Document, cancel.Token));
        Assert.Single(generator.Requests);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_another_attempt()
    {
        using var cancel = new CancellationTokenSource();
        var generator = new ScriptedGenerator(Dimensions, (_, _) => throw new HttpRequestException("down"));
        _time.Longest = TimeSpan.Zero;
        _time.OnEndlessWait = wait =>
        {
            if (wait < TimeSpan.FromSeconds(2))
                cancel.Cancel();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Embedder(generator).EmbedAsync(["a"], TextRole.Document, cancel.Token));
        Assert.Single(generator.Requests);
    }

    [Fact]
    public async Task Requests_are_spaced_by_their_number_and_by_their_tokens()
    {
        var byRequests = Embedder(
            new ScriptedGenerator(Dimensions), o => (o.MaxTextsPerRequest, o.RequestsPerMinute) = (1, 30));
        await byRequests.EmbedAsync(["a", "b", "c"], TextRole.Document);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)], _time.Waits);

        _time.Waits.Clear();
        var byTokens = Embedder(
            new ScriptedGenerator(Dimensions), o => (o.MaxTextsPerRequest, o.TokensPerMinute) = (1, 600));
        await byTokens.EmbedAsync([new string('a', 297), "b", "c"], TextRole.Document);
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(0.1)], _time.Waits);
    }

    [Theory]
    [InlineData("few")]
    [InlineData("many")]
    [InlineData("none")]
    [InlineData("null")]
    [InlineData("short")]
    [InlineData("long")]
    [InlineData("NaN")]
    [InlineData("infinite")]
    [InlineData("zero")]
    public async Task An_answer_that_is_not_a_right_vector_a_text_is_refused(string fault)
    {
        float[] right = [1, 0, 0, 0];
        float[][] vectors = fault switch
        {
            "few" => [right],
            "many" => [right, right, right],
            "none" => [],
            "short" => [right, [1, 0, 0]],
            "long" => [right, [1, 0, 0, 0, 0]],
            "NaN" => [right, [1, float.NaN, 0, 0]],
            "infinite" => [right, [1, float.NegativeInfinity, 0, 0]],
            "zero" => [right, new float[Dimensions]],
            _ => [right, right],
        };
        var answer = new GeneratedEmbeddings<Embedding<float>>(vectors.Select(v => new Embedding<float>(v)));
        if (fault == "null")
            answer[1] = null!;
        var generator = new ScriptedGenerator(
            Dimensions, (_, _) => Task.FromResult<GeneratedEmbeddings<Embedding<float>>?>(answer));

        await Assert.ThrowsAnyAsync<PgEmbedException>(
            () => Embedder(generator).EmbedAsync(["a", "b"], TextRole.Document));
        Assert.Single(generator.Requests);
    }

    [Fact]
    public async Task A_text_that_is_null_is_refused_before_anything_is_sent()
    {
        var generator = new ScriptedGenerator(Dimensions);

        await Assert.ThrowsAsync<ArgumentException>(
            () => Embedder(generator).EmbedAsync(["a", null!], TextRole.Document));

        Assert.Empty(generator.Requests);
    }

    [Fact]
    public void The_fingerprint_is_the_documented_hash_and_depends_on_what_shapes_the_vectors()
    {
        var space = Embedder(new ScriptedGenerator(Dimensions), o => o.QueryPrompt = "q: ").Space;
        var lines = "pgembed generator 1\nname \"remote\"\nversion \"\"\ndimensions 4\nmetric cosine\n"
            + "document_prompt \"\"\nquery_prompt \"q: \"\n";

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines))), space.Fingerprint);
        Assert.Equal($"remote@{space.Fingerprint[..12]}", space.Name);
        Action<EmbeddingGeneratorEmbedderOptions>[] changes =
        [
            _ => { }, o => o.Name = "other", o => o.Version = "2", o => o.Dimensions = 5,
            o => o.Metric = DistanceMetric.L2, o => o.DocumentPrompt = "d", o => o.QueryPrompt = "d",
        ];
        Assert.Distinct(changes.Select(c => Embedder(new ScriptedGenerator(Dimensions), c).Space.Fingerprint));
        var same = Embedder(new ScriptedGenerator(Dimensions), o => (o.ModelId, o.Retries) = ("alias", 0)).Space;
        Assert.Equal(Embedder(new ScriptedGenerator(Dimensions)).Space, same);
    }

    public static TheoryData<Action<EmbeddingGeneratorEmbedderOptions>> WrongOptions =>
    [
        o => o.Name = "", o => o.Name = null!, o => o.Name = "two words", o => o.Name = "a@b", o => o.Version = "",
        o => o.Dimensions = 0, o => o.Dimensions = 16_001, o => o.Metric = (DistanceMetric)9,
        o => o.DocumentPrompt = null!, o => o.QueryPrompt = null!, o => o.ModelId = "", o => o.MaxTextsPerRequest = 0,
        o => o.MaxTokensPerRequest = 0, o => o.RequestsPerMinute = 0, o => o.TokensPerMinute = -1, o => o.Retries = -1,
        o => o.RequestTimeout = TimeSpan.Zero, o => o.RetryDelay = TimeSpan.FromSeconds(-1), o => o.IsTransient = null!,
        o => o.TimeProvider = null!,
        o => o.RetryAfter = null!,
        o => o.MaxRetryAfter = TimeSpan.FromSeconds(-1),
    ];

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void Options_that_cannot_be_meant_are_refused(Action<EmbeddingGeneratorEmbedderOptions> change) =>
        Assert.Throws<PgEmbedException>(() => Embedder(new ScriptedGenerator(Dimensions), change));

    private static Task<GeneratedEmbeddings<Embedding<float>>?> Right() =>
        Task.FromResult<GeneratedEmbeddings<Embedding<float>>?>(null);

    private static Exception FailureOf(string failure) => failure switch
    {
        "HttpRequestException" => new HttpRequestException("no connection"),
        "TimeoutException" => new TimeoutException(),
        "TaskCanceledException" => new TaskCanceledException("the client's own time limit"),
        "own" => new NotSupportedException("an exception of the client's own"),
        _ => new HttpRequestException("said", null, (HttpStatusCode)int.Parse(failure, null)),
    };

    private EmbeddingGeneratorEmbedder Embedder(
        ScriptedGenerator generator, Action<EmbeddingGeneratorEmbedderOptions>? change = null)
    {
        var options = new EmbeddingGeneratorEmbedderOptions
        {
            Name = "remote",
            Dimensions = Dimensions,
            TimeProvider = _time,
        };
        change?.Invoke(options);
        return new EmbeddingGeneratorEmbedder(generator, options);
    }

    /// <summary>Answers every request in one way.</summary>
    private sealed class OneAnswer(int status, string headers) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage((HttpStatusCode)status);
            foreach (var header in headers.Split("; "))
                response.Headers.Add(header.Split(": ")[0], header.Split(": ")[1]);
            return Task.FromResult(response);
        }
    }
}
