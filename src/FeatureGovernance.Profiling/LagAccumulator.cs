using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Profiling;

/// <summary>How many rows had an age.</summary>
/// <param name="Known">Rows with one.</param>
/// <param name="Negative">Of these, rows that were read before their values held.</param>
/// <param name="Unreadable">Rows whose columns hold something else than times not too far apart.</param>
internal readonly record struct LagCounts(long Known, long Negative, long Unreadable)
{
    public static LagCounts operator +(LagCounts left, LagCounts right) =>
        new(left.Known + right.Known, left.Negative + right.Negative, left.Unreadable + right.Unreadable);
}

/// <summary>The ages of the rows of one window and segment. Clocks differ: an age below zero counts as zero.</summary>
internal sealed class LagAccumulator
{
    /// <summary>In seconds, some 317 years: beyond it a column does not hold what it was taken for.</summary>
    public const double Longest = 1e10;

    private readonly KllSketch<double> ages = new(SketchItems.Doubles, KllSketch.DefaultK, 0);

    public LagCounts Counts { get; private set; }

    public double? Median => ages.Count > 0 ? ages.View().Quantile(0.5) : null;

    /// <param name="seconds">Ages; what is no number, or infinite, could not be read.</param>
    /// <param name="present">Which of them are there.</param>
    /// <param name="rows">Those to take.</param>
    /// <param name="times">How many rows each stands for.</param>
    public void Take(ReadOnlySpan<double> seconds, ReadOnlySpan<ulong> present, List<int> rows, long times)
    {
        foreach (var row in rows)
        {
            if (times == 0 || !Chunk.IsPresent(present, row))
                continue;
            var age = seconds[row];
            if (!(Math.Abs(age) <= Longest))
            {
                Counts += new LagCounts(0, 0, 1);
                continue;
            }

            Counts += new LagCounts(1, age < 0 ? 1 : 0, 0);
            for (var time = 0L; time < times; time++)
                ages.Update(Math.Max(0, age));
        }
    }
}
