using System.Text.Json;
using FeatureGovernance.Cli.Demo;

namespace FeatureGovernance.UnitTests.Cli;

public sealed class DemoOrganisationTests
{
    private static readonly DemoOptions Small = new(Features: 200, Models: 6, Teams: 4, Days: 40, LastDay: new(2026, 3, 31));

    [Fact]
    public void The_same_seed_gives_the_same_organisation_each_time_it_is_read()
    {
        var one = Generate(Small, seed: 7);

        Told(one).Should().Be(Told(Generate(Small, seed: 7)));
        Told(one).Should().Be(Told(one), "telemetry is made anew each time it is read");
        Told(one).Should().NotBe(Told(Generate(Small, seed: 8)));
    }

    [Theory]
    [InlineData(20, 1, 1, 1)]
    [InlineData(20, 30, 5, 3)]
    [InlineData(4_000, 10, 12, 2)]
    public void Sizes_are_honoured_and_every_class_is_planted(int features, int models, int teams, int days)
    {
        var options = Small with { Features = features, Models = models, Teams = teams, Days = days };

        var organisation = Generate(options, seed: 1);

        organisation.Features.Select(feature => feature.Key).Should().HaveCount(features).And.OnlyHaveUniqueItems();
        organisation.Models.Select(model => model.Model).Should().HaveCount(models).And.OnlyHaveUniqueItems();
        organisation.Teams.Select(team => team.Team).Should().HaveCount(teams).And.OnlyHaveUniqueItems();
        organisation.Features.Select(feature => feature.Class).Should().Contain(Enum.GetValues<TrueClass>());
        organisation.Telemetry.Usage().Select(line => line.Day).Distinct().Should().HaveCount(days);
        organisation.Telemetry.Usage().Count().Should().Be(organisation.Telemetry.UsageCount);
        organisation.Telemetry.Costs().Count().Should().Be(organisation.Telemetry.CostCount);
    }

    [Fact]
    public void Shares_of_every_model_sum_to_1()
    {
        foreach (var model in Generate(Small with { Models = 50 }, seed: 3).Models)
            model.Shares.Values.Sum().Should().BeApproximately(1, 1e-9);
    }

    [Fact]
    public void Twins_are_read_where_their_originals_are()
    {
        var organisation = Generate(Small, seed: 2);

        foreach (var twin in organisation.Features.Where(feature => feature.Twin is not null))
        {
            ReadersOf(twin.Key).Should().Contain(ReadersOf(twin.Twin!));
        }

        string[] ReadersOf(string key) => [.. organisation.Models.Where(model => model.Shares.ContainsKey(key)).Select(model => model.Model)];
    }

    [Fact]
    public void Telemetry_tells_what_is_planted()
    {
        var organisation = Generate(Small, seed: 5);
        var classes = organisation.Features.ToDictionary(feature => feature.Key, feature => feature.Class);
        var usage = organisation.Telemetry.Usage().Where(line => line.Environment == "serving").ToList();

        usage.Where(line => classes[line.Feature] == TrueClass.Unused).Should().NotBeEmpty().And.OnlyContain(line => line.Reads == 0 && line.Requests > 0);
        ReadRate(Small.LastDay).Should().BeLessThan(0.5 * ReadRate(Small.FirstDay));
        Cost(TrueClass.Overpriced).Should().BeGreaterThan(10 * Cost(TrueClass.Useful));
        var reports = organisation.Telemetry.Importance()
            .Where(report => report.Method == "permutation" && report.EvaluatedAt.Date == Small.LastDay.ToDateTime(default));
        foreach (var report in reports)
        {
            var total = report.Values.Sum(value => value.Value);
            var truth = organisation.Models.Single(model => model.Model == report.Model).Shares;
            report.Values.Sum(value => Math.Abs((value.Value / total) - truth[value.Feature])).Should().BeInRange(1e-6, 0.3, "noise is around the truth");
        }

        double ReadRate(DateOnly day) =>
            usage.Where(line => line.Day == day && classes[line.Feature] == TrueClass.Decaying).Average(line => (double)line.Reads / line.Requests);
        double Cost(TrueClass of) => organisation.Telemetry.Costs().Where(line => line.Resource == DemoTelemetry.ComputeResource && classes[line.Feature] == of)
            .Average(line => line.Amount);
    }

    private static DemoOrganisation Generate(DemoOptions options, int seed) => DemoOrganisation.Generate(options, new Random(seed));

    private static string Told(DemoOrganisation organisation) => JsonSerializer.Serialize(new
    {
        Teams = organisation.Teams.Select(team => team.Definition),
        organisation.Features,
        organisation.Models,
        Usage = organisation.Telemetry.Usage(),
        Importance = organisation.Telemetry.Importance(),
        Costs = organisation.Telemetry.Costs(),
    });
}
