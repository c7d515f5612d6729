using System.Globalization;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>What the probability of a cause is worth: of those told with 0.8, about 80 % are right.</summary>
public sealed class CauseCalibrationTests(ITestOutputHelper output)
{
    // The model was set on cases of seeds below 1,000.
    private const int FirstUnseen = 5_001;
    private const int Cases = 60;
    private const int ManyCases = 400;
    private const double MostError = 0.1;

    [Fact]
    public void The_probability_of_a_cause_is_how_often_it_is_right() => Judge(Cases);

    [Fact(Explicit = true)]
    public void So_it_is_over_many_cases() => Judge(ManyCases);

    private void Judge(int cases)
    {
        var (causes, faults, missed) = (new List<Forecast>(), new List<Forecast>(), 0);
        foreach (var one in Enumerable.Range(FirstUnseen, cases).Select(CauseCases.Of))
        {
            if (one.In(Detector.Detect(one.Table, Tables.ByDay)) is not { Verdict: { } verdict } incident)
            {
                missed++;
                continue;
            }

            // A time of year is people's doing too.
            var wrong = verdict.Causes.GetValueOrDefault(Cause.DataQuality);
            causes.Add(new(Math.Max(wrong, 1 - wrong), wrong > 0.5 == one.Fault is not null));
            if (verdict.Fault is { } fault)
                faults.Add(new(wrong * verdict.Faults[fault], fault == one.Fault));
            if (!causes[^1].IsRight || (verdict.Fault is not null && !faults[^1].IsRight))
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {one.Name} of {one.Feature}: {verdict.Cause} {verdict.Fault} {verdict.Probability:0.00}; {string.Join(", ", incident.Signals.Select(s => s.Symptom))}"));
        }

        output.WriteLine($"{cases} cases, {missed} not found");
        Told("people or data", causes).Should().BeLessThanOrEqualTo(MostError);
        Told("the fault", faults).Should().BeLessThanOrEqualTo(MostError);
        missed.Should().BeLessThanOrEqualTo(cases / 10);
    }

    // The expected calibration error: the mean distance between what is told and what is right, over bins of a tenth.
    private double Told(string what, List<Forecast> forecasts)
    {
        var error = 0.0;
        foreach (var bin in forecasts.GroupBy(f => Math.Min(9, (int)(10 * f.Probability))).OrderBy(g => g.Key))
        {
            double told = bin.Average(f => f.Probability), right = bin.Average(f => f.IsRight ? 1.0 : 0);
            error += bin.Count() * Math.Abs(told - right) / forecasts.Count;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: told {told:0.00}, right {right:0.00} of {bin.Count()}"));
        }

        var brier = forecasts.Average(f => (f.Probability - (f.IsRight ? 1 : 0)) * (f.Probability - (f.IsRight ? 1 : 0)));
        brier.Should().BeLessThanOrEqualTo(MostError);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: Brier score {brier:0.000}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: expected calibration error {error:0.000} over {forecasts.Count}"));
        return error;
    }

    private sealed record Forecast(double Probability, bool IsRight);
}
