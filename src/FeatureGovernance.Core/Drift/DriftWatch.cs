using System.Globalization;
using FeatureGovernance.Statistics.Inference;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.Core.Drift;

/// <summary>
/// Watches for levels that move too slowly for single windows to show: the last two weeks against an older past, of which the last four
/// weeks are no part. What a level does by itself is the long-run variance of that past (first-order autoregression), so that one that
/// always wandered is not said to drift.
/// </summary>
internal sealed class DriftWatch
{
    private const int Recent = 14;
    private const int Gap = 2 * Recent;
    private const int LeastPast = 42;
    private const int MostPast = 180;

    // Windows that tell where the level was; how much it moves by itself is told by more.
    private const int MostNear = 56;

    // Deviations of a window that a slow drift must have gone.
    private const double Floor = 1.5;

    // Above this the past was a walk: it says nothing of where the level belongs.
    private const double MostMemory = 0.9;

    private readonly LevelWatch level;
    private readonly WindowGrid grid;
    private readonly double[] values;

    private DriftWatch(LevelWatch level)
    {
        (this.level, grid) = (level, level.Reference.Series.Grid);
        values = WithoutSeason();
    }

    /// <summary>Adds slow drifts, and joins to each what the watch of levels saw of it.</summary>
    public static void Watch(LevelWatch level, Findings findings)
    {
        if (level.Reference.Series.Grid.Length == WindowLength.Hour || level.Reference.Series.Grid.Count < LeastPast + Gap + Recent)
            return;
        var watch = new DriftWatch(level);
        var (flagged, tests) = watch.Scan();
        findings.CountTests(Symptom.Level, tests);
        var drifts = new Findings();
        foreach (var side in flagged.GroupBy(f => f.Sign))
            drifts.AddRuns([.. side.Select(f => (f.First, f.Last, f.PValue))], Recent, watch.Describe);
        foreach (var drift in drifts.Signals)
            Join(drift, findings);
    }

    private (List<(int First, int Last, double PValue, int Sign)> Flagged, long Tests) Scan()
    {
        var flagged = new List<(int First, int Last, double PValue, int Sign)>();
        var drifting = new bool[grid.Count];
        var tests = 0L;
        for (var w = LeastPast + Gap; w < grid.Count; w++)
        {
            // What jumped did not drift.
            if (level.Moved.AsSpan(w - Gap, Gap + 1).Contains(true) || Past(w, drifting) is not { } past)
                continue;
            tests++;
            double now = Mean(w - Recent + 1, w, past.Low, past.High), before = Mean(w - Gap + 1, w - Recent, past.Low, past.High);
            var moved = now - past.Mean;
            if (!double.IsFinite(now) || !double.IsFinite(before) || past.Memory > MostMemory || Math.Abs(moved) < Floor * past.Deviation)
                continue;
            // It must be on its way still.
            if ((now - before) * Math.Sign(moved) < 0.3 * Math.Abs(moved))
                continue;
            var inflation = (1 + past.Memory) / (1 - past.Memory);
            var error = past.Deviation * Math.Sqrt(inflation * ((1.0 / Recent) + (1.0 / past.Count)));
            var p = 2 * StudentT.CDF(0, 1, Math.Max(2, (past.Count / inflation) - 1), -Math.Abs(moved) / error);
            if (p >= Findings.Suspicious)
                continue;
            flagged.Add((w - Recent, w, p, Math.Sign(moved)));
            drifting[w] = true;
        }

        return (flagged, tests);
    }

    private Ordinary? Past(int window, bool[] drifting)
    {
        var past = new List<double>(MostPast);
        for (var at = window - Gap; at >= 0 && past.Count < MostPast; at--)
        {
            if (double.IsFinite(values[at]) && !level.Moved[at] && !drifting[at])
                past.Add(values[at]);
        }

        if (past.Count < LeastPast)
            return null;
        // A few wild windows, in the past or now, are no drift.
        var sorted = Robust.Sorted(past);
        double low = Robust.QuantileOfSorted(sorted, 0.05), high = Robust.QuantileOfSorted(sorted, 0.95), width = high - low;
        if (!(width > 1e-3 * level.Scale))
            return null;
        (low, high) = (low - (width / 2), high + (width / 2));
        for (var i = 0; i < past.Count; i++)
            past[i] = Math.Clamp(past[i], low, high);
        double mean = past.Average(), same = 0, next = 0;
        var near = Mean(window - Gap - MostNear + 1, window - Gap, low, high);
        for (var i = 0; i < past.Count; i++)
        {
            same += (past[i] - mean) * (past[i] - mean);
            next += i > 0 ? (past[i] - mean) * (past[i - 1] - mean) : 0;
        }

        // The first autocorrelation is too small by (1 + 4 r) / n (Marriott and Pope 1954), and less one standard error of it.
        var memory = same > 0 ? next / same : 0;
        memory += ((1 + (4 * memory)) / past.Count) + (1 / Math.Sqrt(past.Count));
        return new(double.IsFinite(near) ? near : mean, Math.Sqrt(same / past.Count), Math.Clamp(memory, 0, 0.99), Math.Min(past.Count, MostNear), low, high);
    }

    private Signal Describe(int first, int last, double p)
    {
        var series = level.Reference.Series;
        var from = Math.Max(0, first - Gap);
        var (kind, start) = ChangeShape.OfWay(values.AsSpan(from, last + 1 - from), Recent / 2, last - from - (Recent / 2));
        start += from;
        double then = Mean(start - Gap, start - 1), now = Mean(last - Recent + 1, last);
        var effect = (now - then) / level.Scale;
        var change = LevelChanges.Describe(series, level.Expected, level.Unusual, level.Scores, start, last) with { Kind = kind };
        return new(Symptom.Level, start, last, p, effect, string.Create(
            CultureInfo.InvariantCulture,
            $"The level {(kind == ChangeKind.Drift ? "moved slowly" : "moved a little and stayed")}, over {last - start + 1} windows, "
            + $"by {effect:+0.0;-0.0} standard deviations of a window"), change);
    }

    // What the watch of levels saw while a level drifted is the same change.
    private static void Join(Signal drift, Findings findings)
    {
        foreach (var part in findings.Signals.Where(s => s.Symptom == Symptom.Level && s.Effect * drift.Effect > 0
            && s.First >= drift.First && s.First <= drift.Last + Recent).ToArray())
        {
            findings.Signals.Remove(part);
            drift = drift with { Last = Math.Max(drift.Last, part.Last), PValue = Math.Min(drift.PValue, part.PValue) };
        }

        findings.Signals.Add(drift);
    }

    private double Mean(int first, int last, double low = double.NegativeInfinity, double high = double.PositiveInfinity)
    {
        double sum = 0, count = 0;
        for (var w = Math.Max(0, first); w <= last; w++)
        {
            if (double.IsFinite(values[w]))
                (sum, count) = (sum + Math.Clamp(values[w], low, high), count + 1);
        }

        return 2 * count > last - first ? sum / count : double.NaN;
    }

    // Window means without the usual pattern of hours and weekdays.
    private double[] WithoutSeason()
    {
        var series = level.Reference.Series;
        var period = Math.Max(1, level.Reference.Season switch
        {
            Season.Weekly => grid.CellsPerDay * 7,
            Season.Daily => grid.CellsPerDay,
            Season.None or Season.Level => 1,
        });
        var pattern = new double[period];
        for (var slot = 0; slot < period; slot++)
            pattern[slot] = Robust.Median(Enumerable.Range(0, grid.Cells).Where(c => c % period == slot).Select(c => series.Values[c]));
        var cells = new double[grid.Cells];
        for (var cell = 0; cell < cells.Length; cell++)
            cells[cell] = series.Values[cell] - pattern[cell % period];
        var most = 3 * Robust.QuantileOfSorted(Robust.Sorted(cells.Select(Math.Abs)), 0.9);
        for (var cell = 0; cell < cells.Length; cell++)
            cells[cell] = double.IsNaN(cells[cell]) ? cells[cell] : Math.Clamp(cells[cell], -most, most);
        return [.. Enumerable.Range(0, grid.Count).Select(w => level.Reference.Mean(cells, w))];
    }

    /// <summary>What windows used to be: mean, standard deviation, autocorrelation, how many tell the mean, and the bounds of what counts.</summary>
    private sealed record Ordinary(double Mean, double Deviation, double Memory, int Count, double Low, double High);
}
