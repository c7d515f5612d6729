using MathNet.Numerics;

namespace FeatureGovernance.Statistics.Inference;

/// <summary>Whether a share of rows (missing, default, new …) is higher than it used to be.</summary>
/// <param name="Hits">How often it happened in the history.</param>
/// <param name="Trials">In how many rows.</param>
/// <param name="Dispersion">Variance over that of a binomial, at least 1: how much windows of the history differ among themselves.</param>
public readonly record struct RateTest(double Hits, double Trials, double Dispersion)
{
    /// <summary>The rate of the history, with half a hit and half a miss added (Jeffreys).</summary>
    public double Rate => (Hits + 0.5) / (Trials + 1);

    /// <summary>Learns the rate and its overdispersion (Pearson's chi-squared per degree of freedom) from windows.</summary>
    /// <param name="windows">Hits and trials of each; a tenth with the highest excess is left out of the dispersion, not of the rate.</param>
    public static RateTest Learn(IReadOnlyCollection<(double Hits, double Trials)> windows)
    {
        double hits = windows.Sum(w => w.Hits), trials = windows.Sum(w => w.Trials);
        var rate = (hits + 0.5) / (trials + 1);
        var excess = windows.Where(w => w.Trials > 0)
            .Select(w => (w.Hits - (w.Trials * rate)) * (w.Hits - (w.Trials * rate)) / (w.Trials * rate * (1 - rate)))
            .Order().ToArray();
        var kept = excess.Take((int)Math.Ceiling(excess.Length * 0.95)).ToArray();
        return new(hits, trials, kept.Length < 5 ? 1 : Math.Max(1, kept.Average() * 1.2));
    }

    /// <summary>
    /// The chance of at least so many hits: the upper tail of the beta-binomial that the history predicts, its trials discounted by the
    /// overdispersion.
    /// </summary>
    public double UpperPValue(double hits, double trials)
    {
        if (hits <= 0 || trials <= 0)
            return 1;
        double k = hits / Dispersion, n = trials / Dispersion;
        var rate = Math.Min(1 - 1e-9, Rate);
        // The binomial tail as an incomplete beta function takes fractions of counts.
        var tail = k >= n ? Math.Pow(rate, n) : SpecialFunctions.BetaRegularized(Math.Max(k, 1e-9), n - k + 1, rate);
        return Math.Clamp(tail, 0, 1);
    }
}
