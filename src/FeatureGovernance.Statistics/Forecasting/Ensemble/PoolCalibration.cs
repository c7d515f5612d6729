namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// What the backtests of all series of one kind say together: how far errors reach in units of each series' own scale (split-conformal
/// quantiles by step, a series' own backtest left out origin by origin), and how much forecasts of yearly kind run behind what comes.
/// With few backtests it falls back on the reach that the M1 and tourism series agree on.
/// </summary>
/// <param name="TypicalMiss">Geometric mean size of an origin's misses.</param>
/// <param name="Reach80">Half width of the 80 % interval by step, in scaled standard errors.</param>
/// <param name="Reach95">The same at 95 %.</param>
/// <param name="StepCorrelation">Correlation of the misses of neighbouring steps.</param>
/// <param name="Drift">Logarithm of the correction of the point forecast, by step.</param>
/// <param name="Weights">The members' weights.</param>
internal sealed record PoolCalibration(double TypicalMiss, double[] Reach80, double[] Reach95, double StepCorrelation, double[] Drift, PoolWeights Weights)
{
    /// <summary>Origins' worth of belief that a series misses as its kind does.</summary>
    private const double PriorOrigins = 4;

    /// <summary>Keeps one lucky origin from claiming perfection.</summary>
    private const double MissFloor = 0.05;

    /// <summary>Backtested values at which a pool's own quantile counts as much as the fallback.</summary>
    private const double PriorMisses = 60;

    /// <summary>Backtested values at which half of a pool's median drift would be believed, and the most that is.</summary>
    private const double PriorDrifts = 100;

    private const double MostDrift = 0.5;

    private const double DefaultMiss = 1.1;

    private const double DefaultCorrelation = 0.7;

    /// <summary>
    /// A backtest differs from the forecast: it forecasts with the members' plain median and with structures chosen on less (worse),
    /// and short series know their own misses badly. Fitted to the coverage of the M1 and tourism series.
    /// </summary>
    private static readonly (double Gain, double PerObservation) Handicap = (0.895, 2.0);

    public static PoolCalibration Learn(IReadOnlyList<SeriesAnalysis> pool)
    {
        var horizon = pool.Max(series => series.StandardErrors.Length);
        double logs = PriorOrigins * Math.Log(DefaultMiss), count = PriorOrigins;
        foreach (var misses in pool.SelectMany(series => series.Misses))
        {
            logs += Math.Log(Size(misses));
            count++;
        }
        var typical = Math.Exp(logs / count);
        var reaches = new List<double>[horizon];
        var ratios = new List<double>[horizon];
        for (var h = 0; h < horizon; h++) (reaches[h], ratios[h]) = ([], []);
        foreach (var series in pool)
        {
            for (var i = 0; i < series.Misses.Count; i++)
            {
                var scale = Scale(series.Misses, typical, leaveOut: i);
                for (var h = 0; h < series.Misses[i].Length; h++) reaches[h].Add(Math.Abs(series.Misses[i][h]) / scale);
            }
            foreach (var origin in series.LogRatios)
                for (var h = 0; h < origin.Length; h++) ratios[h].Add(origin[h]);
        }
        var reach80 = new double[horizon];
        var reach95 = new double[horizon];
        var drift = new double[horizon];
        var yearly = pool.All(series => series.Period == 1);
        for (var h = 0; h < horizon; h++)
        {
            var approach = 1 - Math.Exp(-h / 4.0);
            reach80[h] = Blend(reaches[h], 0.80, 1.6 + 0.5 * approach);
            reach95[h] = Blend(reaches[h], 0.95, 2.85 + 0.65 * approach);
            if (yearly && ratios[h].Count > 0)
                drift[h] = Math.Min(MostDrift, ratios[h].Count / (ratios[h].Count + PriorDrifts)) * Quantile(ratios[h], 0.5);
        }
        // Steps that no backtest reaches continue the last one that some did.
        for (var h = 1; h < horizon; h++)
            if (yearly && ratios[h].Count == 0) drift[h] = drift[h - 1];
        return new PoolCalibration(typical, Smooth(reach80), Smooth(reach95), Correlation(pool), drift, PoolWeights.Learn(pool));
    }

    /// <summary>The calibrated forecast of a series of this pool.</summary>
    public SeriesForecast Apply(SeriesAnalysis series)
    {
        var scale = Scale(series.Misses, TypicalMiss, leaveOut: -1) * (Handicap.Gain + Handicap.PerObservation / series.Observations);
        var weights = Combination.Blend(Weights.For(series.Forecasts), series.Weights, series.Past.Count);
        var combined = Combination.Combine(series.Forecasts, weights);
        var steps = new ForecastStep[series.StandardErrors.Length - series.TrailingMissing];
        for (var i = 0; i < steps.Length; i++)
        {
            var h = i + series.TrailingMissing;
            var growth = series.LogRatios.Count > 0 ? Math.Exp(Drift[h]) : 1;
            var mean = combined[h] * growth;
            var error = series.StandardErrors[h] * scale * growth;
            steps[i] = new ForecastStep(
                Floor(mean), Floor(mean - Reach80[h] * error), Floor(mean + Reach80[h] * error), Floor(mean - Reach95[h] * error), Floor(mean + Reach95[h] * error));
        }
        var shares = series.Forecasts.Select((member, k) => new MemberShare(member.Member, member.Model, weights[k])).ToArray();
        return new SeriesForecast(steps, shares, series.Notes, StepCorrelation, series.Past.Count > 0 ? Report(series) : null)
        {
            PastErrors = [.. series.Past.SelectMany(past => past.Actual.Zip(past.Mean, (actual, mean) => actual - mean))],
        };

        double Floor(double value) => series.NonNegative ? Math.Max(value, 0) : value;
    }

    private BacktestReport Report(SeriesAnalysis series)
    {
        var scores = new BacktestScores(series.SeasonalStep, series.SeasonalSquare);
        for (var i = 0; i < series.Past.Count; i++)
        {
            var scale = Scale(series.Misses, TypicalMiss, leaveOut: i);
            for (var h = 0; h < series.Past[i].Actual.Length; h++) scores.Add(series.Past[i], h, scale * Reach80[h], scale * Reach95[h]);
        }
        return scores.Report(series.Past.Count);
    }

    /// <summary>Pooled correlation of neighbouring misses about zero, shrunk towards that of a slowly wandering level.</summary>
    private static double Correlation(IReadOnlyList<SeriesAnalysis> pool)
    {
        double cross = 0, square = 0;
        foreach (var misses in pool.SelectMany(series => series.Misses))
        {
            // Each origin counts alike, whatever the size of its misses.
            var size = Size(misses);
            for (var h = 1; h < misses.Length; h++)
            {
                cross += misses[h] * misses[h - 1] / (size * size);
                square += (misses[h] * misses[h] + misses[h - 1] * misses[h - 1]) / 2 / (size * size);
            }
        }
        return Math.Clamp((cross + PriorMisses * DefaultCorrelation) / (square + PriorMisses), 0, 0.99);
    }

    private static double Scale(IReadOnlyList<double[]> misses, double typical, int leaveOut)
    {
        var logs = PriorOrigins * Math.Log(typical);
        var count = PriorOrigins;
        for (var i = 0; i < misses.Count; i++)
        {
            if (i == leaveOut) continue;
            logs += Math.Log(Size(misses[i]));
            count++;
        }
        return Math.Exp(logs / count);
    }

    private static double Size(double[] misses) => Math.Min(misses.Average(Math.Abs), 1e6) + MissFloor;

    private static double Blend(List<double> values, double probability, double fallback) =>
        values.Count == 0 ? fallback : (values.Count * Quantile(values, probability) + PriorMisses * fallback) / (values.Count + PriorMisses);

    private static double Quantile(List<double> values, double probability)
    {
        values.Sort();
        var position = probability * (values.Count - 1);
        var before = (int)position;
        var after = Math.Min(before + 1, values.Count - 1);
        return values[before] + (values[after] - values[before]) * (position - before);
    }

    private static double[] Smooth(double[] values)
    {
        var smooth = new double[values.Length];
        for (var h = 0; h < values.Length; h++)
        {
            var first = Math.Max(h - 1, 0);
            var last = Math.Min(h + 1, values.Length - 1);
            for (var k = first; k <= last; k++) smooth[h] += values[k] / (last - first + 1);
        }
        return smooth;
    }
}
