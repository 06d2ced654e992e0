using System.Globalization;

namespace PgEmbed.Onnx.Tests.Fuzzing;

/// <summary>
/// Attempts at damaged files, one after another: each ends well or is refused with a message, within a deadline.
/// PGEMBED_FUZZ multiplies their number; seeds are fixed.
/// </summary>
internal static class FuzzRun
{
    // Far longer than an attempt takes on a busy machine: whatever is not done then hangs.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private static readonly int Times = int.Parse(
        Environment.GetEnvironmentVariable("PGEMBED_FUZZ") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>Makes attempts, of which some must be refused and, unless said otherwise, some end well.</summary>
    /// <param name="count">How many.</param>
    /// <param name="attempt">Makes the one of that number; throws nothing but what a caller is told.</param>
    /// <param name="allMayBeRefused">Whether none has to end well.</param>
    public static void Check(int count, Action<int> attempt, bool allMayBeRefused = false)
    {
        count *= Times;
        var refused = 0;
        for (var i = 0; i < count; i++)
        {
            var number = i;
            var task = Task.Run(() => IsRefused(number, attempt));
            Assert.True(Task.WaitAny([task], Deadline) == 0, $"Attempt {i} of {count} hangs.");
            Assert.True(task.Exception is null, $"Attempt {i} of {count}: {task.Exception?.InnerException}");
            refused += task.Result ? 1 : 0;
        }

        var few = 1 + (count / 100);
        Assert.InRange(refused, few, allMayBeRefused ? count : count - few);
    }

    private static bool IsRefused(int number, Action<int> attempt)
    {
        try
        {
            attempt(number);
            return false;
        }
        catch (PgEmbedException e)
        {
            Assert.NotEmpty(e.Message);
            return true;
        }
    }
}
