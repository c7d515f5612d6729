using System.Diagnostics;
using System.Globalization;
using FeatureGovernance.Valuation;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// A valuation (clusters, permutation, SHAP, ranking of features, proof of what can go) beside the LightGBM trainings it contains. The options
/// <c>--rows</c> (default 100,000) and <c>--features</c> (default 200) set the sample, <c>--task</c> the task (default classification, then ranking),
/// <c>--ablations</c> (default 0) how many are trained without.
/// </summary>
internal static class ValuationBenchmark
{
    public static Task RunAsync(string[] args)
    {
        var (rows, features) = (Option(args, "--rows", 100_000), Option(args, "--features", 200));
        Console.WriteLine("| task | rows | features | trainings | in training, s | in all, s | ratio |");
        Console.WriteLine("| :-- | ---: | ---: | ---: | ---: | ---: | ---: |");
        ValuationTask[] tasks = Array.IndexOf(args, "--task") is >= 0 and var at && at + 1 < args.Length
            ? [Enum.Parse<ValuationTask>(args[at + 1], ignoreCase: true)]
            : [ValuationTask.Classification, ValuationTask.Ranking];
        foreach (var task in tasks)
        {
            var sample = Sample(task, rows, features);
            var watch = Stopwatch.StartNew();
            var steps = new Steps(watch);
            var measured = ValueEngine.Measure(sample, new() { Ablations = Option(args, "--ablations", 0) }, steps, CancellationToken.None);
            var all = watch.Elapsed.TotalSeconds;
            steps.End();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {task.ToString().ToLowerInvariant()} | {rows} | {features} | {measured.Trainings} of {measured.Iterations} | {measured.TimeInTraining.TotalSeconds:F1} | {all:F1} | {all / measured.TimeInTraining.TotalSeconds:F2} |"));
        }

        return Task.CompletedTask;
    }

    // A tenth carries what there is to learn, with falling weight; a twentieth says the same again; the rest is noise.
    private static Sample Sample(ValuationTask task, int rows, int features)
    {
        var random = new Random(1);
        var cells = new float[(long)rows * features];
        var labels = new float[rows];
        var (signals, twins) = (features / 10, features / 20);
        for (var row = 0; row < rows; row++)
        {
            var at = (long)row * features;
            double score = 0;
            for (var f = 0; f < features; f++)
            {
                var value = f >= signals && f < signals + twins ? cells[at + f - signals] + (0.01 * Normal(random)) : Normal(random);
                cells[at + f] = (float)value;
                score += f < signals ? value * 2 / (f + 2) : 0;
            }

            score += Normal(random);
            labels[row] = task == ValuationTask.Ranking ? score > 2.5 ? 3 : score > 1.5 ? 2 : score > 0.5 ? 1 : 0 : score > 0 ? 1 : 0;
        }

        const int Query = 20;
        return new(
            [.. Enumerable.Range(0, features).Select(f => $"f{f:0000}")], new(cells, rows, features), [.. new bool[features]], labels,
            task == ValuationTask.Ranking ? [.. Enumerable.Repeat(Query, rows / Query)] : [],
            task == ValuationTask.Ranking ? [.. Enumerable.Range(0, rows).Select(row => row / Query)] : null, null, task, 1, []);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static int Option(string[] args, string name, int otherwise) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

    // Where the time went, to standard error.
    private sealed class Steps(Stopwatch watch) : IProgress<ValuationProgress>
    {
        private string? step;
        private TimeSpan begun;

        public void Report(ValuationProgress value)
        {
            if (value.Step == step)
                return;
            End();
            (step, begun) = (value.Step, watch.Elapsed);
        }

        public void End()
        {
            if (step is not null)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step}: {(watch.Elapsed - begun).TotalSeconds:F1} s"));
        }
    }
}
