using System.Globalization;
using FeatureGovernance.Valuation.Labelling;
using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation;

/// <summary>
/// Measures what a label is worth: whether and when it arrives, how steady its base rate is, how many are wrong, and which columns may know it.
/// The same sample, options and processor count give the same result, unless the time allowed runs out.
/// </summary>
public static class LabelEngine
{
    private const int MostColumns = 1_000;

    /// <summary>Measures the label of a sample that was read from a file.</summary>
    /// <exception cref="OperationCanceledException">Stopped from outside.</exception>
    public static MeasuredLabel Measure(Sample sample, LabelOptions options, IProgress<ValuationProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(options);
        var rows = sample.LabelRows ?? throw new ArgumentException("The sample was not read from a file.", nameof(sample));
        progress?.Report(new("Looking at when labels arrive", 0));
        var (coverage, delay, baseRate) = (Arrival.Coverage(rows), Arrival.Delay(rows), Stability.Of(sample, rows));
        progress?.Report(new("Looking at each column alone", 0.1));
        var (judged, classes) = Pointwise.Of(sample with { Weights = null });
        var survey = ColumnSurvey.Of(judged, options.Seed);
        var leaks = LeakSearch.AtSight(judged, survey, rows).ToList();

        var narrow = Narrowing.To(judged, [.. survey.Varying.Take(MostColumns)]);
        var (noise, notes) = WithModels(narrow, survey, leaks, held => NoiseSearch.Of(judged, classes, rows, held, options), options, progress, stop);
        var kinds = Math.Max(2, classes.Length);
        double Left(double wrong) => coverage.Rate.Share * Math.Pow(Math.Max(0, 1 - (wrong * kinds / (kinds - 1))), 2);
        return new(
            rows.Label, sample.Task, coverage, delay, baseRate, noise, [.. leaks], noise is null ? null : (Left(noise.Rate), Left(noise.Floor)),
            [.. sample.Notes, .. Told(rows, delay, baseRate), .. notes]);
    }

    private static (LabelNoise? Noise, List<string> Notes) WithModels(
        Narrowing narrow, ColumnSurvey survey, List<LeakSuspect> leaks, Func<OutOfFold, (LabelNoise? Noise, string? Note)> judge,
        LabelOptions options, IProgress<ValuationProgress>? progress, CancellationToken stop)
    {
        var sample = narrow.Sample;
        int[] all = [.. Enumerable.Range(0, sample.Features.Length)];
        var notes = new List<string>();
        LabelNoise? noise = null;
        if (survey.Varying.Length == 0)
            return (null, ["No column beside suspected leaks varies, so wrong labels cannot be told."]);
        using var clock = new Allowance(options.Budget, stop);
        var left = "wrong labels and outshining columns were not looked for";
        try
        {
            using var trainer = new Trainer(sample, options.Seed);
            progress?.Report(new("Judging each label by other rows", 0.2));
            (noise, var note) = judge(OutOfFold.Of(sample, trainer, all, options.Seed, clock.Limit));
            if (note is not null)
                notes.Add(note);
            left = "no column was compared with all others";
            progress?.Report(new("Comparing strong columns with all others", 0.7));
            leaks.AddRange(LeakSearch.Outshining(sample, [.. narrow.Columns.Select(c => survey.Skill[c])], trainer, options.Seed, clock.Limit));
        }
        catch (OperationCanceledException) when (clock.IsSpent)
        {
            notes.Add($"The time allowed ran out: {left}.");
        }

        if (survey.Varying.Length > MostColumns)
            notes.Add($"Wrong labels were looked for with the {MostColumns} of {survey.Varying.Length} columns that say most alone.");
        if (survey.Leaks.Length > 0)
            notes.Add("Wrong labels were looked for without the columns that are too good, which may be made from the label.");
        return (noise, notes);
    }

    private static IEnumerable<string> Told(LabelRows rows, LabelDelay? delay, BaseRate rate)
    {
        if (delay is { Negative: > 0 })
            yield return string.Create(CultureInfo.InvariantCulture, $"{delay.Negative} labels are older than their event: a wrong join, or a clock at fault.");
        if (delay is { Untold: > 0 })
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{delay.Untold} labelled rows lack one of the two times; the delay is that of the others.");
        if (rows.Labelled is not null && delay is null)
            yield return "No labelled row has both times, so the delay is unknown.";
        if (rows.Events?.LongCount(e => !double.IsFinite(e)) is > 0 and var without)
            yield return string.Create(CultureInfo.InvariantCulture, $"{without} rows have no time and are in no window of the base rate.");
        if (rows.Events is not null && rate.Windows.IsEmpty)
            yield return "The times do not differ enough to follow the base rate.";
    }
}
