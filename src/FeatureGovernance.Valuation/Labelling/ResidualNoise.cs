using FeatureGovernance.Statistics.Inference;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>What residuals tell of wrong numbers.</summary>
/// <param name="Noise">The share of labels estimated wrong.</param>
/// <param name="StandardError">Over folds.</param>
/// <param name="Floor">The share that lies so far off that hardly any right label does.</param>
/// <param name="Suspects">Rows with the probability that their label is wrong, the surest first.</param>
internal sealed record OutlyingNoise(double Noise, double StandardError, double Floor, (int Row, double Probability)[] Suspects);

/// <summary>
/// Wrong numbers among labels. Held-out residuals are divided by their local scale (MAD in twentieths of the predictions) and taken for a mixture:
/// right labels normal about the prediction, wrong ones as if they belonged to another row, drawn by shuffling. The share of wrong ones is what
/// explains the residuals beyond 3.5 deviations, so a tail that is heavy by nature counts as noise.
/// </summary>
internal static class ResidualNoise
{
    private const double Far = 3.5;
    private const double VeryFar = 6;
    private const int Bins = 20;
    private const int Rounds = 10;

    /// <summary>Null where wrong labels would look no different, for the features say too little.</summary>
    public static OutlyingNoise? Of(double[] labels, double[] predictions, int[] fold, int seed, int most)
    {
        var scales = LocalScales(labels, predictions);
        if (scales is null)
            return null;
        var shuffled = Enumerable.Range(0, labels.Length).ToArray();
        new Random(seed).Shuffle(shuffled);
        double[] own = [.. labels.Select((y, i) => Math.Abs(y - predictions[i]) / scales[i])];
        double[] others = [.. labels.Select((_, i) => Math.Abs(labels[shuffled[i]] - predictions[i]) / scales[i])];

        // Wrong labels widen the scale too; so it is that of the right ones, given the share of wrong ones, and again.
        var (noise, scale) = (0.0, 1.0);
        for (var round = 0; round < Rounds; round++)
        {
            scale = Math.Min(1, Quantile(own,
                Math.Clamp((0.5 * (1 - noise)) + (noise * Share(others, scale * Robust.MadOfNormal, inside: true)), 0, 1)) / Robust.MadOfNormal);
            if (scale <= 0 || Share(others, Far * scale, inside: false) < 0.05)
                return null;
            noise = Mixed(own, others, scale);
        }

        double[] byFold = [.. Enumerable.Range(0, own.Length).GroupBy(i => fold[i])
            .Select(f => Mixed([.. f.Select(i => own[i])], [.. f.Select(i => others[i])], scale, bound: false))];
        var mean = byFold.Average();
        var error = byFold.Length < 2 ? double.NaN : Math.Sqrt(byFold.Sum(f => (f - mean) * (f - mean)) / (byFold.Length - 1) / byFold.Length);
        return new(noise, error, Share(own, VeryFar * scale, inside: false), Suspects(own, noise, scale, most));
    }

    private static double Mixed(double[] own, double[] others, double scale, bool bound = true)
    {
        double core = Core(Far), seen = Share(own, Far * scale, inside: false), wrong = Share(others, Far * scale, inside: false);
        var noise = (seen - core) / (wrong - core);
        return bound ? Math.Clamp(noise, 0, 1) : noise;
    }

    // The tail-area false discovery rate (Efron 2007): what right labels put so far out, over what is seen there.
    private static (int Row, double Probability)[] Suspects(double[] own, double noise, double scale, int most)
    {
        int[] order = [.. Enumerable.Range(0, own.Length).OrderByDescending(i => own[i]).ThenBy(i => i)];
        return [.. order.Take(Math.Min(most, (int)Math.Round(noise * own.Length)))
            .Select((row, i) => (row, Math.Clamp(1 - ((1 - noise) * Core(own[row] / scale) * own.Length / (i + 1)), 0, 1))).Where(s => s.Item2 >= 0.5)];
    }

    private static double Core(double deviations) => 2 * Normal.CDF(0, 1, -deviations);

    private static double Share(double[] values, double border, bool inside) => (double)values.Count(v => inside ? v <= border : v > border) / values.Length;

    private static double Quantile(double[] values, double share) => Robust.QuantileOfSorted(Robust.Sorted(values), share);

    private static double[]? LocalScales(double[] labels, double[] predictions)
    {
        double[] residuals = [.. labels.Select((y, i) => Math.Abs(y - predictions[i]))];
        var global = Robust.Median(residuals) / Robust.MadOfNormal;
        if (!(global > 0))
            return null;
        var scales = new double[labels.Length];
        var size = Math.Max(50, (labels.Length + Bins - 1) / Bins);
        foreach (var bin in Enumerable.Range(0, labels.Length).OrderBy(i => predictions[i]).Chunk(size))
        {
            // Not less than a tenth of the whole's, so that a bin of equal labels does not make all others wild.
            var local = Math.Max(global / 10, Robust.Median(bin.Select(i => residuals[i])) / Robust.MadOfNormal);
            foreach (var i in bin)
                scales[i] = bin.Length < 50 ? global : local;
        }

        return scales;
    }
}
