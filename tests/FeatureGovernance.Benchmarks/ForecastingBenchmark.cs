using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Storage.Postgres;
using FeatureGovernance.Statistics.Forecasting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// The ensemble with backtests and intervals beside R's ets, auto.arima and thetaf on the same series, where R and its forecast package
/// are installed, by the processor time of each, which others on the machine disturb less than the clock's (<c>--sample</c> of each
/// kind, none with 0); then a whole plan of <c>--pools</c> pools (default 10,000; none with 0) with <c>--days</c> days each (default
/// 1,095) out of the database.
/// </summary>
internal static class ForecastingBenchmark
{
    private const string Script = """
        suppressMessages(library(forecast))
        lines <- readLines(commandArgs(TRUE)[1])
        series <- lapply(strsplit(lines, ","), function(x) ts(as.numeric(x[-(1:2)]), frequency = as.integer(x[1])))
        horizons <- sapply(strsplit(lines, ","), function(x) as.integer(x[2]))
        began <- sum(proc.time()[1:2])
        for (i in seq_along(series)) { forecast(ets(series[[i]]), horizons[i]); forecast(auto.arima(series[[i]]), horizons[i]); thetaf(series[[i]], horizons[i]) }
        cat(sum(proc.time()[1:2]) - began, as.character(packageVersion("forecast")), as.character(getRversion()))
        """;

    /// <summary>R needs minutes for a hundred monthly series, so of those that it is slowest with a part is taken.</summary>
    private static readonly (string Kind, int Period, int Length, int Horizon, int Part)[] Kinds =
        [("yearly", 1, 30, 6, 1), ("quarterly", 4, 60, 8, 1), ("monthly", 12, 120, 18, 4), ("daily, a week's season", 7, 1_095, 90, 50)];

    public static async Task RunAsync(string[] args)
    {
        var sample = Option(args, "--sample", 100);
        Console.WriteLine("| series | n | ours, series/s | R, series/s | ratio |");
        Console.WriteLine("| :-- | --: | --: | --: | --: |");
        foreach (var (kind, period, length, horizon, part) in sample > 0 ? Kinds : [])
        {
            var count = Math.Max(2, sample / part);
            var random = new Random(length);
            var inputs = Enumerable.Range(0, count).Select(_ => new SeriesInput(Series(random, period, length), period, horizon)).ToList();
            // First unmeasured, so that what is timed is compiled as in a long run, by a compiler whose time is the process's too.
            _ = Repeated(inputs);
            var ours = Repeated(inputs);
            var theirs = await TimeOfRAsync(inputs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {kind} | {count} | {count / ours:F1} | {(theirs is null ? "no R" : $"{count / theirs:F2}")} | {(theirs is null ? "" : $"{theirs / ours:F0}")} |"));
        }

        if (Option(args, "--pools", 10_000) is > 0 and var pools)
            await PlanAsync(pools, Option(args, "--days", 1_095));
    }

    // The processor time of one of as many runs as take two seconds or more.
    private static double Repeated(List<SeriesInput> inputs)
    {
        var began = Process.GetCurrentProcess().TotalProcessorTime;
        for (var runs = 1; ; runs++)
        {
            EnsembleForecaster.ForecastPool(inputs, 1);
            if ((Process.GetCurrentProcess().TotalProcessorTime - began).TotalSeconds is >= 2 and var taken)
                return taken / runs;
        }
    }

    private static double[] Series(Random random, int period, int length)
    {
        var (level, slope, swing) = (100 + 900 * random.NextDouble(), 0.01 * (random.NextDouble() - 0.3), 0.3 * random.NextDouble());
        var values = new double[length];
        for (var t = 0; t < length; t++)
        {
            level *= 1 + slope * 12 / Math.Max(12, length / 10) + 0.02 * (random.NextDouble() - 0.5);
            values[t] = Math.Round(level * (1 + swing * Math.Sin(2 * Math.PI * t / period)) * (1 + 0.1 * (random.NextDouble() - 0.5)), 3);
        }

        return values;
    }

    private static async Task<double?> TimeOfRAsync(List<SeriesInput> inputs)
    {
        var folder = Directory.CreateTempSubdirectory("featgov-bench-r-").FullName;
        try
        {
            var (script, data) = (Path.Combine(folder, "time.R"), Path.Combine(folder, "series.csv"));
            await File.WriteAllTextAsync(script, Script);
            await File.WriteAllLinesAsync(data, inputs.Select(input => string.Create(CultureInfo.InvariantCulture,
                $"{input.Period},{input.Horizon},{string.Join(',', input.Values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}")));
            using var process = Process.Start(new ProcessStartInfo("Rscript", [script, data]) { RedirectStandardOutput = true, RedirectStandardError = true });
            var said = await process!.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? double.Parse(said.Split(' ')[0], CultureInfo.InvariantCulture) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PlanAsync(int pools, int days)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-bench-{Guid.CreateVersion7():N}");
        var postgres = await EmbeddedPostgres.StartAsync(new(folder), NullLogger.Instance, CancellationToken.None);
        try
        {
            await using var source = StorageSetup.DataSource(postgres.ConnectionString);
            await Migrator.MigrateAsync(source, NullLogger.Instance, CancellationToken.None);
            await PlannedPools.FillAsync(source, pools, days);
            var watch = Stopwatch.StartNew();
            var outcome = await PlannedPools.PlanAsync(source);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"\n{outcome.Planned:N0} pools x {days:N0} days planned in {watch.Elapsed.TotalSeconds:F0} s on {Environment.ProcessorCount} cores; largest memory of the process {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB"));
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await postgres.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Option(string[] args, string name, int usual) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : usual;
}
