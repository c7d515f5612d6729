using System.Globalization;
using FeatureGovernance.Core.Drift.Profiles;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>
/// How the factors of <see cref="ImpactEstimate" /> are set: what faults of known kinds cost models fitted on generated samples, over what a
/// shuffle costs, by the signal that told of them. Run explicitly; the table it prints is what the factors are read from.
/// </summary>
public sealed class DamageFitting(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public void Costs_of_signals_over_those_of_a_shuffle()
    {
        var trials = Enumerable.Range(1, 6).SelectMany(seed =>
        {
            using var run = new ImpactTrials(GeneratedSamples.Of(seed), GeneratedSamples.WeekOf);
            return run.Run().ToArray();
        }).ToArray();

        foreach (var trial in trials)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"TRIAL {trial.Feature}|{trial.Fault}|{trial.Measured.Mean / trial.Permutation:0.000}|{trial.Damage:0.000}|{trial.Verdict?.Cause} {trial.Verdict?.Fault} {trial.Verdict?.Probability:0.00}|")
                + string.Join(' ', trial.Signals.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Signal.Symptom}={s.Signal.Effect:0.00}"))));
        }
    }
}
