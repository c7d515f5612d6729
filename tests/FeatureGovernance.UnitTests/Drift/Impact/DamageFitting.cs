using System.Globalization;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Tests;
using FeatureGovernance.Valuation.Reading;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>
/// How the factors of <see cref="ImpactEstimate" /> are set: what faults of known kinds cost models fitted on generated samples and on rentals of
/// bicycles, over what a shuffle costs, by the signal that told of them. The credit data that judge the estimates have no part in it. Run
/// explicitly; the table it prints is what the factors are read from: by worst symptom, how far costs lie from the damage, and how they vary.
/// </summary>
public sealed class DamageFitting(ITestOutputHelper output)
{
    private const double Least = 0.01;

    [Fact(Explicit = true)]
    public void Costs_of_signals_over_those_of_a_shuffle()
    {
        var generated = Enumerable.Range(1, 6).SelectMany(seed =>
        {
            using var run = new ImpactTrials(GeneratedSamples.Of(seed), GeneratedSamples.WeekOf, replays: false);
            return run.Run().ToArray();
        }).ToArray();
        Tell("generated", generated);
        var bicycles = SampleFile.Read(SharedData.Path("bike-sharing", "hour.csv"), new("cnt", Time: "dteday", Features: Seen));
        using var rentals = new ImpactTrials(bicycles, [.. Enumerable.Range(0, bicycles.Cells.Rows).Select(row => row / 168)], replays: false);
        Tell("bicycles", [.. rentals.Run()]);
    }

    private static HashSet<string> Seen { get; } = ["temp", "atemp", "hum", "windspeed", "hr", "weekday", "workingday", "mnth", "yr"];

    private void Tell(string data, ImpactTrial[] trials)
    {
        foreach (var group in trials.Where(trial => trial.Damage.Middle > 0).GroupBy(trial => trial.Signals.MaxBy(one => ImpactEstimate.DamageOf(one.Signal))!.Signal.Symptom))
        {
            double[] logs = [.. group.Select(trial => Math.Log(Math.Max(Least, trial.Measured.Mean / trial.Permutation) / trial.Damage.Middle))];
            var mean = logs.Average();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{data} {group.Key}: {logs.Length} faults, costs over damage {Math.Exp(mean):0.00}, deviation of its logarithm {Math.Sqrt(logs.Average(log => (log - mean) * (log - mean))):0.00}"));
        }
    }
}
