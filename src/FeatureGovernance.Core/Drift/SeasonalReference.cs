using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>By what cells of the past a cell is judged.</summary>
internal enum Season
{
    /// <summary>The same hour of the same weekday.</summary>
    Weekly,

    /// <summary>The same hour.</summary>
    Daily,

    /// <summary>The cells just before.</summary>
    None,

    /// <summary>The windows of the last weeks, whatever the hour.</summary>
    Level,
}

/// <summary>What each cell is expected to be, from the cells that match it by hour and weekday in the weeks before.</summary>
/// <param name="Series">The cells.</param>
/// <param name="Season">Which cells match.</param>
/// <param name="LevelMemory">The share of the last days' surprise that is carried over, 0 to 1.</param>
internal sealed record SeasonalReference(CellSeries Series, Season Season, double LevelMemory)
{
    private const int LeastMatches = 3;

    // Windows of the past that tell a level without a season.
    private const int LevelWindows = 28;
    private const int LeastLevelWindows = 10;
    private readonly double[] windows = MeansOf(Series);

    /// <summary>
    /// By window, the sum of all changes of level that were taken for lasting: what is drawn from before such a change is moved by it.
    /// </summary>
    public double[] Levels { get; } = new double[Series.Grid.Count];

    /// <summary>Takes the season and memory that leave the smallest usual surprise.</summary>
    public static SeasonalReference Choose(CellSeries series)
    {
        var none = new bool[series.Grid.Count];
        // The season by how well single cells are foreseen, the memory by how well windows are.
        ReadOnlySpan<Season> seasons = series.Grid switch
        {
            { Length: WindowLength.Hour } => [Season.Weekly, Season.Daily, Season.None],
            { CellsPerDay: > 0 } => [Season.Weekly, Season.Daily, Season.None, Season.Level],
            _ => [Season.None, Season.Level],
        };
        var (season, cells, least) = (Season.None, Array.Empty<double>(), double.PositiveInfinity);
        foreach (var candidate in seasons)
        {
            var surprises = new SeasonalReference(series, candidate, 0).Surprises(none);
            if (SizeOfCells(surprises) is var size && size < least)
                (season, cells, least) = (candidate, surprises, size * 0.98);
        }

        var best = new SeasonalReference(series, season, 0);
        // Nothing is foreseen of so few values.
        if (cells.Length == 0)
            return best;
        least = double.PositiveInfinity;
        foreach (var memory in (ReadOnlySpan<double>)[0, 0.5, 1])
        {
            var candidate = best with { LevelMemory = memory };
            if (Size(candidate.WindowSurprises(cells, none)) is var size && size < least)
                (best, least) = (candidate, size * 0.98);
        }

        return best;

        // Weekends are too few to show in a median. By days, what counts is the calmer half of the past: a step spoils but one of them.
        double SizeOfCells(double[] surprises)
        {
            if (series.Grid is not { CellsPerWindow: 1, Length: WindowLength.Day })
                return Size(surprises);
            var middle = surprises.Length / 2;
            return Math.Min(Kept(surprises[..middle]), Kept(surprises[middle..]));
        }

        static double Kept(double[] surprises)
        {
            var sorted = Robust.Sorted(surprises.Select(Math.Abs));
            return sorted.Length < 10 ? double.PositiveInfinity : sorted[..(int)Math.Ceiling(0.9 * sorted.Length)].Average();
        }

        // Where the usual window is no surprise at all, the mean tells the candidates apart.
        static double Size(double[] surprises)
        {
            double[] known = [.. surprises.Where(double.IsFinite)];
            return known.Length < 20 ? double.PositiveInfinity : Robust.Scale(known) + (0.05 * known.Select(Math.Abs).Average());
        }
    }

    /// <summary>The expected value of a cell, leaving out windows that were unusual; NaN where the past is too short.</summary>
    public double Expected(int cell, bool[] unusual)
    {
        Span<double> matches = stackalloc double[LevelWindows];
        var window = cell / Series.Grid.CellsPerWindow;
        if (Season == Season.Level)
            return ExpectedLevel(window, unusual, matches);
        var (step, wanted, reach) = Season switch
        {
            Season.Weekly => (Series.Grid.CellsPerDay * 7, 6, 16),
            Season.Daily => (Series.Grid.CellsPerDay, 12, 60),
            Season.None or Season.Level => (1, 14, 200),
        };
        var found = 0;
        // What came just before ends where the window begins: a window is no reference of itself.
        for (int back = 1, at = step == 1 ? (window * Series.Grid.CellsPerWindow) - 1 : cell - step; back <= reach && at >= 0 && found < wanted; back++, at -= step)
        {
            var from = at / Series.Grid.CellsPerWindow;
            if (double.IsFinite(Series.Values[at]) && !unusual[from])
                matches[found++] = Series.Values[at] + Levels[window] - Levels[from];
        }

        return Middle(matches[..found]);
    }

    private double ExpectedLevel(int window, bool[] unusual, Span<double> matches)
    {
        var found = 0;
        for (int at = window - 1, back = 1; at >= 0 && back <= 4 * LevelWindows && found < LevelWindows; at--, back++)
        {
            if (double.IsFinite(windows[at]) && !unusual[at])
                matches[found++] = windows[at] + Levels[window] - Levels[at];
        }

        return found < LeastLevelWindows ? double.NaN : Middle(matches[..found]);
    }

    private static double Middle(Span<double> matches)
    {
        if (matches.Length < LeastMatches)
            return double.NaN;
        matches.Sort();
        return Robust.QuantileOfSorted(matches, 0.5);
    }

    private static double[] MeansOf(CellSeries series)
    {
        var means = new double[series.Grid.Count];
        for (var w = 0; w < means.Length; w++)
            means[w] = Mean(series.Values, w, series.Grid.CellsPerWindow);
        return means;
    }

    /// <summary>Cell by cell, the value less what was expected.</summary>
    public double[] Surprises(bool[] unusual)
    {
        var surprises = new double[Series.Values.Length];
        for (var cell = 0; cell < surprises.Length; cell++)
            surprises[cell] = Series.Values[cell] - (double.IsFinite(Series.Values[cell]) ? Expected(cell, unusual) : double.NaN);
        return surprises;
    }

    /// <summary>The mean surprise of each window, less the level that the last windows carry over.</summary>
    public double[] WindowSurprises(double[] cells, bool[] unusual)
    {
        var means = new double[Series.Grid.Count];
        for (var w = 0; w < means.Length; w++)
            means[w] = Mean(cells, w);
        var windows = new double[means.Length];
        for (var w = 0; w < windows.Length; w++)
            windows[w] = means[w] - Carried(means, w, unusual);
        return windows;
    }

    /// <summary>What of the surprise of earlier windows is expected to hold on.</summary>
    public double Carried(double[] means, int window, bool[] unusual)
    {
        if (LevelMemory == 0)
            return 0;
        var (wanted, reach) = Series.Grid.Length == WindowLength.Hour ? (24, 96) : (7, 70);
        var recent = new List<double>(wanted);
        for (var at = window - 1; at >= 0 && recent.Count < wanted && window - at <= reach; at--)
        {
            if (!unusual[at] && double.IsFinite(means[at]))
                recent.Add(means[at]);
        }

        return recent.Count < 3 ? 0 : LevelMemory * Robust.Median(recent);
    }

    /// <summary>The mean of the finite cells of a window; NaN where less than a quarter are.</summary>
    public double Mean(double[] cells, int window) => Mean(cells, window, Series.Grid.CellsPerWindow);

    private static double Mean(double[] cells, int window, int size)
    {
        double sum = 0, count = 0;
        for (var cell = window * size; cell < (window + 1) * size; cell++)
        {
            if (double.IsFinite(cells[cell]))
                (sum, count) = (sum + cells[cell], count + 1);
        }

        return count > 0 && 4 * count >= size ? sum / count : double.NaN;
    }
}
