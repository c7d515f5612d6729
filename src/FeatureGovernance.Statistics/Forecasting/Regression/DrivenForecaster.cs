namespace FeatureGovernance.Statistics.Forecasting.Regression;

/// <summary>What a series may follow.</summary>
/// <param name="Name">How it is called.</param>
/// <param name="History">By step of the series' history, aligned at the end; NaN where missing, infinite values are refused.</param>
/// <param name="Future">By step ahead what is assumed; NaN where nothing is, to be forecast.</param>
public sealed record DriverSeries(string Name, IReadOnlyList<double> History, IReadOnlyList<double> Future)
{
    /// <summary>Whether somebody says how it goes on.</summary>
    public bool IsStated => Future.Any(double.IsFinite);
}

/// <summary>How a series was found to follow a driver.</summary>
/// <param name="Name">The driver.</param>
/// <param name="Coefficient">Of the driver's logarithm, an elasticity, or of the driver as it is, in the logarithm of the series.</param>
/// <param name="IsElasticity">Which of both: the logarithm where the driver is always above 0.</param>
/// <param name="Weight">How much the forecast rests on it, 0 to 1, by backtest.</param>
/// <param name="IsStated">Whether its future was given; else it was forecast.</param>
/// <param name="Level">Its mean over the last cycle, or the last step where there is no cycle.</param>
/// <param name="Future">Its values by step ahead.</param>
public sealed record DriverResponse(
    string Name, double Coefficient, bool IsElasticity, double Weight, bool IsStated, double Level, IReadOnlyList<double> Future)
{
    /// <summary>What becomes of the series, as a factor, where the driver is <paramref name="change"/> times more than it would be at
    /// <paramref name="value"/>.</summary>
    public double Changed(double value, double change) => Blended(IsElasticity ? Coefficient * Math.Log(1 + change) : Coefficient * value * change);

    /// <summary>The factor by which the series at a step differs from what it would be at the driver's present level.</summary>
    public double Grown(int step) => Blended(Coefficient * (IsElasticity ? Math.Log(Future[step] / Level) : Future[step] - Level));

    private double Blended(double logarithm) => 1 + Weight * (Math.Exp(Math.Clamp(logarithm, -10, 10)) - 1);
}

/// <summary>A forecast that rests on drivers as far as they were found to help.</summary>
/// <param name="Forecast">With its notes.</param>
/// <param name="Responses">Empty where no driver could be used.</param>
public sealed record DrivenForecast(SeriesForecast Forecast, IReadOnlyList<DriverResponse> Responses);

/// <summary>
/// Forecasts of series that may follow drivers: their effect is estimated by regression with autocorrelated errors and taken out, the
/// rest is forecast by the ensemble, and the effect of the drivers' future put on it. The result is blended with the forecast without
/// drivers by the weight that would have been best at past origins (least absolute error), shrunk towards none: n origins are trusted n
/// in n + 1 parts. A driver whose future is stated is judged by what it turned out to be, one that has to be forecast by what was
/// forecast of it then.
/// </summary>
public static class DrivenForecaster
{
    private const int FewestSteps = 12;
    private const int Origins = 6;
    private const int LongestReach = 24;
    private const double Normal80To95 = 1.5293;

    /// <summary>Forecasts one series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="drivers">At least one.</param>
    /// <param name="plain">The forecast of the same series without drivers.</param>
    /// <exception cref="ArgumentException">A driver's value is infinite, or its history or future is of another length than the
    /// series'.</exception>
    public static DrivenForecast Forecast(SeriesInput series, IReadOnlyList<DriverSeries> drivers, SeriesForecast plain)
    {
        foreach (var driver in drivers)
        {
            if (driver.History.Count != series.Values.Count || driver.Future.Count != series.Horizon)
                throw new ArgumentException($"Driver {driver.Name} is of another length than the series.", nameof(drivers));
            if (driver.History.Concat(driver.Future).Any(double.IsInfinity)) throw new ArgumentException($"A value of driver {driver.Name} is infinite.", nameof(drivers));
        }
        string names = string.Join(", ", drivers.Select(driver => driver.Name));
        if (series.Values.Any(value => value <= 0)) return Unused("the series has steps of 0");
        if (drivers.FirstOrDefault(driver => !driver.History.Any(double.IsFinite)) is { } unknown) return Unused($"{unknown.Name} was not observed in its time");
        var from = drivers.Max(driver => driver.History.TakeWhile(double.IsNaN).Count());
        double[] values = [.. series.Values.Skip(from)];
        if (values.Count(double.IsFinite) < 2 * FewestSteps) return Unused($"fewer than {2 * FewestSteps} steps in common");

        var known = drivers.Select(driver => Known.Of(driver, from)).ToList();
        if (Path(values, known, series.Period, series.Horizon) is not { } path) return Unused("history cannot tell their effect from that of trend and season");
        var (weight, origins) = Weight(values, known, series.Period, series.Horizon);
        var responses = known.Select((one, k) => new DriverResponse(
            one.Name, path.Coefficients[k], one.IsElasticity, weight, one.IsStated, one.History.TakeLast(series.Period).Average(), path.Futures[k])).ToList();
        var note = FormattableString.Invariant($"drivers ({names}): {weight:P0} of the forecast, by {origins} past origins");
        return new(plain with { Steps = [.. plain.Steps.Zip(path.Steps, (one, other) => Blend(one, other, weight))], Notes = [.. plain.Notes, note] }, responses);

        DrivenForecast Unused(string why) => new(plain with { Notes = [.. plain.Notes, $"drivers ({names}) are not used: {why}"] }, []);
    }

    private sealed record DrivenPath(double[] Coefficients, List<double[]> Futures, List<ForecastStep> Steps);

    /// <summary>What is forecast with the drivers; null where their effect cannot be told.</summary>
    private static DrivenPath? Path(double[] values, List<Known> drivers, int period, int horizon)
    {
        if (DriverEffects.Estimate(Array.ConvertAll(values, Math.Log), [.. drivers.Select(driver => driver.Scaled(driver.History))], period) is not { } coefficients)
            return null;
        var ahead = drivers.ConvertAll(driver => driver.Ahead(period, horizon));
        var usual = drivers.ConvertAll(driver => driver.Scaled(driver.History).Average());
        double Effect(Func<int, double> value) => Math.Clamp(drivers.Select((_, k) => coefficients[k] * (value(k) - usual[k])).Sum(), -10, 10);
        double[] rest = [.. values.Select((value, t) => value / Math.Exp(Effect(k => drivers[k].Scale(drivers[k].History[t]))))];
        var forecast = EnsembleForecaster.Forecast(new(rest, period, horizon));
        var steps = forecast.Steps.Select((step, h) =>
        {
            var factor = Math.Exp(Effect(k => drivers[k].Scale(ahead[k].Values[h])));
            // What is not known of the drivers' future adds to the spread as the variances of independent things do.
            var spread = Math.Sqrt(drivers.Select((_, k) => Math.Pow(coefficients[k] * ahead[k].Spread[h], 2)).Sum()) * step.Mean;
            double Wider(double end, double scale) =>
                step.Mean + Math.Sign(end - step.Mean) * Math.Sqrt(Math.Pow(end - step.Mean, 2) + Math.Pow(spread * scale, 2));
            return new ForecastStep(step.Mean * factor, Math.Max(0, Wider(step.Lower80, 1)) * factor, Wider(step.Upper80, 1) * factor,
                Math.Max(0, Wider(step.Lower95, Normal80To95)) * factor, Wider(step.Upper95, Normal80To95) * factor);
        });
        return new(coefficients, ahead.ConvertAll(one => one.Values), [.. steps]);
    }

    /// <summary>The weight that would have been best at past origins, and how many there were.</summary>
    private static (double Weight, int Origins) Weight(double[] values, List<Known> drivers, int period, int horizon)
    {
        var reach = Math.Min(Math.Min(horizon, LongestReach), values.Length - Math.Max(FewestSteps, values.Length / 2));
        var points = new List<(double Best, double Mass)>();
        var origins = 0;
        for (var i = 1; i <= Origins; i++)
        {
            var back = reach * i / Origins;
            var before = values[..^back];
            if (back == 0 || before.Count(double.IsFinite) < FewestSteps) continue;
            var then = drivers.ConvertAll(driver => driver.Before(back));
            if (Path(before, then, period, back) is not { } path) continue;
            var plain = EnsembleForecaster.Forecast(new(before, period, back));
            origins++;
            for (var h = 0; h < back; h++)
            {
                var (came, without, with) = (values[^(back - h)], plain.Steps[h].Mean, path.Steps[h].Mean);
                if (double.IsFinite(came) && with != without) points.Add(((came - without) / (with - without), Math.Abs(with - without) / came));
            }
        }
        // Least absolute error in one unknown is a weighted median.
        var (half, sum) = (points.Sum(point => point.Mass) / 2, 0.0);
        var best = points.OrderBy(point => point.Best).FirstOrDefault(point => (sum += point.Mass) >= half).Best;
        return (Math.Clamp(best, 0, 1) * origins / (origins + 1), origins);
    }

    private static ForecastStep Blend(ForecastStep one, ForecastStep other, double weight)
    {
        double Mix(double a, double b) => a + weight * (b - a);
        return new(Mix(one.Mean, other.Mean), Mix(one.Lower80, other.Lower80), Mix(one.Upper80, other.Upper80), Mix(one.Lower95, other.Lower95),
            Mix(one.Upper95, other.Upper95));
    }

    /// <summary>A driver without gaps: inner ones lie on the line between their neighbours, at the end the last value goes on.</summary>
    private sealed record Known(string Name, double[] History, double[] Future, bool IsElasticity, bool IsStated)
    {
        public static Known Of(DriverSeries driver, int from)
        {
            double[] all = [.. driver.History];
            var last = Array.FindIndex(all, double.IsFinite);
            for (var t = last + 1; t <= all.Length; t++)
            {
                if (t < all.Length && double.IsNaN(all[t])) continue;
                for (var gap = last + 1; gap < t; gap++)
                    all[gap] = t < all.Length ? all[last] + (all[t] - all[last]) * (gap - last) / (t - last) : all[last];
                last = t;
            }
            var history = all[from..];
            return new(driver.Name, history, [.. driver.Future],
                history.All(value => value > 0) && driver.Future.All(value => double.IsNaN(value) || value > 0), driver.IsStated);
        }

        public double Scale(double value) => IsElasticity ? Math.Log(value) : value;

        public double[] Scaled(double[] values) => Array.ConvertAll(values, Scale);

        /// <summary>As it was known some steps ago.</summary>
        public Known Before(int steps) =>
            this with { History = History[..^steps], Future = IsStated ? History[^steps..] : [.. Enumerable.Repeat(double.NaN, steps)] };

        /// <summary>What is stated of the future, and forecasts where nothing is, with half their 80 % intervals on the scale of the
        /// regression.</summary>
        public (double[] Values, double[] Spread) Ahead(int period, int horizon)
        {
            if (Future.All(double.IsFinite)) return (Future, new double[horizon]);
            var forecast = EnsembleForecaster.Forecast(new(History, period, horizon));
            // A logarithm needs a value above 0; none is told further than a thousandth of the least that was seen.
            var floor = IsElasticity ? History.Min() / 1_000 : double.NegativeInfinity;
            double At(double value) => Math.Max(value, floor);
            return ([.. Future.Zip(forecast.Steps, (stated, step) => double.IsFinite(stated) ? stated : At(step.Mean))],
                [.. Future.Zip(forecast.Steps, (stated, step) => double.IsFinite(stated) ? 0 : (Scale(At(step.Upper80)) - Scale(At(step.Lower80))) / 2)]);
        }
    }
}
