using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches whether the daily pattern comes some hours early or late.</summary>
internal static class ClockWatch
{
    private const int MostHours = 12;

    /// <summary>Compares each day with the pattern that is usual for it, moved by every lag.</summary>
    /// <param name="level">The watch of the level, with its reference.</param>
    /// <param name="findings">Where to put what is found.</param>
    public static void Watch(LevelWatch level, Findings findings)
    {
        var series = level.Reference.Series;
        var grid = series.Grid;
        if (grid.CellsPerDay != 24 || level.Reference.Season == Season.None)
            return;
        var offset = (int)(grid.StartOfCell(0).TimeOfDay / grid.CellLength);
        var days = (grid.Cells + offset) / 24;
        var expected = new double[grid.Cells];
        for (var cell = 0; cell < expected.Length; cell++)
            expected[cell] = level.Reference.Expected(cell, level.Unusual);
        var gains = new double[days][];
        var fits = new double[days];
        for (var day = 0; day < days; day++)
            (gains[day], fits[day]) = Gains(series.Values, expected, (day * 24) - offset);
        // A pattern that does not fit closely on ordinary days cannot be seen to move.
        var fit = Robust.Median(fits);
        if (!(fit > 0.9))
            return;
        foreach (var span in (ReadOnlySpan<int>)[1, 3])
        {
            // Single days of people's holidays look shifted too: one day must be plain.
            var floor = span == 1 ? 0.02 + (0.5 * (1 - fit)) : 0.003 + (0.2 * (1 - fit));
            var scores = Enumerable.Range(0, days).Select(d => Joint(gains, d, span)).ToArray();
            var tail = LearnedTail.Fit(scores.Select(s => s.Gain), floor);
            findings.CountTests(Symptom.ClockShift, days);
            var found = Enumerable.Range(0, days).Where(d => tail.PValue(scores[d].Gain) < Findings.Suspicious)
                .Select(d => (Day: d, P: tail.PValue(scores[d].Gain), scores[d].Lag, scores[d].Gain)).ToArray();
            foreach (var lag in found.GroupBy(f => f.Lag))
            {
                findings.AddRuns(
                    [.. lag.Select(f => (WindowOf(Onset(gains, f.Day, span, f.Lag, f.Gain)), WindowOf(f.Day), f.P))],
                    grid.Length == WindowLength.Hour ? 48 : 2,
                    (first, last, p) => new(Symptom.ClockShift, first, last, p, lag.Key, string.Create(
                        CultureInfo.InvariantCulture,
                        $"The daily pattern fits best when moved by {lag.Key:+0;-0} hours")));
            }
        }

        int WindowOf(int day) => Math.Clamp(((day * 24) - offset) / grid.CellsPerWindow, 0, grid.Count - 1);
    }

    // The lag that helps a stretch of days most.
    private static (double Gain, int Lag) Joint(double[][] gains, int day, int span)
    {
        var (best, at) = (0.0, 0);
        for (var lag = -MostHours; lag <= MostHours; lag++)
        {
            var sum = 0.0;
            for (var d = day; d > day - span; d--)
                sum += d >= 0 ? gains[d][lag + MostHours] : double.NaN;
            if (sum / span > best)
                (best, at) = (sum / span, lag);
        }

        return (best, at);
    }

    private static int Onset(double[][] gains, int day, int span, int lag, double usual)
    {
        var first = day;
        for (var d = day; d >= Math.Max(0, day - span - 1); d--)
        {
            if (gains[d][lag + MostHours] > 0.3 * usual)
                first = d;
        }

        return first;
    }

    private static (double[] Gains, double Fit) Gains(double[] values, double[] expected, int first)
    {
        var still = Correlation(values, expected, first, 0);
        var gains = new double[(2 * MostHours) + 1];
        for (var lag = -MostHours; lag <= MostHours; lag++)
            gains[lag + MostHours] = Correlation(values, expected, first, lag) - still;
        return (gains, still);
    }

    // Positive lags: what was expected an hour earlier comes now.
    private static double Correlation(double[] values, double[] expected, int first, int lag)
    {
        double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        for (var cell = first; cell < first + 24; cell++)
        {
            var match = cell - lag;
            if (cell < 0 || cell >= values.Length || match < 0 || match >= expected.Length)
                continue;
            double x = values[cell], y = expected[match];
            if (!double.IsFinite(x) || !double.IsFinite(y))
                continue;
            (n, sx, sy, sxx, syy, sxy) = (n + 1, sx + x, sy + y, sxx + (x * x), syy + (y * y), sxy + (x * y));
        }

        double a = (n * sxx) - (sx * sx), b = (n * syy) - (sy * sy);
        return n < 12 || a <= 1e-12 || b <= 1e-12 ? double.NaN : ((n * sxy) - (sx * sy)) / Math.Sqrt(a * b);
    }
}
