using FeatureGovernance.Benchmarks;

switch (args)
{
    case ["check", .. var rest]:
        await CheckBenchmark.RunAsync(rest);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Name a benchmark: check");
        return 2;
}
