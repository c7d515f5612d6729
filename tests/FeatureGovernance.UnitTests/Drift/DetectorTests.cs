using FeatureGovernance.Core.Drift;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.UnitTests.Drift;

public sealed class DetectorTests
{
    private const int Days = 150;
    private const int FaultAt = 100 * 24;

    public static TheoryData<Fault, int> Faults => new()
    {
        { Fault.Missing, 7 },
        { Fault.DefaultFilled, 3 },
        { Fault.Stuck, 1 },
        { Fault.Rescaled, 7 },
        { Fault.ShiftedTimeZone, 7 },
        { Fault.TruncatedPrecision, 7 },
        { Fault.SignFlip, 3 },
        { Fault.DuplicatedPartition, 1 },
        { Fault.DroppedPartition, 1 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_found_within_a_window_and_named(Fault fault, int days)
    {
        var table = Tables.Hourly(Days, ("clicks", Tables.Busy(1)), ("views", Tables.Busy(2)))
            .Inject(fault, "clicks", FaultAt, FaultAt + (days * 24), new Random(5));

        var found = Detector.Detect(table, Tables.ByDay).Where(i => i.Feature == "clicks").ToArray();

        var incident = found.Should().Contain(i => Math.Abs((i.Start - Tables.Start.AddHours(FaultAt)).TotalDays) <= 1).Which;
        incident.Verdict.Fault.Should().Be(fault);
        incident.Verdict.Evidence.Should().NotBeEmpty();
    }

    [Fact]
    public void Stationary_features_of_many_shapes_raise_hardly_an_incident()
    {
        var random = new Random(17);
        var columns = new List<(string, Func<int, double>)>();
        for (var i = 0; i < 4; i++)
        {
            columns.Add(($"normal{i}", _ => random.Normal()));
            columns.Add(($"heavy{i}", _ => random.Normal() / Math.Sqrt((Math.Pow(random.Normal(), 2) + Math.Pow(random.Normal(), 2) + Math.Pow(random.Normal(), 2)) / 3)));
            columns.Add(($"sparse{i}", _ => random.NextDouble() < 0.95 ? 0 : Math.Round(-20 * Math.Log(1 - random.NextDouble()))));
            columns.Add(($"default{i}", _ => random.NextDouble() < 0.99 ? -1 : Math.Round(1000 * random.NextDouble())));
            columns.Add(($"tail{i}", _ => Math.Floor(Math.Pow(1 - random.NextDouble(), -1.2))));
            columns.Add(($"busy{i}", Tables.Busy(100 + i)));
        }

        var incidents = Detector.Detect(Tables.Hourly(200, [.. columns]), Tables.ByDay);

        // 24 features over 200 days; each family of tests may hold one false discovery in twenty.
        incidents.Should().HaveCountLessThanOrEqualTo(2);
    }

    [Fact]
    public void A_part_read_an_hour_late_is_told_by_the_sum_of_the_parts()
    {
        // Without a daily pattern only the other features tell the hour.
        var random = new Random(6);
        double[] men = [.. Enumerable.Range(0, Days * 24).Select(_ => Math.Round(100 + (20 * random.Normal())))];
        double[] women = [.. Enumerable.Range(0, Days * 24).Select(_ => Math.Round(80 + (10 * random.Normal())))];
        var table = Tables.Hourly(Days, ("men", hour => men[hour]), ("women", hour => women[hour]), ("all", hour => men[hour] + women[hour]))
            .Inject(Fault.ShiftedTimeZone, "women", FaultAt, FaultAt + (7 * 24), random);

        var incident = Detector.Detect(table, Tables.ByDay).Should().ContainSingle().Which;

        (incident.Feature, incident.Start, incident.Verdict.Fault).Should().Be(("women", Tables.Start.AddHours(FaultAt), Fault.ShiftedTimeZone));
        incident.Verdict.Evidence.Should().Contain(e => e.Words.Contains("Read 1 h earlier"));
    }

    [Fact]
    public void A_holiday_of_many_features_is_peoples_doing()
    {
        static Func<int, double> Quiet(int seed)
        {
            var busy = Tables.Busy(seed);
            return hour => hour / 24 == 100 ? Math.Round(busy(hour - (hour % 24) + 4) * (0.8 + (0.2 * Math.Sin(hour)))) : busy(hour);
        }

        var incidents = Detector.Detect(Tables.Hourly(Days, ("clicks", Quiet(1)), ("views", Quiet(2)), ("likes", Quiet(3))), Tables.ByDay);

        incidents.Select(i => i.Feature).Distinct().Should().BeEquivalentTo("clicks", "views", "likes");
        incidents.Should().OnlyContain(i => i.Verdict.Cause == Cause.Behaviour);
    }

    [Fact]
    public void A_slow_drift_is_not_a_step()
    {
        var random = new Random(9);
        var incidents = Detector.Detect(
            Tables.Hourly(Days, ("score", hour => (random.Normal() * 0.3) + (hour < FaultAt ? 0 : (hour - FaultAt) / 240.0))), Tables.ByDay);

        incidents.Should().ContainSingle(i => i.Kind == ChangeKind.Drift).Which.Verdict.Cause.Should().Be(Cause.Behaviour);
    }

    [Fact]
    public void A_new_category_is_named()
    {
        var random = new Random(4);
        string[] known = ["red", "green", "blue"];
        var times = Enumerable.Range(0, Days * 24).Select(hour => Tables.Start.AddHours(hour)).ToArray();
        var texts = Enumerable.Range(0, times.Length)
            .Select(row => known[random.Next(3)] is var text && row >= FaultAt && text == "blue" ? "azure" : text).ToArray();

        var incidents = Detector.Detect(new(times, [new("colour", null, texts, new bool[times.Length])]), Tables.ByDay);

        var incident = incidents.Should().ContainSingle().Which;
        incident.Verdict.Fault.Should().Be(Fault.RelabelledCategory);
        incident.Verdict.Evidence.Should().Contain(e => e.Words.Contains("azure"));
    }

    [Fact]
    public void The_same_table_gives_the_same_incidents()
    {
        var table = Tables.Hourly(Days, ("clicks", Tables.Busy(1))).Inject(Fault.Stuck, "clicks", FaultAt, FaultAt + 24, new Random(5));

        Detector.Detect(table, Tables.ByDay).Select(i => (i.Start, i.Score))
            .Should().Equal(Detector.Detect(table, Tables.ByDay).Select(i => (i.Start, i.Score)));
    }
}
