using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>What is told of a series that has one number a window.</summary>
/// <param name="Symptom">What the numbers are of.</param>
/// <param name="Least">Gaps well below it are noise of no interest.</param>
/// <param name="Floor">The least gap worth telling.</param>
/// <param name="Side">1 for gaps upwards only, -1 for downwards only, 0 for both.</param>
internal sealed record SeriesTest(Symptom Symptom, double Least, double Floor, int Side);

/// <summary>
/// Watches one number a window against the same hour and weekday of the weeks before and against the windows just before: it is unusual
/// where it is far from both. Unlike <see cref="LevelWatch"/> it can judge a series that never varied.
/// </summary>
internal static class SeriesWatch
{
    // After so many windows the new level is what is usual.
    private const int MostOpen = 45;

    /// <param name="values">By window; NaN where it is not known.</param>
    /// <param name="grid">The windows.</param>
    /// <param name="test">What to tell.</param>
    /// <param name="findings">Where to put it.</param>
    /// <param name="toSignal">From first and last window, p-value, mean value and what was expected.</param>
    public static void Watch(double[] values, WindowGrid grid, SeriesTest test, Findings findings, Func<int, int, double, double, double, Signal> toSignal)
    {
        var unusual = new bool[values.Length];
        var expected = new double[values.Length];
        var gaps = new double[values.Length];
        for (var w = 0; w < values.Length; w++)
            gaps[w] = Gap(values, grid, unusual, w, out expected[w]);
        var known = gaps.Where(double.IsFinite).Select(Math.Abs).ToArray();
        if (known.Length < 14)
            return;
        var tail = LearnedTail.Fit(known, test.Least);
        var flagged = new List<(int First, int Last, double PValue)>();
        var open = 0;
        for (var w = 0; w < values.Length; w++)
        {
            gaps[w] = Gap(values, grid, unusual, w, out expected[w]);
            var p = tail.PValue(Math.Abs(gaps[w]));
            if (!double.IsFinite(gaps[w]) || p >= Findings.Suspicious || Math.Abs(gaps[w]) < test.Floor)
            {
                if (double.IsFinite(gaps[w]) && open >= MostOpen)
                    Array.Clear(unusual);
                open = double.IsFinite(gaps[w]) ? 0 : open;
                continue;
            }

            if (open >= MostOpen)
                continue;
            (unusual[w], open) = (true, open + 1);
            if (test.Side == 0 || Math.Sign(gaps[w]) == test.Side)
                flagged.Add((w, w, p));
        }

        findings.CountTests(test.Symptom, known.Length);
        findings.AddRuns(flagged, 1, (first, last, p) => toSignal(first, last, p, Mean(values, first, last), Mean(expected, first, last)));
    }

    private static double Gap(double[] values, WindowGrid grid, bool[] unusual, int w, out double expected)
    {
        var near = Middle(values, unusual, w, 1, 14, 60, 3);
        expected = near;
        if (!double.IsFinite(values[w]) || !double.IsFinite(near))
            return double.NaN;
        var week = grid.Length switch { WindowLength.Hour => 168, WindowLength.Day => 7, WindowLength.Week => 52 };
        var seasonal = Middle(values, unusual, w, week, 6, 12, 3);
        if (!double.IsFinite(seasonal))
            return values[w] - near;
        double a = values[w] - near, b = values[w] - seasonal;
        expected = Math.Abs(a) <= Math.Abs(b) ? near : seasonal;
        return Math.Sign(a) != Math.Sign(b) ? 0 : values[w] - expected;
    }

    private static double Middle(double[] values, bool[] unusual, int window, int step, int wanted, int reach, int least)
    {
        Span<double> found = stackalloc double[14];
        var count = 0;
        for (int back = 1, at = window - step; back <= reach && at >= 0 && count < wanted; back++, at -= step)
        {
            if (double.IsFinite(values[at]) && !unusual[at])
                found[count++] = values[at];
        }

        if (count < least)
            return double.NaN;
        found = found[..count];
        found.Sort();
        return Robust.QuantileOfSorted(found, 0.5);
    }

    private static double Mean(double[] numbers, int first, int last) =>
        numbers[first..(last + 1)].Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
