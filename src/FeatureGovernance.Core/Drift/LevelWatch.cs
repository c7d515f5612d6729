using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the level of numbers against their seasonal reference.</summary>
internal sealed partial class LevelWatch
{
    private static readonly int[] Spans = [1, 3, 7];

    // After so many windows the new level is what is usual.
    private const int MostOpen = 45;
    private const int Memory = 90;

    // From so many cells upwards the mean of a window, none of them counting too much, is near normal.
    private const int CellsOfMean = 6;

    // So many of the highest scores may be incidents.
    private const int WildWindows = 2;

    private readonly CellSeries series;
    private readonly WindowGrid grid;
    private readonly double[] means;
    private readonly double[] surprises;
    private readonly double most;
    private readonly double usual;
    private readonly double[]? hours;

    private LevelWatch(CellSeries series)
    {
        (this.series, grid, Reference) = (series, series.Grid, SeasonalReference.Choose(series));
        (Unusual, means, surprises, Scores) = (new bool[grid.Count], new double[grid.Count], new double[grid.Count], new double[grid.Count]);
        Expected = new double[grid.Cells];
        Moved = new bool[grid.Count];
        var cells = Reference.Surprises(Unusual);
        most = grid.CellsPerWindow < CellsOfMean ? double.PositiveInfinity : MostOfCell(cells);
        var first = Reference.WindowSurprises(Array.ConvertAll(cells, Limited), Unusual);
        usual = Robust.Median(first);
        Scale = Robust.Scale([.. first.Where(double.IsFinite)]);
        if (grid.CellsPerWindow == 1 && grid.CellsPerDay > 1)
            hours = HoursScales(first);
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

    /// <summary>The windows whose level moved.</summary>
    public bool[] Moved { get; }

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
        DriftWatch.Watch(watch, findings);
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
        if (double.IsFinite(most) && present.Length > 0)
        {
            // Where most hours moved, it is the window that moved, however far.
            Array.Sort(present);
            var middle = Robust.QuantileOfSorted(present, 0.5);
            present = Array.ConvertAll(present, cell => middle + Limited(cell - middle));
        }

        means[w] = 4 * present.Length >= size && present.Length > 0 ? present.Average() : double.NaN;
        var carried = Reference.Carried(means, w, Unusual);
        for (var i = 0; i < size; i++)
            Expected[(w * size) + i] += carried;
        // Means of skewed values lie beside the medians they are held against.
        surprises[w] = (means[w] - carried - usual) / (hours is null ? 1 : hours[w % hours.Length]);
        Scores[w] = surprises[w] / ScaleBefore(w);
    }

    // How much wider each hour of the day surprises than hours do by and large; the scale of few days leans on that of all.
    private double[]? HoursScales(double[] first)
    {
        const double Lean = 8;
        var perDay = grid.CellsPerDay;
        var scales = new double[perDay];
        for (var hour = 0; hour < perDay; hour++)
        {
            var own = Enumerable.Range(0, grid.Count).Where(w => w % perDay == hour && double.IsFinite(first[w])).Select(w => first[w]).ToArray();
            var scale = own.Length < 3 ? Scale : Robust.Scale(own);
            scales[hour] = Math.Sqrt(((own.Length * scale * scale) + (Lean * Scale * Scale)) / (own.Length + Lean)) / Scale;
        }

        return Scale > 0 ? scales : null;
    }

    // A single wild hour is no change of level: it counts for no more than three times what a tenth of all hours exceed.
    private static double MostOfCell(double[] cells)
    {
        var ninth = Robust.QuantileOfSorted(Robust.Sorted(cells.Select(Math.Abs)), 0.9);
        return ninth > 0 ? 3 * ninth : double.PositiveInfinity;
    }

    /// <summary>A surprise of a cell, no wilder than counts.</summary>
    public double Limited(double surprise) => double.IsNaN(surprise) ? surprise : Math.Clamp(surprise, -most, most);

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
        if (Reference.Season is Season.None or Season.Level || pairs.Length < 20)
            return 0;
        var rest = Robust.Scale([.. pairs.Select(c => series.Values[c] - Expected[c])]);
        var whole = Robust.Scale([.. pairs.Select(c => series.Values[c])]);
        return whole > 0 ? Math.Clamp(1 - (rest * rest / (whole * whole)), 0, 1) : 0;
    }
}
