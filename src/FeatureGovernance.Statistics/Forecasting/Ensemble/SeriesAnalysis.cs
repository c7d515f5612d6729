namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>Everything learned from one series by itself, before the pool of its kind has its say.</summary>
/// <param name="Values">The series as prepared.</param>
/// <param name="Forecasts">The members.</param>
/// <param name="Weights">Their weights by the series' own backtest, adding to 1.</param>
/// <param name="Rows">What the members said at some steps of the backtest, for the pool to learn from.</param>
/// <param name="Origins">What the members said from past origins, beside what came.</param>
/// <param name="SeasonalStep">Mean absolute change of the series over one cycle, the unit of MASE; NaN where no two values are a cycle
/// apart.</param>
/// <param name="SeasonalSquare">Mean squared change over one cycle, the unit of RMSSE.</param>
/// <param name="LogRatios">Per past origin and step, the logarithm of what came over the members' median; empty where values are not all
/// positive.</param>
/// <param name="NonNegative">Whether no value was below zero, so that no forecast may be.</param>
/// <param name="Period">Observations per cycle.</param>
/// <param name="TrailingMissing">Steps to skip before the first one asked for.</param>
/// <param name="Notes">What was done to the input.</param>
internal sealed record SeriesAnalysis(
    double[] Values, IReadOnlyList<MemberForecast> Forecasts, double[] Weights, IReadOnlyList<BlendRow> Rows, IReadOnlyList<PastOrigin> Origins,
    double SeasonalStep, double SeasonalSquare, IReadOnlyList<double[]> LogRatios, bool NonNegative, int Period, int TrailingMissing,
    IReadOnlyList<string> Notes)
{
    private const int OriginCount = 6;
    private const int RowsPerOrigin = 12;

    /// <summary>Series shorter than this get the random walk: no method could be told from another.</summary>
    private const int FewestForModels = 5;

    /// <summary>Steps after which an assumed standard error, of a quarter per step, has grown to the value itself.</summary>
    private const int MostAssumedSteps = 16;

    /// <summary>Values the forecast rests on.</summary>
    public int Observations => Values.Length;

    /// <summary>True where one value is all there is, so that its spread is an assumption and not an estimate.</summary>
    public bool IsAssumed => Observations == 1;

    public static SeriesAnalysis Of(SeriesInput input)
    {
        var prepared = SeriesPreparation.Prepare(input);
        var y = prepared.Values;
        var horizon = input.Horizon + prepared.TrailingMissing;
        var notes = prepared.Notes.ToList();
        var nonNegative = Array.TrueForAll(y, value => value >= 0);
        if (y.Length < FewestForModels || Arima.Differencing.IsConstant(y))
            return Simple(y, input.Period, horizon, prepared, notes, nonNegative);

        var fits = MemberFits.Choose(y, input.Period, horizon);
        var past = RollingOrigin.Run(fits, y, input.Period, horizon, OriginCount);
        var (step, square) = SeasonalChange(y, input.Period);
        return new SeriesAnalysis(
            y, fits.Forecasts, Combination.Weights(fits.Forecasts, past), BlendRows(fits.Forecasts, past), past, step, square,
            Array.TrueForAll(y, value => value > 0) ? Ratios(past) : [], nonNegative, input.Period, prepared.TrailingMissing, notes);
    }

    private static List<double[]> Ratios(List<PastOrigin> past)
    {
        var ratios = new List<double[]>();
        foreach (var origin in past)
        {
            var middle = Combination.MedianMean(origin.Forecasts);
            if (Array.TrueForAll(middle, value => value > 0)) ratios.Add([.. origin.Actual.Select((value, h) => Math.Log(value / middle[h]))]);
        }
        return ratios;
    }

    private static List<BlendRow> BlendRows(IReadOnlyList<MemberForecast> members, IReadOnlyList<PastOrigin> past)
    {
        var rows = new List<BlendRow>();
        foreach (var origin in past)
        {
            var middle = Combination.MedianMean(origin.Forecasts);
            var paths = members.Select(member => origin.Forecasts.FirstOrDefault(one => one.Member == member.Member)?.Mean ?? middle).ToArray();
            var stride = (origin.Actual.Length + RowsPerOrigin - 1) / RowsPerOrigin;
            for (var h = origin.Actual.Length - 1; h >= 0; h -= stride)
            {
                var (at, size) = (h, Math.Abs(origin.Actual[h]) + Math.Abs(middle[h]));
                if (size > 0) rows.Add(new BlendRow((float)(origin.Actual[h] / size),
                    Array.ConvertAll(paths, path => (float)Math.Clamp(path[at] / size, -1e6, 1e6))));
            }
        }
        return rows;
    }

    private static (double Absolute, double Square) SeasonalChange(double[] y, int period)
    {
        double absolute = 0, square = 0;
        var count = y.Length - period;
        for (var t = period; t < y.Length; t++)
        {
            absolute += Math.Abs(y[t] - y[t - period]) / count;
            square += (y[t] - y[t - period]) * (y[t] - y[t - period]) / count;
        }
        return count > 0 ? (absolute, square) : (double.NaN, double.NaN);
    }

    private static SeriesAnalysis Simple(
        double[] y, int period, int horizon, SeriesPreparation prepared, List<string> notes, bool nonNegative)
    {
        var moves = 0.0;
        for (var t = 1; t < y.Length; t++) moves += (y[t] - y[t - 1]) * (y[t] - y[t - 1]) / (y.Length - 1);
        if (y.Length == 1)
        {
            // One value tells nothing of its spread: a quarter of its size is assumed for a step.
            moves = y[0] * y[0] / 16;
            notes.Add("one observation: its value is repeated and the interval is an assumption, a standard error of 25 % per step that grows to 100 %");
        }
        else if (y.Length < FewestForModels) notes.Add("fewer than 5 observations: the last value is repeated");
        else notes.Add("constant series");
        var mean = new double[horizon];
        Array.Fill(mean, y[^1]);
        var errors = new double[horizon];
        for (var h = 0; h < horizon; h++) errors[h] = Math.Sqrt(moves * Math.Min(h + 1, y.Length == 1 ? MostAssumedSteps : horizon));
        return new SeriesAnalysis(
            y, [new MemberForecast("naive", "random walk", mean, errors)], [1], [], [], double.NaN, double.NaN, [], nonNegative, period,
            prepared.TrailingMissing, notes);
    }
}
