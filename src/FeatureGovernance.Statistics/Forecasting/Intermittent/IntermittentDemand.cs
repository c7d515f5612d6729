namespace FeatureGovernance.Statistics.Forecasting.Intermittent;

/// <summary>
/// Level forecasts of demand that is often zero. Sources: Croston, Operational Research Quarterly 23 (1972); Syntetos and Boylan,
/// International Journal of Forecasting 21 (2005); Teunter, Syntetos and Babai, European Journal of Operational Research 214 (2011).
/// </summary>
internal static class IntermittentDemand
{
    /// <summary>From this share of zeros on, a series counts as intermittent.</summary>
    public const double ZeroShare = 0.3;

    public const double DefaultSmoothing = 0.1;

    public static bool IsIntermittent(ReadOnlySpan<double> y)
    {
        int zeros = 0, positive = 0;
        foreach (var value in y)
        {
            if (value < 0) return false;
            if (value == 0) zeros++;
            else positive++;
        }
        return positive >= 2 && zeros >= ZeroShare * y.Length;
    }

    /// <summary>Smoothed size over smoothed interval, both moved at each demand only; started at the first size and the first
    /// interval.</summary>
    public static double Croston(ReadOnlySpan<double> y, double smoothing = DefaultSmoothing)
    {
        double size = 0, interval = 0;
        var since = 0;
        var started = false;
        foreach (var value in y)
        {
            since++;
            if (value == 0) continue;
            size = started ? size + smoothing * (value - size) : value;
            interval = started ? interval + smoothing * (since - interval) : since;
            started = true;
            since = 0;
        }
        return started ? size / interval : 0;
    }

    /// <summary>Croston's forecast less its approximate bias.</summary>
    public static double SyntetosBoylan(ReadOnlySpan<double> y, double smoothing = DefaultSmoothing) =>
        (1 - smoothing / 2) * Croston(y, smoothing);

    /// <summary>Smoothed chance of demand times smoothed size, the chance moved at every step: it fades when demand ends.</summary>
    public static double TeunterSyntetosBabai(ReadOnlySpan<double> y, double smoothing = DefaultSmoothing)
    {
        var first = 0;
        while (first < y.Length && y[first] == 0) first++;
        if (first == y.Length) return 0;
        var size = y[first];
        var chance = 1.0 / (first + 1);
        foreach (var value in y[(first + 1)..])
        {
            chance += smoothing * ((value != 0 ? 1 : 0) - chance);
            if (value != 0) size += smoothing * (value - size);
        }
        return chance * size;
    }
}
