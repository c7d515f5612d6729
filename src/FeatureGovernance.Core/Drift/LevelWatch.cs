using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the level of numbers against their seasonal reference.</summary>
internal sealed class LevelWatch
{
    private static readonly int[] Spans = [1, 3, 7];

    // After so many windows the new level is what is usual.
    private const int MostOpen = 45;
    private const int Memory = 90;

    private readonly CellSeries series;
    private readonly WindowGrid grid;
    private readonly double[] means;
    private readonly double[] surprises;

    private LevelWatch(CellSeries series)
    {
        (this.series, grid, Reference) = (series, series.Grid, SeasonalReference.Choose(series));
        (Unusual, means, surprises, Scores) = (new bool[grid.Count], new double[grid.Count], new double[grid.Count], new double[grid.Count]);
        Expected = new double[grid.Cells];
        var first = Reference.WindowSurprises(Reference.Surprises(Unusual), Unusual);
        Scale = Robust.Scale([.. first.Where(double.IsFinite)]);
        var spread = Robust.Scale([.. series.Values.Where(double.IsFinite)]);
        Scale = double.IsFinite(Scale) ? Math.Max(Scale, 0.01 * spread) : double.NaN;
    }

    /// <summary>How much of the variation the clock and the calendar explain, 0 to 1.</summary>
    public double Seasonality { get; private set; }

    /// <summary>The surprise of each window in standard deviations; NaN where it is not known.</summary>
    public double[] Scores { get; }

    /// <summary>What is expected of each cell, on the scale of the reference.</summary>
    public double[] Expected { get; }

    /// <summary>The usual size of a surprise; 0 or NaN where there is none.</summary>
    public double Scale { get; }

    /// <summary>By what each cell is judged.</summary>
    public SeasonalReference Reference { get; }

    /// <summary>The windows kept out of what is expected of others.</summary>
    public bool[] Unusual { get; }

    public static LevelWatch Watch(double[] numbers, WindowGrid grid, Findings findings)
    {
        var watch = new LevelWatch(CellSeries.Of(numbers, grid));
        if (double.IsNaN(watch.Scale) || watch.Scale == 0)
            return watch;
        watch.Score();
        var up = watch.Tails(1);
        var down = watch.Tails(-1);
        var flagged = watch.Scan(up, down, findings);
        watch.Describe(flagged, findings);
        watch.Seasonality = watch.Explained();
        CellWatch.Watch(watch, findings);
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
            Expected[cell] = Reference.Expected(cell, Unusual);
            cells[i] = series.Values[cell] - Expected[cell];
        }

        var present = cells.Where(double.IsFinite).ToArray();
        means[w] = 4 * present.Length >= size && present.Length > 0 ? present.Average() : double.NaN;
        var carried = Reference.Carried(means, w, Unusual);
        for (var i = 0; i < size; i++)
            Expected[(w * size) + i] += carried;
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
        var local = recent.Count < 10 ? Scale : Robust.Scale(recent);
        return Math.Max((weight * local) + ((1 - weight) * Scale), 0.5 * Scale);
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
                var change = LevelChanges.Describe(series, Expected, Unusual, Scores, first, last);
                double now = MeanRaw(first, last, series.Raw), then = MeanRaw(first, last, [.. Expected.Select(series.ToRaw)]);
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

    private double Explained()
    {
        var pairs = Enumerable.Range(0, series.Values.Length).Where(c => double.IsFinite(series.Values[c]) && double.IsFinite(Expected[c])).ToArray();
        if (Reference.Season == Season.None || pairs.Length < 20)
            return 0;
        var rest = Robust.Scale([.. pairs.Select(c => series.Values[c] - Expected[c])]);
        var whole = Robust.Scale([.. pairs.Select(c => series.Values[c])]);
        return whole > 0 ? Math.Clamp(1 - (rest * rest / (whole * whole)), 0, 1) : 0;
    }
}
