using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches whether the daily pattern comes some hours early or late.</summary>
internal static class ClockWatch
{
    private const int MostHours = 12;
    private const double LeastFit = 0.7;

    // Days looked at together, and the least gain worth telling where the pattern fits wholly, and where it fits less. Single days of
    // people's holidays look shifted too: one day must be plain.
    private static readonly (int Days, double Plain, double Loose)[] Spans = [(1, 0.02, 0.5), (3, 0.003, 0.2), (7, 0.002, 0.08)];

    /// <summary>Compares each day with the pattern that is usual for it, moved by every lag.</summary>
    /// <param name="level">The watch of the level, with its reference.</param>
    /// <param name="findings">Where to put what is found.</param>
    public static void Watch(LevelWatch level, Findings findings)
    {
        var series = level.Reference.Series;
        var grid = series.Grid;
        if (grid.CellsPerDay != 24 || level.Reference.Season is Season.None or Season.Level)
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
        if (!(fit > LeastFit))
            return;
        var found = new List<(int Day, int Onset, double PValue, int Lag)>();
        foreach (var (span, plain, loose) in Spans)
        {
            if (fit < 0.9 && span < 7)
                continue;
            var scores = Enumerable.Range(0, days).Select(d => Joint(gains, d, span)).ToArray();
            findings.CountTests(Symptom.ClockShift, days);
            foreach (var lag in scores.Index().Where(s => s.Item.Gain > plain && gains[s.Index][s.Item.Lag + MostHours] > 0.3 * s.Item.Gain).GroupBy(s => s.Item.Lag))
            {
                // An early or late pattern usually fits worse: what counts is how much better than that it fits.
                var joint = Enumerable.Range(0, days).Select(d => JointGain(gains, d, span, lag.Key)).ToArray();
                var usual = Robust.Median(joint);
                var tail = LearnedTail.Fit(joint.Select(g => Math.Max(0, g - usual)), plain + (loose * (1 - fit)));
                found.AddRange(lag.Select(s => (s.Index, Onset(gains, s.Index, span, lag.Key, s.Item.Gain), tail.PValue(joint[s.Index] - usual), lag.Key))
                    .Where(f => f.Item3 < Findings.Suspicious));
            }
        }

        findings.AddRuns([.. found.Select(f => (WindowOf(f.Onset), WindowOf(f.Day), f.PValue))], grid.Length == WindowLength.Hour ? 48 : 1, (first, last, p) =>
        {
            var lag = found.Where(f => WindowOf(f.Day) >= first && WindowOf(f.Day) <= last).CountBy(f => f.Lag).MaxBy(l => l.Value).Key;
            return new(Symptom.ClockShift, first, last, p, lag, string.Create(
                CultureInfo.InvariantCulture, $"The daily pattern fits best when moved by {lag:+0;-0} hours"));
        });

        int WindowOf(int day) => Math.Clamp(((day * 24) - offset) / grid.CellsPerWindow, 0, grid.Count - 1);
    }

    // The lag that helps a stretch of days most.
    private static (double Gain, int Lag) Joint(double[][] gains, int day, int span)
    {
        var (best, at) = (0.0, 0);
        for (var lag = -MostHours; lag <= MostHours; lag++)
        {
            if (JointGain(gains, day, span, lag) is var gain && gain > best)
                (best, at) = (gain, lag);
        }

        return (best, at);
    }

    private static double JointGain(double[][] gains, int day, int span, int lag)
    {
        var sum = 0.0;
        for (var d = day; d > day - span; d--)
            sum += d >= 0 ? gains[d][lag + MostHours] : double.NaN;
        return sum / span;
    }

    // The day from which the gains sum up highest beyond half of what is usual for the stretch.
    private static int Onset(double[][] gains, int day, int span, int lag, double usual)
    {
        var (start, most, sum) = (day, double.NegativeInfinity, 0.0);
        for (var d = day; d >= Math.Max(0, day - span - 1); d--)
        {
            sum += double.IsFinite(gains[d][lag + MostHours]) ? gains[d][lag + MostHours] - (0.5 * usual) : -0.5 * usual;
            if (sum > most)
                (start, most) = (d, sum);
        }

        return start;
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
