using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>Looks at one series of profiles from every side.</summary>
internal static class ProfileWatch
{
    /// <summary>Below so many windows nothing is usual yet.</summary>
    public const int LeastWindows = 14;

    // A shift of the mean smaller than both is not told, however sure it is.
    private const double LeastShift = 0.05;
    private const double LeastFactor = 1.05;

    public static SeriesFindings Look(ProfileSeries series, WindowGrid grid)
    {
        var findings = Findings.Of(grid.Length);
        double seasonality = 0;
        if (series.Windows.Count(window => window is not null) >= LeastWindows)
        {
            WatchRates(series, findings);
            RowsWatch.Watch(series, grid, findings);
            ShapeWatch.Watch(series, grid, findings);
            RepeatWatch.Watch(series, findings);
            MixWatch.Watch(series, findings);
            if (!series.IsText)
                seasonality = WatchLevel(series, grid, findings);
        }

        var rows = Robust.Median(series.Windows.Where(window => window is not null).Select(window => (double)window!.Count));
        return new(series.Key, [.. findings.Signals], [.. findings.Tests], seasonality, double.IsFinite(rows) ? rows : 0, [.. Launches(series)]);
    }

    private static void WatchRates(ProfileSeries series, Findings findings)
    {
        var all = series.Counts(window => window.Count);
        var present = series.Counts(window => window.Count - window.Nulls);
        Rate(Symptom.Missing, window => window.Nulls, all, 0.01, "of the values are missing");
        Rate(Symptom.Default, window => window.Defaults, all, 0.02, "of the values are the default");
        Rate(Symptom.NotANumber, window => window.NotNumbers, present, 0.01, "of the values are not a number");
        Rate(Symptom.Default, window => window.Zeros, present, 0.04, series.IsText ? "of the texts are empty" : "of the values are 0");
        if (!series.IsText)
        {
            // Quantiles tell shares by twentieths; a default below 0 is told as a default.
            Rate(Symptom.Negative, window =>
                Math.Max(0, (ShapeWatch.ShareBelowZero(window) * (window.Count - window.Nulls - window.NotNumbers)) - window.Defaults),
                present, 0.1, "of the values are negative");
        }

        void Rate(Symptom symptom, Func<ProfileWindow, double> hits, double[] trials, double floor, string what) =>
            RateWatch.Watch(symptom, series.Counts(hits), trials, floor, findings, (first, last, p, share, usual) =>
                new(symptom, first, last, p, share - usual, FingerprintWatch.Words(what, share, usual)), own: floor / 2);
    }

    // The level goes by the watch of the command line; where values never varied, by their distance from what they always were.
    private static double WatchLevel(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        var means = series.Numbers(window => window.Mean);
        var deviation = Robust.Median(series.Windows.Where(window => window is { Deviation: > 0 }).Select(window => window!.Deviation));
        var own = Findings.Of(grid.Length);
        var level = LevelWatch.Watch(means, grid, own);
        if (!(level.Scale > 0))
        {
            var unit = deviation > 0 ? deviation : Math.Max(1e-9, Math.Abs(Robust.Median(means)));
            SeriesWatch.Watch([.. means.Select(mean => mean / unit)], grid, new(Symptom.Level, 0.02, LeastShift, 0), findings,
                (first, last, p, now, then) => new(
                Symptom.Level, first, last, p, now - then,
                string.Create(CultureInfo.InvariantCulture, $"The mean is {now * unit:G4}, and was {then * unit:G4} all along")));
            return 0;
        }

        foreach (var (symptom, tests) in own.Tests)
            findings.CountTests(symptom, tests);
        foreach (var signal in own.Signals)
        {
            if (signal.Symptom != Symptom.Level)
            {
                findings.Signals.Add(signal);
                continue;
            }

            var shift = Shift(level, signal, deviation);
            var factor = signal.Change is { Factor: > 0 } change ? Math.Exp(Math.Abs(Math.Log(change.Factor))) : double.PositiveInfinity;
            if (Math.Abs(shift) < LeastShift && factor < LeastFactor)
                continue;
            findings.Signals.Add(signal with
            {
                Effect = double.IsFinite(shift) ? shift : signal.Effect,
                Words = double.IsFinite(shift)
                    ? string.Create(CultureInfo.InvariantCulture, $"{signal.Words}, {shift:+0.00;-0.00} of the values")
                    : signal.Words,
            });
        }

        WatchScatter(series, grid, findings);
        return level.Seasonality;
    }

    private static double Shift(LevelWatch level, Signal signal, double deviation)
    {
        var series = level.Reference.Series;
        var size = series.Grid.CellsPerWindow;
        double sum = 0, count = 0;
        for (var cell = signal.First * size; cell < (signal.Last + 1) * size; cell++)
        {
            var gap = series.Raw[cell] - series.ToRaw(level.Expected[cell]);
            if (double.IsFinite(gap))
                (sum, count) = (sum + gap, count + 1);
        }

        return deviation > 0 && count > 0 ? sum / count / deviation : double.NaN;
    }

    private static void WatchScatter(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        var spread = series.Numbers(window => window.Deviation >= 0 ? window.Deviation : double.NaN);
        var usual = Robust.Median(spread);
        if (!(usual > 0))
            return;
        SeriesWatch.Watch([.. spread.Select(s => Math.Log(s + (0.01 * usual)))], grid, new(Symptom.Scatter, 0.03, 0.25, 0), findings,
            (first, last, p, now, then) => new(
            Symptom.Scatter, first, last, p, now - then, string.Create(
                CultureInfo.InvariantCulture, $"Values scatter {Math.Exp(now - then):0.##} times as much as usual (standard deviation {Math.Exp(now):G4}, usually {Math.Exp(then):G4})")));
    }

    private static IEnumerable<(int Window, int Version)> Launches(ProfileSeries series)
    {
        var version = 0;
        for (var w = 0; w < series.Windows.Length; w++)
        {
            if (series.Windows[w] is not { } window)
                continue;
            if (version != 0 && window.Version > version)
                yield return (w, window.Version);
            version = Math.Max(version, window.Version);
        }
    }
}
