using FeatureGovernance.Core.Drift;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Single features of 160 days by the hour in which one thing happens on the hundredth day.</summary>
internal static class Changes
{
    public const int At = 100;

    public static TimedTable Of(string name, int seed)
    {
        var random = new Random(31 * seed);
        var busy = Tables.Busy(7 * seed);
        Func<int, double> value = name switch
        {
            "a weekly feature steps up" => hour => Math.Round(busy(hour) * (Since(hour) >= 0 ? 1.3 : 1)),
            "a weekly feature steps down" => hour => Math.Round(busy(hour) * (Since(hour) >= 0 ? 0.8 : 1)),
            "a daily feature steps up" => hour => 10 + (5 * Math.Sin(hour % 24 / 24.0 * 2 * Math.PI)) + random.Normal() + (Since(hour) >= 0 ? 2 : 0),
            "a feature without a season steps up" => hour => random.Normal() + (Since(hour) >= 0 ? 1.5 : 0),
            "a feature steps up by half a deviation" => hour => random.Normal() + (Since(hour) >= 0 ? 0.5 : 0),
            "a high level lasts three days" => hour => random.Normal() + (Since(hour) is >= 0 and < 3 ? 1.5 : 0),
            "a feature drifts for fifty days" => hour => random.Normal() + (3 * Math.Clamp(Since(hour) / 50, 0, 1)),
            "a weekly feature grows for forty days" => hour => Math.Round(busy(hour) * (1 + (0.25 * Math.Clamp(Since(hour) / 40, 0, 1)))),
            "a day is high" => hour => random.Normal() + (Since(hour) is >= 0 and < 1 ? 2 : 0),
            "a weekly feature has a high day" => hour => Math.Round(busy(hour) * (Since(hour) is >= 0 and < 1 ? 1.6 : 1)),
            "values scatter more" => hour => random.Normal() * (Since(hour) >= 0 ? 2.5 : 1),
            "a fifth of the values is another's" => hour => random.Normal() is var own && Since(hour) is >= 0 and < 20 && random.NextDouble() < 0.2 ? 8 : own,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a change that is generated here."),
        };
        return Tables.Hourly(160, ("x", value));
    }

    public static double DayOf(FeatureIncident incident) => (incident.Start - Tables.Start).TotalDays;

    private static double Since(int hour) => (hour / 24.0) - At;
}

/// <summary>Steps, drifts, spikes, variance and mixtures are told apart.</summary>
public sealed class ChangeKindTests(ITestOutputHelper output)
{
    private const int Seeds = 4;

    public static TheoryData<string, ChangeKind, int> Kinds => new()
    {
        { "a weekly feature steps up", ChangeKind.Step, 0 },
        { "a weekly feature steps down", ChangeKind.Step, 0 },
        { "a daily feature steps up", ChangeKind.Step, 0 },
        { "a feature without a season steps up", ChangeKind.Step, 1 },
        { "a feature steps up by half a deviation", ChangeKind.Step, 2 },
        { "a high level lasts three days", ChangeKind.Spike, 1 },
        { "a feature drifts for fifty days", ChangeKind.Drift, 8 },
        { "a weekly feature grows for forty days", ChangeKind.Drift, 8 },
        { "a day is high", ChangeKind.Spike, 1 },
        { "a weekly feature has a high day", ChangeKind.Spike, 0 },
        { "values scatter more", ChangeKind.Variance, 1 },
        { "a fifth of the values is another's", ChangeKind.Mixture, 1 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_change_is_found_where_it_begins_and_its_kind_is_named(string change, ChangeKind kind, int days)
    {
        var right = 0;
        foreach (var seed in Enumerable.Range(101, Seeds))
        {
            var incidents = Detector.Detect(Changes.Of(change, seed), Tables.ByDay);
            right += incidents.Any(i => i.Kind == kind && Math.Abs(Changes.DayOf(i) - Changes.At) <= days) ? 1 : 0;
            output.WriteLine($"{seed}: {string.Join("; ", incidents.Select(i => $"{Changes.DayOf(i)} {i.Kind} {i.Score:0.0}"))}");
        }

        right.Should().BeGreaterThanOrEqualTo(Seeds - 1);
    }

    [Theory]
    [InlineData("a weekly feature steps up")]
    [InlineData("a weekly feature steps down")]
    [InlineData("a daily feature steps up")]
    public void A_level_that_lasts_is_one_incident_and_makes_none_of_the_weeks_before_or_after(string change)
    {
        foreach (var seed in Enumerable.Range(201, Seeds))
            Detector.Detect(Changes.Of(change, seed), Tables.ByDay)
                .Should().ContainSingle($"seed {seed}").Which.Start.Should().Be(Tables.Start.AddDays(Changes.At));
    }
}
