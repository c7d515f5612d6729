using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>What generated changes of many sizes and shapes are told as: the table of docs/values-over-time.md.</summary>
public sealed class ChangeConfusionTests(ITestOutputHelper output)
{
    // What tells the kinds apart was set on seeds below 100.
    private const int FirstUnseen = 101;
    private const int Seeds = 20;
    private const double LeastRight = 0.6;

    private static readonly string[] Shapes = ["no season", "hours", "weekdays", "wandering"];

    [Fact(Explicit = true)]
    public void Most_of_the_changes_that_are_found_are_told_as_what_they_are()
    {
        var told = All().SelectMany(_ => Shapes, (change, shape) => (change, shape))
            .SelectMany(_ => Enumerable.Range(FirstUnseen, Seeds), (one, seed) => (one.change, one.shape, seed))
            .AsParallel().AsOrdered().Select(one => (one.change, Told: Told(one.change, one.shape, one.seed))).ToArray();

        foreach (var row in told.GroupBy(one => one.change))
            output.WriteLine(Line(row.Key.Name, row));
        foreach (var row in told.GroupBy(one => one.change.Kind))
            output.WriteLine(Line(row.Key.ToString(), row));
        foreach (var row in told.Where(one => one.Told is not null).GroupBy(one => one.change.Kind))
            (row.Count(one => one.Told == row.Key) / (double)row.Count()).Should().BeGreaterThanOrEqualTo(LeastRight, row.Key.ToString());
    }

    private static string Line(string name, IEnumerable<(Change Change, ChangeKind? Told)> row) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {string.Join(" | ", Enum.GetValues<ChangeKind>().Select(kind => row.Count(one => one.Told == kind)))} | {row.Count(one => one.Told is null)} |");

    /// <summary>A change by the day since it began, in standard deviations of an hour.</summary>
    private sealed record Change(string Name, ChangeKind Kind, Func<Random, double, double, double> Of);

    private static IEnumerable<Change> All()
    {
        foreach (var size in (double[])[0.5, 0.75, 1.5])
            yield return new($"step of {size}", ChangeKind.Step, (_, value, day) => day >= 0 ? value + size : value);
        foreach (var (size, days) in ((double, int)[])[(0.75, 30), (1, 50), (2, 50), (1, 20), (2, 20), (3, 40)])
            yield return new($"drift of {size} over {days} days", ChangeKind.Drift, (_, value, day) => value + (size * Math.Clamp(day / days, 0, 1)));
        foreach (var (size, days) in ((double, int)[])[(1.5, 1), (1, 3), (1.5, 3)])
            yield return new($"spike of {size} for {days} days", ChangeKind.Spike, (_, value, day) => day >= 0 && day < days ? value + size : value);
        yield return new("scatter times 2", ChangeKind.Variance, (_, value, day) => day >= 0 ? 2 * value : value);
        yield return new("scatter times 3 for 10 days", ChangeKind.Variance, (_, value, day) => day is >= 0 and < 10 ? 3 * value : value);
        yield return new("a fifth is another's for 20 days", ChangeKind.Mixture, (random, value, day) =>
            random.NextDouble() < 0.2 && day is >= 0 and < 20 ? 8 : value);
        yield return new("a tenth is another's for 20 days", ChangeKind.Mixture, (random, value, day) =>
            random.NextDouble() < 0.1 && day is >= 0 and < 20 ? -6 : value);
    }

    private static ChangeKind? Told(Change change, string shape, int seed)
    {
        var random = new Random((1000 * seed) + 7);
        var level = 0.0;
        var table = Tables.Hourly(160, ("x", hour => Value(hour)));
        double from = Changes.At - 6, to = change.Kind == ChangeKind.Drift ? 160 : Changes.At + 12;
        return Detector.Detect(table, Tables.ByDay)
            .Where(i => i.End > Tables.Start.AddDays(from) && i.Start < Tables.Start.AddDays(to))
            .MaxBy(i => i.Score)?.Kind;

        double Value(int hour)
        {
            level = shape == "wandering" ? (0.95 * level) + (0.1 * random.Normal()) : 0;
            var own = change.Of(random, random.Normal() + level, (hour / 24.0) - Changes.At);
            return shape switch
            {
                "hours" => 10 + (5 * Math.Sin(hour % 24 / 24.0 * 2 * Math.PI)) + own,
                "weekdays" => Busy(hour) + (16 * own),
                _ => own,
            };
        }
    }

    // Two humps a day, lower on weekends.
    private static double Busy(int hour) =>
        200 * (1 + (0.8 * Math.Sin(((hour % 24) - 9) / 24.0 * 2 * Math.PI)) + (hour / 24 % 7 < 5 && hour % 24 is 8 or 17 ? 1 : 0)) * (hour / 24 % 7 >= 5 ? 0.7 : 1);
}
