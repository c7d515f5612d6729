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

    /// <summary>
    /// Learns the rate and, for each length of a stretch, its overdispersion (Pearson's chi-squared per degree of freedom): where hits come in
    /// clusters, long stretches differ more than short ones.
    /// </summary>
    /// <param name="windows">Hits and trials of each, in order of time.</param>
    /// <param name="spans">Lengths of stretches in windows, ascending.</param>
    /// <param name="kept">The share of stretches, 0 to 1, that count: the few with the highest excess are left out of the dispersion, not of the rate.</param>
    public static RateTest[] Learn(IReadOnlyList<(double Hits, double Trials)> windows, ReadOnlySpan<int> spans, double kept = 0.95)
    {
        double hits = windows.Sum(w => w.Hits), trials = windows.Sum(w => w.Trials);
        var rate = (hits + 0.5) / (trials + 1);
        var tests = new RateTest[spans.Length];
        var most = 1.0;
        for (var i = 0; i < tests.Length; i++)
        {
            most = Math.Max(most, Dispersed(windows, rate, spans[i], kept));
            tests[i] = new(hits, trials, most);
        }

        return tests;
    }

    private static double Dispersed(IReadOnlyList<(double Hits, double Trials)> windows, double rate, int span, double kept)
    {
        var excess = new List<double>(windows.Count);
        double hits = 0, trials = 0;
        for (var w = 0; w < windows.Count; w++)
        {
            (hits, trials) = (hits + windows[w].Hits, trials + windows[w].Trials);
            if (w >= span)
                (hits, trials) = (hits - windows[w - span].Hits, trials - windows[w - span].Trials);
            if (w >= span - 1 && trials > 0)
                excess.Add((hits - (trials * rate)) * (hits - (trials * rate)) / (trials * rate * (1 - rate)));
        }

        if (excess.Count < 5)
            return 1;
        excess.Sort();
        var counted = (int)Math.Ceiling(excess.Count * kept);
        var sum = 0.0;
        for (var i = 0; i < counted; i++)
            sum += excess[i];
        // What was left out of a chi-squared distribution held a fifth of its mean; and a short history promises less.
        return sum / counted * (kept < 1 ? 1.2 : 1) * (1 + (1 / Math.Sqrt((double)excess.Count / span)));
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
        double a = (Hits / Dispersion) + 0.5, b = ((Trials - Hits) / Dispersion) + 0.5;
        // From k upwards in steps of one: counts discounted by the dispersion are fractions.
        var term = Math.Exp(SpecialFunctions.GammaLn(n + 1) - SpecialFunctions.GammaLn(k + 1) - SpecialFunctions.GammaLn(n - k + 1)
            + SpecialFunctions.BetaLn(k + a, n - k + b) - SpecialFunctions.BetaLn(a, b));
        var tail = 0.0;
        for (var at = k; at <= n && term > 1e-9 * tail; at++)
        {
            tail += term;
            term *= (n - at) * (at + a) / ((at + 1) * (n - at - 1 + b));
        }

        // Rates that vary by themselves vary more wildly than a beta distribution: their tail is taken as exponential.
        if (Dispersion > 1.5)
            tail = Math.Max(tail, Math.Exp(-1.2 * (hits - (trials * Rate)) / Math.Sqrt(Dispersion * trials * Rate * (1 - Rate))));
        return Math.Clamp(tail, 0, 1);
    }
}
