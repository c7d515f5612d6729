namespace FeatureGovernance.UnitTests.Drift;

/// <summary>
/// The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, "Evaluating Real-time Anomaly Detection Algorithms"): the first alarm
/// within a labelled window earns up to 1, the earlier the more; a window without one costs; alarms outside cost the more, the farther
/// they are behind the last window.
/// </summary>
/// <param name="Hit">The weight of a window found.</param>
/// <param name="FalseAlarm">The weight of an alarm outside.</param>
/// <param name="Miss">The weight of a window not found.</param>
internal sealed record NabScorer(double Hit, double FalseAlarm, double Miss)
{
    /// <summary>The benchmark's standard profile.</summary>
    public static NabScorer Standard { get; } = new(1, 0.11, 1);

    /// <summary>The raw score of a file.</summary>
    /// <param name="rows">How many rows it has.</param>
    /// <param name="windows">First and last row of each labelled window, in order.</param>
    /// <param name="alarms">Rows with an alarm.</param>
    /// <param name="probation">The share of rows (of 5,000 at most) in which nothing is scored.</param>
    public double Raw(int rows, IReadOnlyList<(int First, int Last)> windows, IEnumerable<int> alarms, double probation)
    {
        var quiet = Math.Min(Math.Floor(probation * rows), probation * 5000);
        var best = windows.Select(w => w.Last >= quiet ? -Miss : 0).ToArray();
        var outside = 0.0;
        foreach (var alarm in alarms.Distinct().Where(a => a >= quiet))
        {
            var at = windows.Index().Where(w => alarm >= w.Item.First && alarm <= w.Item.Last).Select(w => w.Index).DefaultIfEmpty(-1).First();
            if (at >= 0)
                best[at] = Math.Max(best[at], Hit * Sigmoid(-(windows[at].Last - alarm + 1.0) / (windows[at].Last - windows[at].First + 1)) / Sigmoid(-1));
            else
                outside += FalseAlarm * Sigmoid(Behind(windows, alarm));
        }

        return best.Sum() + outside;
    }

    /// <summary>A raw score on the scale where silence has 0 and every window found at once, without a false alarm, 100.</summary>
    public double Normalised(double raw, int windows) => 100 * (raw + (Miss * windows)) / ((Hit + Miss) * windows);

    // In widths of the last window before; 3 where there is none.
    private static double Behind(IReadOnlyList<(int First, int Last)> windows, int alarm)
    {
        var (first, last) = windows.LastOrDefault(w => w.Last < alarm, (First: -1, Last: -1));
        return last < 0 ? 3 : (double)(alarm - last) / (last - first);
    }

    private static double Sigmoid(double position) => position >= 3 ? -1 : (2 / (1 + Math.Exp(5 * position))) - 1;
}
