using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Hourly features of many shapes, in which nothing ever changes.</summary>
internal static class StationaryTables
{
    public static TimedTable Of(int seed, int days)
    {
        var random = new Random(seed);
        double Uniform() => 1 - random.NextDouble();
        var hourly = Tables.Hourly(
            days,
            ("normal", _ => random.Normal()),
            ("heavy tails", _ => random.Normal() / Math.Sqrt((Math.Pow(random.Normal(), 2) + Math.Pow(random.Normal(), 2) + Math.Pow(random.Normal(), 2)) / 3)),
            ("log-normal", _ => Math.Exp(1.5 * random.Normal())),
            ("sparse", _ => random.NextDouble() < 0.95 ? 0 : Math.Round(-20 * Math.Log(Uniform()))),
            ("99 % default", _ => random.NextDouble() < 0.99 ? -1 : Math.Round(1000 * random.NextDouble())),
            ("long tail", _ => Math.Floor(Math.Pow(Uniform(), -1.2))),
            ("small counts", _ => Enumerable.Range(0, 10).Count(_ => random.NextDouble() < 0.1)),
            ("whole numbers", _ => Math.Round(1000 + (50 * random.Normal()))),
            ("two decimals", _ => Math.Round(10 * random.NextDouble(), 2)),
            ("seasonal", Tables.Busy((100 * seed) + 1)),
            ("gaps", _ => random.NextDouble() < 0.05 ? double.NaN : random.Normal()),
            ("flag", _ => random.NextDouble() < 0.2 ? 1 : 0));
        // A long tail of categories: the n-th comes with probability 1 / (n (n + 1)).
        var texts = hourly.Times.Select(_ => $"c{Math.Floor(1 / Uniform()):0}").ToArray();
        return hourly with { Columns = [.. hourly.Columns, new("categories", null, texts, new bool[texts.Length])] };
    }
}
