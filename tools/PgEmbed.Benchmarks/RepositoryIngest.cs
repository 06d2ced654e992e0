using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Postgres.Stores;
using PgEmbed.Postgres.VectorFiles;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Ready vectors into an empty store, in turns: psql's binary \copy of the very rows, the repository with and without the
/// hashes of their texts, and from a file. psql's time is what it says of the \copy, its start aside.
/// </summary>
internal static partial class RepositoryIngest
{
    // .NET compiles what runs often once more, beside the first rounds.
    private const int WarmUp = 3;
    private const int Rounds = 9;

    public static async Task<(List<IReadOnlyDictionary<string, object>> Results, List<BenchTarget> Targets)> MeasureAsync(
        RepositoryData data, PsqlCommand psql, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("pgembed-bench-").FullName;
        try
        {
            var store = data.Collection.Info.Store.Sql;
            var copied = Path.Combine(folder, "store.bin");
            var npy = Path.Combine(folder, "vectors.npy");
            await PsqlSecondsAsync(psql, $@"\copy {store} to '{copied}' (format binary)", cancellationToken);
            await VectorFile.ExportAsync(data.Collection, npy, cancellationToken: cancellationToken);
            var unhashed = data.Vectors.Select(vector => new KeyedVector<int>(vector.Key, vector.Values)).ToList();
            (string Name, Func<Task<double>> Seconds)[] ways =
            [
                ("psql \\copy", () => PsqlSecondsAsync(
                    psql, $@"\copy {store} from '{copied}' (format binary)", cancellationToken)),
                ("vectors with hashes", () => SecondsAsync(() => ImportAsync(data.Vectors))),
                ("vectors alone", () => SecondsAsync(() => ImportAsync(unhashed))),
                (".npy file", () => SecondsAsync(
                    () => VectorFile.ImportAsync(data.Collection, npy, cancellationToken: cancellationToken))),
            ];
            var seconds = ways.ToDictionary(way => way.Name, _ => new List<double>());
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                foreach (var (name, measure) in ways)
                {
                    await RepositoryData.ExecuteAsync(data.DataSource, $"TRUNCATE {store}", cancellationToken);
                    await RepositoryData.ExecuteAsync(data.DataSource, "CHECKPOINT", cancellationToken);
                    var took = await measure();
                    if (round >= WarmUp)
                        seconds[name].Add(took);
                }
            }

            return Report(data.Vectors.Count, seconds);

            Task ImportAsync(IEnumerable<KeyedVector<int>> vectors) => data.Collection.ImportVectorsAsync(
                data.Collection.Info.Store.Space, vectors.ToAsyncEnumerable(), cancellationToken: cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (List<IReadOnlyDictionary<string, object>> Results, List<BenchTarget> Targets) Report(
        int rows, Dictionary<string, List<double>> seconds)
    {
        var psql = Statistics.Median(seconds["psql \\copy"]);
        var results = new List<IReadOnlyDictionary<string, object>>();
        var targets = new List<BenchTarget>();
        foreach (var (name, times) in seconds)
        {
            var share = Math.Round(psql / Statistics.Median(times), 3);
            results.Add(new Dictionary<string, object>
            {
                ["ingest"] = name,
                ["rows_per_s"] = Math.Round(rows / Statistics.Median(times)),
                ["median_s"] = Math.Round(Statistics.Median(times), 3),
                ["least_s"] = Math.Round(times.Min(), 3),
                ["of_psql"] = share,
            });
            if (name != "psql \\copy")
                targets.Add(new BenchTarget($"ingest of {name}, of psql's binary \\copy", share, "share", 0.9));
        }

        return (results, targets);
    }

    private static async Task<double> SecondsAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> PsqlSecondsAsync(PsqlCommand psql, string copy, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(psql.FileName, [.. psql.Arguments, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "\\timing", "-c", copy])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in psql.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0 || !Time().IsMatch(output))
            throw new PgEmbedException($"Expected psql to run {copy}, got exit code {process.ExitCode}: {output}");
        return double.Parse(Time().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 1000;
    }

    [GeneratedRegex(@"Time: ([\d.]+) ms")]
    private static partial Regex Time();
}
