using FeatureGovernance.Benchmarks;

var benchmarks = new Dictionary<string, Func<string[], Task>>(StringComparer.Ordinal)
{
    ["check"] = CheckBenchmark.RunAsync,
    ["registry"] = RegistryBenchmark.RunAsync,
    ["ingest"] = IngestBenchmark.RunAsync,
    ["scoring"] = ScoringBenchmark.RunAsync,
    ["pages"] = PagesBenchmark.RunAsync,
    ["profiling"] = ProfilingBenchmark.RunAsync,
    ["detection"] = DetectionBenchmark.RunAsync,
    ["stored-detection"] = StoredDetectionBenchmark.RunAsync,
    ["forecasting"] = ForecastingBenchmark.RunAsync,
    ["valuation"] = ValuationBenchmark.RunAsync,
};
if (args is not [var name, .. var rest] || !benchmarks.TryGetValue(name, out var run))
{
    await Console.Error.WriteLineAsync($"Say which: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

await run(rest);
return 0;
