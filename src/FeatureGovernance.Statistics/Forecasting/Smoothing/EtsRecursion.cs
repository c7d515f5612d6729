namespace FeatureGovernance.Statistics.Forecasting.Smoothing;

/// <summary>The state recursions of the exponential smoothing family and their likelihood.</summary>
internal static class EtsRecursion
{
    /// <summary>
    /// Runs the recursion over <paramref name="y"/> and leaves the final states in <paramref name="states"/>: level, slope, then
    /// one entry per season, the entry t mod m being the next to apply at observation t.
    /// </summary>
    /// <returns>Minus twice the log likelihood without its constant; infinite where a multiplicative model meets a level that is not positive.</returns>
    public static double Run(
        EtsShape shape, int m, double[] y, double alpha, double beta, double gamma, double phi, double[] states, double[]? residuals)
    {
        var level = states[0];
        var slope = states[1];
        var relative = shape.Error == EtsComponent.Multiplicative;
        var multiplicativeSeason = shape.Season == EtsComponent.Multiplicative;
        var additiveSeason = shape.Season == EtsComponent.Additive;
        var trend = shape.Trend;
        var squares = 0.0;
        var product = 1.0;
        var logs = 0.0;
        var season = 0;
        for (var t = 0; t < y.Length; t++)
        {
            var grown = trend ? phi * slope : 0;
            var baseline = level + grown;
            var s = additiveSeason || multiplicativeSeason ? states[2 + season] : 0;
            var predicted = additiveSeason ? baseline + s : multiplicativeSeason ? baseline * s : baseline;
            var error = y[t] - predicted;
            if (relative)
            {
                if (predicted <= 1e-10) return double.PositiveInfinity;
                product *= predicted;
                if (product is < 1e-100 or > 1e100)
                {
                    logs += Math.Log(product);
                    product = 1;
                }
                squares += error / predicted * (error / predicted);
                if (residuals is not null) residuals[t] = error / predicted;
            }
            else
            {
                squares += error * error;
                if (residuals is not null) residuals[t] = error;
            }
            // The error's effect on each state is the same with additive and multiplicative errors up to the scale of the seasonal index.
            if (multiplicativeSeason)
            {
                if (s <= 1e-8 || baseline <= 1e-10) return double.PositiveInfinity;
                level = baseline + alpha * error / s;
                if (trend) slope = grown + beta * error / s;
                states[2 + season] = s + gamma * error / baseline;
            }
            else
            {
                level = baseline + alpha * error;
                if (trend) slope = grown + beta * error;
                if (additiveSeason) states[2 + season] = s + gamma * error;
            }
            if (++season == m) season = 0;
        }
        states[0] = level;
        states[1] = slope;
        logs += Math.Log(product);
        var likelihood = y.Length * Math.Log(Math.Max(squares, 1e-28)) + (relative ? 2 * logs : 0);
        return double.IsNaN(likelihood) ? double.PositiveInfinity : likelihood;
    }
}
