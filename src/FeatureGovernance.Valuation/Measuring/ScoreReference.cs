namespace FeatureGovernance.Valuation.Measuring;

/// <summary>What the model in production achieves on the held-out rows, by its own scores and the same metric.</summary>
internal static class ScoreReference
{
    private const int Steps = 50;

    /// <summary>
    /// Over the held-out rows of these folds. Scores of two classes that are no probabilities become some by a logistic curve (Platt 1999) fitted on
    /// the rows that are not held out.
    /// </summary>
    public static Estimate Of(Sample sample, double[] scores, IEnumerable<Bench> benches)
    {
        var isOdds = sample.Task == ValuationTask.Classification && scores.Any(s => s is < 0 or > 1);
        return Estimate.Over([.. benches.SelectMany(bench =>
        {
            var predicted = bench.Test.Select(r => scores[r]).ToArray();
            if (isOdds)
                Calibrate(sample, scores, bench.Test, predicted);
            return Quality.Each(sample, bench.Test, predicted);
        })]);
    }

    // Two parameters by Newton's method on standardised scores; a tiny ridge keeps them finite where scores separate the classes.
    private static void Calibrate(Sample sample, double[] scores, int[] test, double[] predicted)
    {
        const double Ridge = 1e-3;
        var held = test.ToHashSet();
        int[] rows = [.. Enumerable.Range(0, scores.Length).Where(r => !held.Contains(r))];
        var mean = rows.Average(r => scores[r]);
        var deviation = Math.Sqrt(rows.Average(r => (scores[r] - mean) * (scores[r] - mean)));
        double Standard(double score) => deviation > 0 ? (score - mean) / deviation : 0;
        double intercept = 0, slope = 0;
        for (var step = 0; step < Steps; step++)
        {
            double g0 = -Ridge * intercept, g1 = -Ridge * slope, h00 = Ridge, h01 = 0, h11 = Ridge;
            foreach (var row in rows)
            {
                var (x, w) = (Standard(scores[row]), sample.Weights?[row] ?? 1);
                var p = Logistic(intercept + (slope * x));
                var (error, curve) = (w * (sample.Labels[row] - p), w * p * (1 - p));
                (g0, g1, h00, h01, h11) = (g0 + error, g1 + (error * x), h00 + curve, h01 + (curve * x), h11 + (curve * x * x));
            }

            var determinant = (h00 * h11) - (h01 * h01);
            var (d0, d1) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            (intercept, slope) = (intercept + Math.Clamp(d0, -5, 5), slope + Math.Clamp(d1, -5, 5));
            if (Math.Abs(d0) + Math.Abs(d1) < 1e-9)
                break;
        }

        for (var i = 0; i < predicted.Length; i++)
            predicted[i] = Logistic(intercept + (slope * Standard(predicted[i])));
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}
