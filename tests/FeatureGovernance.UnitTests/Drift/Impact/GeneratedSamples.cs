using FeatureGovernance.Valuation;

namespace FeatureGovernance.UnitTests.Drift.Impact;

/// <summary>Samples whose label follows from features of several shapes: straight, bent, stepped and only together.</summary>
internal static class GeneratedSamples
{
    public const int Weeks = 48;
    private const int Rows = Weeks * 400;
    private static readonly string[] Names = ["a normal", "b skewed", "c counts", "d bent", "e step", "f together", "g together", "h noise"];

    public static int[] WeekOf { get; } = [.. Enumerable.Range(0, Rows).Select(r => r * Weeks / Rows)];

    public static Sample Of(int seed)
    {
        var random = new Random(seed);
        var cells = new float[Rows * Names.Length];
        var labels = new float[Rows];
        var strengths = Names.Select(_ => 0.3 + (1.2 * random.NextDouble())).ToArray();
        var classes = seed % 2 == 0;
        for (var row = 0; row < Rows; row++)
        {
            double[] x =
            [
                random.Normal(), Math.Exp(0.8 * random.Normal()), Poisson(random, 3), (4 * random.NextDouble()) - 2, 10 + (3 * random.Normal()),
                random.Normal(), random.Normal(), random.Normal(),
            ];
            for (var column = 0; column < x.Length; column++)
                cells[(row * x.Length) + column] = (float)x[column];
            var score = (strengths[0] * x[0]) + (strengths[1] * Math.Log(x[1])) + (strengths[2] * (x[2] - 3) / 1.7)
                + (strengths[3] * ((x[3] * x[3]) - 1.33)) + (strengths[4] * (x[4] > 11 ? 1.2 : -0.6)) + (strengths[5] * x[5] * x[6]);
            labels[row] = classes ? (random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? 1 : 0) : (float)(score + random.Normal());
        }

        return new(
            [.. Names], new(cells, Rows, Names.Length), [.. Names.Select(_ => false)], labels, [], null, null,
            classes ? ValuationTask.Classification : ValuationTask.Regression, 1, []);
    }

    private static int Poisson(Random random, double mean)
    {
        var (count, left) = (0, Math.Exp(-mean));
        for (var product = random.NextDouble(); product > left; product *= random.NextDouble())
            count++;
        return count;
    }
}
