namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// What the backtests of all series of one kind say together: how far errors reach in units of each series' own scale (split-conformal
/// quantiles by step, a series' own backtest left out origin by origin). With few backtests it falls back on the reach that the M1 and
/// tourism series agree on.
/// </summary>
/// <param name="TypicalMiss">Geometric mean size of an origin's misses.</param>
/// <param name="Reach80">Half width of the 80 % interval by step, in scaled standard errors.</param>
/// <param name="Reach95">The same at 95 %.</param>
/// <param name="StepCorrelation">Correlation of the misses of neighbouring steps.</param>
internal sealed record PoolCalibration(double TypicalMiss, double[] Reach80, double[] Reach95, double StepCorrelation)
{
    /// <summary>Origins' worth of belief that a series misses as its kind does.</summary>
    private const double PriorOrigins = 4;

    /// <summary>Keeps one lucky origin from claiming perfection.</summary>
    private const double MissFloor = 0.05;

    /// <summary>Backtested values at which a pool's own quantile counts as much as the fallback.</summary>
    private const double PriorMisses = 60;

    private const double DefaultMiss = 1.1;

    private const double Normal80 = 1.2815515655446004;
    private const double Normal95 = 1.959963984540054;

    private const double DefaultCorrelation = 0.7;

    /// <summary>
    /// A backtest differs from the forecast: it knows less (worse), its weights and drift were learned from the errors it is judged by
    /// (better), and short series, quarterly ones above all, know their own misses badly and have longer tails than many. Fitted to the
    /// coverage of the M1 and tourism series, and where there is no season to that of random walks too, whose true intervals are known.
    /// </summary>
    private static (double Gain, double PerObservation, double Tail) Handicap(int period) => period switch
    {
        1 => (0.94, 1.2, 1.03),
        <= 4 => (0.855, 8, 1.18),
        _ => (0.866, 2, 1),
    };

    /// <summary>The forecasts of a pool, in its order.</summary>
    public static SeriesForecast[] Forecast(IReadOnlyList<SeriesAnalysis> pool)
    {
        var weights = PoolWeights.Learn(pool);
        var memory = PoolMemory.Learn(pool);
        var drift = memory.Now is null ? PoolDrift.Learn(pool, pool.Max(series => series.Forecasts[0].Mean.Length)) : PoolDrift.None;
        var combined = pool.Select(series => CombinedSeries.Of(series, weights, drift, memory)).ToList();
        var calibration = Learn(combined);
        return [.. combined.Select(calibration.Apply)];
    }

    private static PoolCalibration Learn(List<CombinedSeries> pool)
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
        for (var h = 0; h < horizon; h++) reaches[h] = [];
        foreach (var series in pool)
        {
            for (var i = 0; i < series.Misses.Count; i++)
            {
                var scale = Scale(series.Misses, typical, leaveOut: i);
                for (var h = 0; h < series.Misses[i].Length; h++) reaches[h].Add(Math.Abs(series.Misses[i][h]) / scale);
            }
        }
        var reach80 = new double[horizon];
        var reach95 = new double[horizon];
        for (var h = 0; h < horizon; h++)
        {
            var approach = 1 - Math.Exp(-h / 4.0);
            reach80[h] = Blend(reaches[h], 0.80, 1.6 + 0.5 * approach);
            reach95[h] = Blend(reaches[h], 0.95, 2.85 + 0.65 * approach);
        }
        return new PoolCalibration(typical, Smooth(reach80), Smooth(reach95), Correlation(pool));
    }

    /// <summary>The calibrated forecast of a series of this pool.</summary>
    private SeriesForecast Apply(CombinedSeries combined)
    {
        var series = combined.Series;
        var (gain, perObservation, tail) = Handicap(series.Period);
        var scale = Scale(combined.Misses, TypicalMiss, leaveOut: -1) * (gain + perObservation / series.Observations);
        var steps = new ForecastStep[combined.Mean.Length - series.TrailingMissing];
        for (var i = 0; i < steps.Length; i++)
        {
            var h = i + series.TrailingMissing;
            var (mean, error) = (combined.Mean[h], combined.StandardErrors[h]);
            // What is assumed of a single value cannot be calibrated.
            var (half80, half95) = series.IsAssumed ? (Normal80 * error, Normal95 * error) : (Reach80[h] * scale * error, Reach95[h] * scale * tail * error);
            steps[i] = new ForecastStep(Bound(mean), Bound(mean - half80), Bound(mean + half80), Bound(mean - half95), Bound(mean + half95));
        }
        var shares = series.Forecasts.Select((member, k) => new MemberShare(member.Member, member.Model, combined.Weights[k])).ToArray();
        return new SeriesForecast(steps, shares, series.Notes, StepCorrelation, combined.Past.Count > 0 ? Report(combined) : null)
        {
            PastErrors = [.. combined.Past.SelectMany(past => past.Actual.Zip(past.Mean, (actual, mean) => actual - mean))],
        };

        // Tails of series that span hundreds of powers of ten may leave the range of a double.
        double Bound(double value) => Math.Clamp(value, series.NonNegative ? 0 : -double.MaxValue, double.MaxValue);
    }

    private BacktestReport Report(CombinedSeries series)
    {
        var scores = new BacktestScores(series.Series.SeasonalStep, series.Series.SeasonalSquare);
        for (var i = 0; i < series.Past.Count; i++)
        {
            var scale = Scale(series.Misses, TypicalMiss, leaveOut: i);
            for (var h = 0; h < series.Past[i].Actual.Length; h++) scores.Add(series.Past[i], h, scale * Reach80[h], scale * Reach95[h]);
        }
        return scores.Report(series.Past.Count);
    }

    /// <summary>Pooled correlation of neighbouring misses about zero, shrunk towards that of a slowly wandering level.</summary>
    private static double Correlation(List<CombinedSeries> pool)
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

    internal static double Quantile(List<double> values, double probability)
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
