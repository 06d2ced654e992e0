using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PgEmbed.Postgres.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class CapturedLog(LogLevel least) : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Category, string Text)> Lines { get; } = [];

    private string Category { get; init; } = "";

    private CapturedLog? Parent { get; init; }

    public ILogger CreateLogger(string categoryName) => new CapturedLog(least) { Category = categoryName, Parent = this };

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            (Parent ?? this).Lines.Enqueue((logLevel, Category, formatter(state, exception)));
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
