using System.Globalization;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Tests;
using FeatureGovernance.Valuation.Reading;
using MathNet.Numerics.Statistics;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>What faults in single features are expected to cost, against what they cost a model fitted on real credit data.</summary>
public sealed class FeastImpactTests(ITestOutputHelper output)
{
    // The 90th percentile of a standard normal number.
    private const double Quantile = 1.2816;

    // A tenth of the loss for what the weeks of the fault differ by from those it was replayed on.
    private const double WeeksDiffer = 0.1;

    // Profiles alone know neither how a model reads a value that is missing nor how far it bends beyond what it was trained on.
    private const double LeastByProfiles = 0.3;

    [Fact]
    public void The_cost_of_a_fault_is_foretold_in_rank()
    {
        var sample = SampleFile.Read(SharedData.Path("feast", "my_training_ds.parquet"), new("loan_status", Time: "event_timestamp"));
        var first = sample.Times!.Min();
        var last = sample.Times!.Max();
        using var run = new ImpactTrials(sample, [.. sample.Times!.Select(t => Math.Min(51, (int)((t - first) / (last - first) * 52)))]);

        var trials = run.Run().ToArray();

        foreach (var trial in trials)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{trial.Feature} {trial.Fault}: by profiles {trial.Permutation * trial.Damage:0.00000}, replayed {trial.Replayed.Mean:0.00000}, measured {trial.Measured.Mean:0.00000} ± {trial.Measured.StandardError:0.00000}, shuffled {trial.Permutation:0.00000}; ")
                + string.Join(' ', trial.Signals.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Signal.Symptom}={s.Signal.Effect:0.00}"))));
        }

        var byProfiles = Judge("by profiles", trials, t => (t.Permutation * t.Damage, ImpactEstimate.DamageError * t.Permutation * t.Damage));
        var replayed = Judge("replayed", trials, t => (t.Replayed.Mean, Math.Sqrt(Math.Pow(t.Replayed.StandardError, 2) + Math.Pow(WeeksDiffer * t.Replayed.Mean, 2))));
        // Not their sizes: the weeks of the fault differ from those before by more than a tenth, and the intervals hold too few.
        trials.Length.Should().BeGreaterThan(40);
        replayed.Spearman.Should().BeGreaterThanOrEqualTo(0.8);
        byProfiles.Spearman.Should().BeGreaterThan(LeastByProfiles);
    }

    // What is measured has an error of its own.
    private (double Spearman, double Covered) Judge(string what, ImpactTrial[] trials, Func<ImpactTrial, (double Mean, double Error)> foretold)
    {
        var pairs = trials.Select(t => (Foretold: foretold(t), t.Measured)).ToArray();
        var spearman = Correlation.Spearman(pairs.Select(p => p.Foretold.Mean), pairs.Select(p => p.Measured.Mean));
        var covered = pairs.Average(p => Math.Abs(p.Measured.Mean - p.Foretold.Mean)
            <= Quantile * Math.Sqrt(Math.Pow(p.Foretold.Error, 2) + Math.Pow(p.Measured.StandardError, 2)) ? 1.0 : 0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {pairs.Length} faults, Spearman {spearman:0.000}, {100 * covered:0} % within the interval of 80 %"));
        return (spearman, covered);
    }
}
