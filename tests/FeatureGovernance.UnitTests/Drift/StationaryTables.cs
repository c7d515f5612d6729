using System.Globalization;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Features of many shapes, in which nothing ever changes, read at one of four paces.</summary>
internal static class StationaryTables
{
    /// <summary>How to look at a table of <see cref="Of(int)" />.</summary>
    public static DetectionOptions Look(int seed) => Tables.ByDay with { Window = seed % 4 == 3 ? WindowLength.Hour : WindowLength.Day };

    /// <summary>A row an hour for 200 days; six an hour for 60; one a day for 500; ten an hour for 30, to be watched by the hour.</summary>
    public static TimedTable Of(int seed) => (seed % 4) switch
    {
        0 => Of(seed, 200 * 24, TimeSpan.FromHours(1)),
        1 => Of(seed, 60 * 144, TimeSpan.FromMinutes(10)),
        2 => Of(seed, 500, TimeSpan.FromDays(1)),
        _ => Of(seed, 30 * 240, TimeSpan.FromMinutes(6)),
    };

    private static TimedTable Of(int seed, int rows, TimeSpan step)
    {
        var random = new Random(seed);
        DateTime[] times = [.. Enumerable.Range(0, rows).Select(row => Tables.Start + (row * step))];
        var hours = step.TotalHours;
        // Levels that wander by the hour, and by the day.
        var (slow, slower) = (Wandering(random, rows, Math.Pow(0.9, hours)), Wandering(random, rows, Math.Pow(0.97, hours)));
        return new(times,
        [
            Numbers("normal", _ => random.Normal()),
            Numbers("heavy tails", _ => HeavyTailed(random)),
            Numbers("log-normal", _ => Math.Exp(1.5 * random.Normal())),
            Numbers("sparse", _ => random.NextDouble() < 0.95 ? 0 : Math.Round(-20 * Math.Log(Uniform()))),
            Numbers("99 % default", _ => random.NextDouble() < 0.99 ? -1 : Math.Round(1000 * random.NextDouble())),
            Numbers("long tail", _ => Math.Floor(Math.Pow(Uniform(), -1.2))),
            Numbers("small counts", _ => Enumerable.Range(0, 10).Count(_ => random.NextDouble() < 0.1)),
            Numbers("whole numbers", _ => Math.Round(1000 + (50 * random.Normal()))),
            Numbers("two decimals", _ => Math.Round(10 * random.NextDouble(), 2)),
            Numbers("seasonal", row => Math.Round(200 * Season(times[row]) * (1 + (0.08 * random.Normal())))),
            Numbers("wandering season", row => Season(times[row]) * Math.Exp(0.1 * slow[row])),
            Numbers("wandering counts", row => Math.Round(50 * Season(times[row]) * Math.Exp((0.2 * slower[row]) + (0.1 * random.Normal())))),
            Numbers("wandering", row => slow[row] + (0.2 * random.Normal())),
            Numbers("heavy season", row => (100 * Season(times[row])) + (10 * HeavyTailed(random))),
            Numbers("gaps", _ => random.NextDouble() < 0.05 ? double.NaN : random.Normal()),
            Numbers("wandering gaps", row => random.NextDouble() < 0.05 * Math.Exp(0.5 * slow[row]) ? double.NaN : random.Normal()),
            Numbers("flag", _ => random.NextDouble() < 0.2 ? 1 : 0),
            Numbers("seasonal flag", row => random.NextDouble() < 0.15 * Season(times[row]) ? 1 : 0),
            // The n-th category comes with probability 1 / (n (n + 1)); and the same without an end among thousands of rows.
            Texts("categories", _ => Math.Min(150, Math.Floor(1 / Uniform()))),
            Texts("endless categories", _ => Math.Floor(1 / Uniform())),
            Texts("wandering categories", row => Math.Clamp(Math.Round(slow[row]), -2, 2)),
        ]);

        double Uniform() => 1 - random.NextDouble();

        ValueColumn Numbers(string name, Func<int, double> value) => Tables.Column(name, [.. Enumerable.Range(0, rows).Select(value)]);

        ValueColumn Texts(string name, Func<int, double> value) =>
            new(name, null, [.. Enumerable.Range(0, rows).Select(row => $"c{value(row).ToString("0", CultureInfo.InvariantCulture)}")], new bool[rows]);
    }

    // Student's distribution with three degrees of freedom.
    private static double HeavyTailed(Random random) =>
        random.Normal() / Math.Sqrt((Math.Pow(random.Normal(), 2) + Math.Pow(random.Normal(), 2) + Math.Pow(random.Normal(), 2)) / 3);

    private static double Season(DateTime time)
    {
        var weekend = time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        return (1 + (0.8 * Math.Sin((time.Hour - 9) / 24.0 * 2 * Math.PI))) * (weekend ? 0.7 : 1);
    }

    // A first-order autoregression of variance 1.
    private static double[] Wandering(Random random, int rows, double memory)
    {
        var levels = new double[rows];
        levels[0] = random.Normal();
        for (var row = 1; row < rows; row++)
            levels[row] = (memory * levels[row - 1]) + (Math.Sqrt(1 - (memory * memory)) * random.Normal());
        return levels;
    }
}
