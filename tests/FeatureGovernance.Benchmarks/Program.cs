using FeatureGovernance.Benchmarks;

Func<string[], Task>? benchmark = args.FirstOrDefault() switch
{
    "scoring" => ScoringBenchmark.RunAsync,
    _ => null,
};
if (benchmark is null)
{
    Console.Error.WriteLine("Say which: scoring");
    return 2;
}

await benchmark(args[1..]);
return 0;
