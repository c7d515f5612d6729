using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the level, the scatter and single cells of numbers against their seasonal reference.</summary>
internal sealed class LevelWatch
{
    private static readonly int[] Spans = [1, 3, 7];

    // After so many windows the new level is what is usual.
    private const int MostOpen = 45;
    private const int Memory = 90;

    // Deviations of a single hour worth telling.
    private const double FarOff = 11.5;

    private readonly CellSeries series;
    private readonly WindowGrid grid;
    private readonly double[] means;
    private readonly double[] surprises;
    private readonly double[] expected;
    private readonly double globalScale;

    private LevelWatch(CellSeries series)
    {
        (this.series, grid, Reference) = (series, series.Grid, SeasonalReference.Choose(series));
        (Unusual, means, surprises, Scores) = (new bool[grid.Count], new double[grid.Count], new double[grid.Count], new double[grid.Count]);
        expected = new double[grid.Cells];
        var first = Reference.WindowSurprises(Reference.Surprises(Unusual), Unusual);
        globalScale = Robust.Scale([.. first.Where(double.IsFinite)]);
        var spread = Robust.Scale([.. series.Values.Where(double.IsFinite)]);
        globalScale = double.IsFinite(globalScale) ? Math.Max(globalScale, 0.01 * spread) : double.NaN;
    }

    /// <summary>How much of the variation the clock and the calendar explain, 0 to 1.</summary>
    public double Seasonality { get; private set; }

    /// <summary>The surprise of each window in standard deviations; NaN where it is not known.</summary>
    public double[] Scores { get; }

    /// <summary>What is expected.</summary>
    public SeasonalReference Reference { get; }

    /// <summary>The windows kept out of what is expected of others.</summary>
    public bool[] Unusual { get; }

    public static LevelWatch Watch(double[] numbers, WindowGrid grid, Findings findings)
    {
        var watch = new LevelWatch(CellSeries.Of(numbers, grid));
        if (double.IsNaN(watch.globalScale) || watch.globalScale == 0)
            return watch;
        watch.Score();
        var up = watch.Tails(1);
        var down = watch.Tails(-1);
        var flagged = watch.Scan(up, down, findings);
        watch.Describe(flagged, findings);
        watch.Seasonality = watch.Explained();
        watch.WatchScatter(findings);
        watch.WatchOutliers(findings);
        return watch;
    }

    // The scores from which the tails are learned.
    private void Score()
    {
        Array.Clear(Unusual);
        for (var w = 0; w < grid.Count; w++)
            ScoreOne(w);
        // A wild window would echo for weeks in the references of others: those far off are set aside, the rest scored again.
        var far = 5 * Robust.Median(Scores.Where(double.IsFinite).Select(Math.Abs)) / Robust.MadOfNormal;
        var wild = Array.ConvertAll(Scores, score => Math.Abs(score) > far);
        if (wild.Count(w => w) > 0.1 * grid.Count)
            return;
        Array.Copy(wild, Unusual, wild.Length);
        for (var w = 0; w < grid.Count; w++)
            ScoreOne(w);
        Array.Clear(Unusual);
    }

    private void ScoreOne(int w)
    {
        var size = grid.CellsPerWindow;
        var cells = new double[size];
        for (var i = 0; i < size; i++)
        {
            var cell = (w * size) + i;
            expected[cell] = Reference.Expected(cell, Unusual);
            cells[i] = series.Values[cell] - expected[cell];
        }

        var present = cells.Where(double.IsFinite).ToArray();
        means[w] = 4 * present.Length >= size && present.Length > 0 ? present.Average() : double.NaN;
        var carried = Reference.Carried(means, w, Unusual);
        for (var i = 0; i < size; i++)
            expected[(w * size) + i] += carried;
        surprises[w] = means[w] - carried;
        Scores[w] = surprises[w] / ScaleBefore(w);
    }

    private double ScaleBefore(int window)
    {
        var recent = new List<double>(Memory);
        for (var at = window - 1; at >= 0 && recent.Count < Memory; at--)
        {
            if (!Unusual[at] && double.IsFinite(surprises[at]))
                recent.Add(surprises[at]);
        }

        // A short past is filled up with the whole series' scale.
        var weight = Math.Min(1, recent.Count / 60.0);
        var local = recent.Count < 10 ? globalScale : Robust.Scale(recent);
        return Math.Max((weight * local) + ((1 - weight) * globalScale), 0.5 * globalScale);
    }

    private LearnedTail[] Tails(int sign) =>
        Array.ConvertAll(Spans, span =>
        {
            var tail = LearnedTail.Fit(Enumerable.Range(0, grid.Count).Select(w => sign * SpanScore(w, span)).Where(s => s > 0), 0.5);
            // However wild its past, a feature that moves this far has moved.
            return span > 1 ? tail : tail with { Scale = Math.Min(tail.Scale, 1.5), Shape = Math.Max(tail.Shape, 1.2) };
        });

    private double SpanScore(int window, int span)
    {
        double sum = 0, count = 0;
        for (var w = Math.Max(0, window - span + 1); w <= window; w++)
        {
            if (double.IsFinite(Scores[w]))
                (sum, count) = (sum + Scores[w], count + 1);
        }

        return count < (span + 1) / 2 ? double.NaN : sum / Math.Sqrt(count);
    }

    private List<(int First, int Last, double PValue, int Sign)> Scan(LearnedTail[] up, LearnedTail[] down, Findings findings)
    {
        var flagged = new List<(int First, int Last, double PValue, int Sign)>();
        var (open, openSign, tests) = (0, 0, 0L);
        for (var w = 0; w < grid.Count; w++)
        {
            ScoreOne(w);
            var (best, from, sign) = (1.0, w, 0);
            for (var i = 0; i < Spans.Length && double.IsFinite(Scores[w]); i++)
            {
                tests++;
                var score = SpanScore(w, Spans[i]);
                // A stretch counts only while its last window still leans that way, and about as far.
                if (!double.IsFinite(score) || score * Scores[w] <= 0 || Math.Abs(Scores[w]) < Math.Max(1.2, 0.2 * Highest(w, Spans[i])))
                    continue;
                var p = 0.5 * (score > 0 ? up : down)[i].PValue(Math.Abs(score));
                if (p < best)
                    (best, from, sign) = (p, Math.Max(0, w - Spans[i] + 1), Math.Sign(score));
            }

            var goesOn = open > 0 && best < 0.02 && sign == openSign;
            if ((best < Findings.Suspicious || goesOn) && open < MostOpen)
            {
                from = Onset(from, w, sign);
                flagged.Add((from, w, best, sign));
                for (var at = from; at <= w; at++)
                    Unusual[at] = true;
                (open, openSign) = (open + 1, sign);
                continue;
            }

            if (open >= MostOpen)
                Array.Clear(Unusual, 0, w + 1);
            open = 0;
        }

        findings.CountTests(Symptom.Level, tests);
        return flagged;
    }

    private double Highest(int window, int span)
    {
        var most = 0.0;
        for (var w = Math.Max(0, window - span + 1); w <= window; w++)
            most = double.IsFinite(Scores[w]) ? Math.Max(most, Math.Abs(Scores[w])) : most;
        return most;
    }

    // The start with the largest sum of scores beyond half of the present height.
    private int Onset(int from, int to, int sign)
    {
        var half = 0.5 * Enumerable.Range(from, to - from + 1).Where(w => double.IsFinite(Scores[w])).Max(w => Scores[w] * sign);
        var (start, most, sum) = (to, double.NegativeInfinity, 0.0);
        for (var w = to; w >= from; w--)
        {
            sum += double.IsFinite(Scores[w]) ? (Scores[w] * sign) - half : -half;
            if (sum > most)
                (start, most) = (w, sum);
        }

        return start;
    }

    private void Describe(List<(int First, int Last, double PValue, int Sign)> flagged, Findings findings)
    {
        foreach (var side in flagged.GroupBy(f => f.Sign))
        {
            findings.AddRuns([.. side.Select(f => (f.First, f.Last, f.PValue))], 1, (first, last, p) =>
            {
                var during = Scores[first..(last + 1)].Where(double.IsFinite).ToArray();
                var change = LevelChanges.Describe(series, expected, Unusual, Scores, first, last);
                double now = MeanRaw(first, last, series.Raw), then = MeanRaw(first, last, [.. expected.Select(series.ToRaw)]);
                return new(Symptom.Level, first, last, p, during.Average(), string.Create(
                    CultureInfo.InvariantCulture,
                    $"The mean is {now:G4}, expected {then:G4} for these hours and weekdays: {during.Average():+0.0;-0.0} standard deviations of a window"),
                    change);
            });
        }
    }

    private double MeanRaw(int first, int last, double[] cells)
    {
        var size = grid.CellsPerWindow;
        double sum = 0, count = 0;
        for (var cell = first * size; cell < (last + 1) * size; cell++)
        {
            if (double.IsFinite(series.Raw[cell]) && double.IsFinite(cells[cell]))
                (sum, count) = (sum + cells[cell], count + 1);
        }

        return sum / count;
    }

    private void WatchScatter(Findings findings)
    {
        var size = grid.CellsPerWindow;
        if (size < 6)
            return;
        var spread = new double[grid.Count];
        for (var w = 0; w < spread.Length; w++)
        {
            var cells = Enumerable.Range(w * size, size).Select(c => series.Values[c] - expected[c]).Where(double.IsFinite).ToArray();
            var mean = cells.DefaultIfEmpty(0).Average();
            spread[w] = cells.Length < 6 ? double.NaN : Math.Log(Math.Sqrt(cells.Sum(c => (c - mean) * (c - mean)) / cells.Length) + (0.1 * globalScale));
        }

        WatchScores(spread, _ => true, Symptom.Scatter, Seasonality, findings, (w, last, change) => string.Create(
            CultureInfo.InvariantCulture, $"Hours scatter around the expected pattern {Math.Exp(change):0.##} times as much as usual"));
    }

    private void WatchOutliers(Findings findings)
    {
        var size = grid.CellsPerWindow;
        if (size < 6)
            return;
        var usual = new double[size];
        for (var i = 0; i < size; i++)
            usual[i] = Robust.Scale([.. Enumerable.Range(0, grid.Count).Select(w => series.Values[(w * size) + i] - expected[(w * size) + i]).Where(double.IsFinite)]);
        var floor = 0.3 * usual.Where(double.IsFinite).DefaultIfEmpty(0).Average();
        var most = new double[grid.Count];
        for (var w = 0; w < most.Length; w++)
        {
            most[w] = Enumerable.Range(0, size)
                .Select(i => Math.Abs(series.Values[(w * size) + i] - expected[(w * size) + i]) / Math.Max(floor, usual[i]))
                .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
            most[w] = Math.Log(1 + most[w]);
        }

        WatchScores(most, w => most[w] > Math.Log(1 + FarOff), Symptom.Outliers, Seasonality, findings, (first, last, change) => string.Create(
            CultureInfo.InvariantCulture, $"Single hours stand {Math.Exp(most[first..(last + 1)].Where(double.IsFinite).Max()) - 1:0} deviations off the pattern"));
    }

    private static void WatchScores(double[] values, Func<int, bool> large, Symptom symptom, double seasonality, Findings findings, Func<int, int, double, string> words)
    {
        var gaps = new double[values.Length];
        for (var w = 0; w < values.Length; w++)
        {
            var before = Enumerable.Range(Math.Max(0, w - 60), Math.Min(60, w)).Where(i => double.IsFinite(values[i])).Select(i => values[i]).ToArray();
            gaps[w] = before.Length < 10 ? double.NaN : values[w] - Robust.Median(before);
        }

        foreach (var sign in (ReadOnlySpan<int>)[1, -1])
        {
            if (symptom == Symptom.Outliers && sign < 0)
                continue;
            var tail = LearnedTail.Fit(gaps.Where(double.IsFinite).Select(g => g * sign).Where(g => g > 0), 0.1);
            // However wild its days off, a feature that follows the clock does not leave it this far by itself.
            if (symptom == Symptom.Outliers && seasonality > 0.6)
                tail = tail with { Scale = Math.Min(tail.Scale, 0.17), Shape = Math.Max(tail.Shape, 1.2) };
            findings.CountTests(symptom, gaps.Length);
            var found = Enumerable.Range(0, gaps.Length)
                .Where(w => gaps[w] * sign > 0.7 && large(w) && tail.PValue(gaps[w] * sign) < Findings.Suspicious)
                .Select(w => (w, w, 0.5 * tail.PValue(gaps[w] * sign))).ToArray();
            findings.AddRuns(found, 1, (first, last, p) =>
            {
                var change = gaps[first..(last + 1)].Where(double.IsFinite).Average();
                return new(symptom, first, last, p, change, words(first, last, change));
            });
        }
    }

    private double Explained()
    {
        var pairs = Enumerable.Range(0, series.Values.Length).Where(c => double.IsFinite(series.Values[c]) && double.IsFinite(expected[c])).ToArray();
        if (Reference.Season == Season.None || pairs.Length < 20)
            return 0;
        var rest = Robust.Scale([.. pairs.Select(c => series.Values[c] - expected[c])]);
        var whole = Robust.Scale([.. pairs.Select(c => series.Values[c])]);
        return whole > 0 ? Math.Clamp(1 - (rest * rest / (whole * whole)), 0, 1) : 0;
    }
}
