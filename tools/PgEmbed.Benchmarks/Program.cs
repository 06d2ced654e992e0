using System.CommandLine;
using PgEmbed.Benchmarks;

if (args is [MemoryBench.ChildArgument, var folder, var texts])
{
    await MemoryBench.RunAsync(folder, int.Parse(texts, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

var bench = new Argument<string>("bench") { Description = "Which." };
bench.AcceptOnlyFromAmong([.. Benches.All.Keys]);
var quick = new Option<bool>("--quick") { Description = "At a smaller size, within a minute." };
var json = new Option<bool>("--json") { Description = "Print one JSON object." };
var root = new RootCommand("Measures PgEmbed by calling what a user calls.") { bench, quick, json };
root.SetAction(async (parsed, cancellationToken) =>
{
    var name = parsed.GetValue(bench)!;
    try
    {
        var report = await Benches.All[name](parsed.GetValue(quick), cancellationToken);
        ReportWriter.Write(report, parsed.GetValue(json));
        return 0;
    }
    catch (PgEmbed.PgEmbedException e)
    {
        await Console.Error.WriteLineAsync($"bench {name}: {e.Message}");
        return 1;
    }
});
var command = root.Parse(args);
if (command.Errors.Count == 0)
    return await command.InvokeAsync();
foreach (var error in command.Errors)
    await Console.Error.WriteLineAsync($"bench: {error.Message}");
return 2;
