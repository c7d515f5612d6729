using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Goes through scored windows from the first to the last, and tells where the level moved.</summary>
internal sealed partial class LevelWatch
{
    private LearnedTail[] Tails(int sign)
    {
        var lean = Leaning.Longest(Scores, MostOpen);
        return Array.ConvertAll(Spans, span =>
        {
            var scores = Enumerable.Range(0, grid.Count).Where(w => w < lean.First || w > lean.Last + span - 1)
                .Select(w => sign * SpanScore(w, span)).Where(double.IsFinite).ToArray();
            var side = scores.Where(s => s > 0).ToArray();
            var both = LearnedTail.Fit(scores.Select(Math.Abs), 0.5, (double)scores.Length / span);
            var tail = LearnedTail.Fit(side, 0.5, (double)side.Length / span);
            // A side that happened to be calm promises no more than both do.
            tail = tail with { Scale = Math.Max(tail.Scale, both.Scale), Shape = Math.Min(tail.Shape, both.Shape) };
            // A window that is but one value may be as wild as values are.
            if (grid.CellsPerWindow < CellsOfMean)
                tail = tail.WithExtremes(side, WildWindows * span);
            // However wild its past, a feature that moves this far has moved, but for one whose values are wild all the time.
            return span > 1 || tail.Power > 0 ? tail : tail with { Scale = Math.Min(tail.Scale, 1.5), Shape = Math.Max(tail.Shape, 1.2) };
        });
    }

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
                var score = SpanScore(w, Spans[i]);
                // A stretch counts only while its last window still leans that way, and about as far.
                if (!double.IsFinite(score) || score * Scores[w] <= 0 || Math.Abs(Scores[w]) < Math.Max(1.2, 0.2 * Highest(w, Spans[i])))
                    continue;
                var p = 0.5 * (score > 0 ? up : down)[i].PValue(Math.Abs(score));
                if (p < best)
                    (best, from, sign) = (p, Math.Max(0, w - Spans[i] + 1), Math.Sign(score));
            }

            // Stretches that end in one window share it: three of them are worth two tests.
            tests += double.IsFinite(Scores[w]) ? 2 : 0;
            var goesOn = open > 0 && best < 0.02 && sign == openSign;
            if ((best < Findings.Suspicious || goesOn) && open < MostOpen)
            {
                from = Onset(from, w, sign);
                flagged.Add((from, w, best, sign));
                for (var at = from; at <= w; at++)
                    Unusual[at] = Moved[at] = true;
                (open, openSign) = (open + 1, sign);
                continue;
            }

            if (open >= MostOpen)
                Rebase(w, openSign);
            open = 0;
        }

        findings.CountTests(Symptom.Level, tests);
        return flagged;
    }

    // What lasts is usual from now on: what is drawn from before it is moved to its height.
    private void Rebase(int window, int sign)
    {
        var first = window - 1;
        while (first > 0 && Unusual[first - 1] && !(Scores[first - 1] * sign < 0))
            first--;
        var height = Robust.Median(Enumerable.Range(Math.Max(first, window - 14), Math.Min(14, window - first))
            .Select(w => surprises[w] * (hours is null ? 1 : hours[w % hours.Length])));
        for (var w = first; w < grid.Count && double.IsFinite(height); w++)
            Reference.Levels[w] += height;
        for (var w = first; w < window && double.IsFinite(height); w++)
            (means[w], surprises[w]) = (means[w] - height, surprises[w] - (height / (hours is null ? 1 : hours[w % hours.Length])));
        Array.Clear(Unusual, first, window + 1 - first);
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

    // What came twice before, and half as far at least, is usual where no clock or calendar tells what is.
    private double Recurring(int first, int last, double p, List<(int First, int Last, double PValue)> runs)
    {
        if (Reference.Season is Season.Weekly or Season.Daily)
            return p;
        var height = Highest(last, last - first + 1);
        var alike = runs.Count(r => (r.First > last || r.Last < first) && Highest(r.Last, r.Last - r.First + 1) > 0.5 * height);
        return alike < 2 ? p : Math.Max(p, (alike + 1.0) / grid.Count);
    }

    private void Describe(List<(int First, int Last, double PValue, int Sign)> flagged, Findings findings)
    {
        foreach (var side in flagged.GroupBy(f => f.Sign))
        {
            List<(int First, int Last, double PValue)> runs = [];
            new Findings().AddRuns([.. side.Select(f => (f.First, f.Last, f.PValue))], 1, (first, last, p) =>
            {
                runs.Add((first, last, p));
                return new(Symptom.Level, first, last, p, 0, "");
            });
            findings.AddRuns(runs, 1, (first, last, p) =>
            {
                p = Recurring(first, last, p, runs);
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
}
