namespace FeatureGovernance.Statistics.Inference;

/// <summary>How a series of window scores changed.</summary>
public enum ChangeKind
{
    /// <summary>Away and back within a few windows.</summary>
    Spike,

    /// <summary>From one level to another at once.</summary>
    Step,

    /// <summary>Gradually.</summary>
    Drift,

    /// <summary>The level holds, the scatter does not.</summary>
    Variance,

    /// <summary>A part of the values left; the rest stayed.</summary>
    Mixture,
}

/// <summary>Tells the kinds of change apart by which picture leaves the least unexplained.</summary>
public static class ChangeShape
{
    // How many windows a level may be on its way; at once is a jump.
    private static readonly int[] Ways = [1, 5, 7, 10, 14, 20, 28, 40, 56];

    // A spike is so short.
    private const int MostOfSpike = 3;

    // What the better fit of a line must be worth, as a multiple of what the Bayesian information criterion asks for one number more.
    private const double LineCosts = 1.5;

    /// <summary>The kind of a change of level.</summary>
    /// <param name="before">Standardised levels of ordinary windows before, oldest first.</param>
    /// <param name="during">Standardised levels of the windows of the change, oldest first.</param>
    /// <param name="returned">Whether windows after the change are ordinary again.</param>
    public static ChangeKind OfLevel(ReadOnlySpan<double> before, ReadOnlySpan<double> during, bool returned)
    {
        if (during.Length <= MostOfSpike || (returned && Core(during) <= MostOfSpike))
            return returned ? ChangeKind.Spike : ChangeKind.Step;
        return OfWay([.. before, .. during], 1, before.Length + during.Length - 1).Kind;
    }

    /// <summary>Whether levels jump from one height to another or go there on a straight line of five windows or more, and where that begins.</summary>
    /// <param name="levels">Oldest first; those that are not finite are left out.</param>
    /// <param name="from">The first window in which it may begin.</param>
    /// <param name="to">The first in which it may not.</param>
    /// <remarks>The squares that either leaves decide, after the Bayesian information criterion.</remarks>
    public static (ChangeKind Kind, int Start) OfWay(ReadOnlySpan<double> levels, int from, int to)
    {
        (ChangeKind Kind, int Start) found = (ChangeKind.Step, from);
        var least = double.PositiveInfinity;
        var count = 0;
        foreach (var level in levels)
            count += double.IsFinite(level) ? 1 : 0;
        foreach (var way in Ways)
        {
            if (way > levels.Length)
                break;
            for (var start = from; start < to; start++)
            {
                var cost = (count * Math.Log(Unexplained(levels, start, way))) + (way > 1 ? LineCosts * Math.Log(count) : 0);
                if (cost < least)
                    (found, least) = ((way > 1 ? ChangeKind.Drift : ChangeKind.Step, start), cost);
            }
        }

        return found;
    }

    // The windows that make up the change: those that stand out by half its height or more, and what lies between them.
    private static int Core(ReadOnlySpan<double> during)
    {
        var side = Math.Sign(Average(during));
        var highest = 0.0;
        foreach (var level in during)
            highest = Math.Max(highest, level * side);
        var (first, last) = (during.Length, -1);
        for (var i = 0; i < during.Length; i++)
        {
            if (during[i] * side >= 0.5 * highest)
                (first, last) = (Math.Min(first, i), i);
        }

        return last - first + 1;
    }

    // The squares that are left of levels which go from one height to another from a window on, within some windows; no less than rounding leaves.
    private static double Unexplained(ReadOnlySpan<double> levels, int start, int way)
    {
        double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
        for (var i = 0; i < levels.Length; i++)
        {
            if (!double.IsFinite(levels[i]))
                continue;
            double height = Math.Clamp((i - start + 1.0) / way, 0, 1), level = levels[i];
            (n, x, y, xx, xy, yy) = (n + 1, x + height, y + level, xx + (height * height), xy + (height * level), yy + (level * level));
        }

        double spread = xx - (x * x / n), joint = xy - (x * y / n), all = yy - (y * y / n);
        return Math.Max(1e-9 * (1 + yy), spread > 1e-12 ? all - (joint * joint / spread) : all);
    }

    /// <summary>The kind of a change of the values within windows, by which quantiles moved.</summary>
    /// <param name="quantiles">Ascending quantiles of the change, at even shares.</param>
    /// <param name="reference">Those of the reference, at the same shares.</param>
    /// <param name="deviation">The standard deviation of the reference.</param>
    /// <returns>Null where most quantiles moved the same way: a change of level.</returns>
    public static ChangeKind? OfShape(ReadOnlySpan<double> quantiles, ReadOnlySpan<double> reference, double deviation)
    {
        int up = 0, down = 0, still = 0;
        for (var i = 0; i < quantiles.Length; i++)
        {
            var moved = (quantiles[i] - reference[i]) / deviation;
            if (moved > 0.25)
                up++;
            else if (moved < -0.25)
                down++;
            else
                still++;
        }

        if (up > 0 && down > 0)
            return ChangeKind.Variance;
        return still >= quantiles.Length / 3 && up + down > 0 ? ChangeKind.Mixture : null;
    }

    private static double Average(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        foreach (var number in numbers)
            sum += number;
        return sum / numbers.Length;
    }
}
