using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Profiling;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// Profiling a Parquet file of 20 columns, sketches and all, against DuckDB's own <c>SUMMARIZE</c> of it in the same process on the same
/// cores. Arguments: rows (default 10,000,000), repetitions (default 1).
/// </summary>
internal static class ProfilingBenchmark
{
    // Heavy tails, counts, rates with a spike at the default, sparse numbers, and words with a long tail.
    private const string Columns = """
        exp(4 * random()) as a0, exp(4 * random()) as a1, random() as a2, random() as a3, random() - random() as a4, random() * random() as a5,
        (100 * random())::int as b0, (1e6 * random() * random())::int as b1, (10 * random() * random())::int as b2, (1e9 * random())::bigint as b3,
        case when random() < 0.9 then 0 else random() end as c0, case when random() < 0.99 then -1 else random() end as c1,
        case when random() < 0.2 then null else random() end as c2, case when random() < 0.05 then null else 1000 * random() end as c3,
        round(random(), 2) as d0, round(100 * random() * random(), 1) as d1, random()::float as d2, random()::float as d3,
        'country ' || (200 * random() * random())::int as e0, 'item ' || (50000 * random() * random() * random())::int as e1
        """;

    public static Task RunAsync(string[] args)
    {
        var rows = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 10_000_000;
        var repetitions = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var folder = Directory.CreateTempSubdirectory("featgov-profiling-").FullName;
        try
        {
            var file = Path.Combine(folder, "values.parquet");
            Execute($"copy (select {Columns} from range({rows})) to '{file}' (format parquet)");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{rows:N0} rows, 20 columns, {new FileInfo(file).Length / 1e6:N0} MB of Parquet, {Environment.ProcessorCount} cores"));
            Console.WriteLine("| SUMMARIZE, s | profiles, s | ratio | most memory of the process, MB |");
            Console.WriteLine("| ---: | ---: | ---: | ---: |");
            for (var i = 0; i < repetitions; i++)
            {
                var question = new ProfileQuestion(file, WindowLength.Day) { Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) };
                var profiles = Timed(() => FileProfiler.Read(question, null, CancellationToken.None));
                using var process = Process.GetCurrentProcess();
                var memory = process.PeakWorkingSet64 / 1e6;
                var summary = Timed(() => Execute($"summarize select * from '{file}'"));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {summary:N1} | {profiles:N1} | {profiles / summary:N2} | {memory:N0} |"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return Task.CompletedTask;
    }

    private static double Timed(Action what)
    {
        var begun = Stopwatch.GetTimestamp();
        what();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static void Execute(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
        }
    }
}
