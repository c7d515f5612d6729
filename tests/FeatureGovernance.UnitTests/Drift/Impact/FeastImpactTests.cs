using System.Globalization;
using FeatureGovernance.Core.Drift.Profiles;
using FeatureGovernance.Tests;
using FeatureGovernance.Valuation.Reading;
using MathNet.Numerics.Statistics;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>What faults in single features are expected to cost, against what they cost a model fitted on real credit data.</summary>
public sealed class FeastImpactTests(ITestOutputHelper output)
{
    private const double Z80 = 1.2815515655446004;

    [Fact]
    public void The_cost_of_a_fault_is_foretold_in_rank_and_size()
    {
        var sample = SampleFile.Read(SharedData.Path("feast", "my_training_ds.parquet"), new("loan_status", Time: "event_timestamp"));
        var first = sample.Times!.Min();
        var last = sample.Times!.Max();
        using var run = new ImpactTrials(sample, [.. sample.Times!.Select(t => Math.Min(51, (int)((t - first) / (last - first) * 52)))]);

        var trials = run.Run().ToArray();

        var replayed = Judge("replayed", trials, trial =>
        {
            var foretold = trial.Replayed.For(trial.Permutation);
            return (foretold.Loss, foretold.Loss - (Z80 * foretold.Deviation), foretold.Loss + (Z80 * foretold.Deviation));
        });
        var byProfiles = Judge("by profiles", [.. trials.Where(trial => trial.Verdict is not null)], trial =>
        {
            var middle = trial.Permutation * trial.Damage.Middle;
            var (lower, upper) = ImpactEstimate.Interval(middle, trial.Permutation * trial.Damage.Deviation);
            return (middle, lower, upper);
        });

        trials.Length.Should().BeGreaterThan(80);
        replayed.Spearman.Should().BeGreaterThanOrEqualTo(0.8);
        replayed.Covered.Should().BeGreaterThanOrEqualTo(0.75);
        // Profiles know neither how a model reads a value that is missing nor how far it bends beyond what it was trained on, but say so.
        byProfiles.Spearman.Should().BeGreaterThan(0.6);
        byProfiles.Covered.Should().BeGreaterThanOrEqualTo(0.75);
    }

    // What is measured has an error of its own.
    private (double Spearman, double Covered) Judge(string what, ImpactTrial[] trials, Func<ImpactTrial, (double Middle, double Lower, double Upper)> foretold)
    {
        var pairs = trials.Select(trial => (Foretold: foretold(trial), trial.Measured)).ToArray();
        var spearman = Correlation.Spearman(pairs.Select(pair => pair.Foretold.Middle), pairs.Select(pair => pair.Measured.Mean));
        var covered = pairs.Average(pair =>
        {
            var ((middle, lower, upper), (mean, error)) = (pair.Foretold, (pair.Measured.Mean, Z80 * pair.Measured.StandardError));
            var beyond = mean < middle
                ? (middle - mean) / Math.Sqrt(((middle - lower) * (middle - lower)) + (error * error))
                : (mean - middle) / Math.Sqrt(((upper - middle) * (upper - middle)) + (error * error));
            return beyond <= 1 ? 1.0 : 0;
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {pairs.Length} faults, Spearman {spearman:0.000}, {100 * covered:0} % within the interval of 80 %"));
        return (spearman, covered);
    }
}
