using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;

namespace FeatureGovernance.UnitTests.Drift.Profiles;

/// <summary>From stored profiles to incidents.</summary>
public class ProfileDetectorTests
{
    private static readonly string[] Segments = ["", "country=se", "country=no"];

    [Fact]
    public void Nothing_is_found_where_nothing_happens() =>
        ProfileHistory.Detected(Enumerable.Range(1, 40).SelectMany(f => Segments.Select(s => ProfileHistory.Calm(f, s)))).Should().BeEmpty();

    [Fact]
    public void Signals_of_all_segments_are_one_incident_with_its_start_and_end()
    {
        var series = Segments.Select(s => ProfileHistory.Calm(1, s).With(70, 75, window => window with { Nulls = 400 }));

        var incident = ProfileHistory.Detected(series).Should().ContainSingle().Which;

        (incident.First, incident.Last).Should().Be((70, 75));
        incident.Verdict.Fault.Should().Be(Fault.Missing);
        incident.Members.Should().ContainSingle().Which.Signals.Select(s => s.Key.Segment).Distinct().Should().BeEquivalentTo(Segments);
        incident.Size.Should().BeApproximately(0.39, 0.02);
    }

    [Fact]
    public void Vectors_of_another_dimension_are_a_changed_schema()
    {
        var series = ProfileHistory.Calm(1).With(0, ProfileHistory.Days - 1, window => window with { Frequent = [("256", 990)] })
            .With(70, 75, window => window with { Frequent = [("512", 990)] });

        var incident = ProfileHistory.Detected([series]).Should().ContainSingle().Which;

        (incident.First, incident.Last).Should().Be((70, 75));
        incident.Verdict.Fault.Should().Be(Fault.SchemaChange);
        incident.Members[0].Signals[0].Signal.Words.Should().Contain("another dimension (512)");
    }

    [Fact]
    public void Features_of_one_source_that_fail_alike_are_one_incident_and_those_of_others_are_not()
    {
        var series = Enumerable.Range(1, 4).Select(f => ProfileHistory.Calm(f).With(60, 66, window => window with { Nulls = 300 })).ToArray();

        ProfileHistory.Detected(series, "orders").Should().ContainSingle().Which.Members.Should().HaveCount(4);
        ProfileHistory.Detected(series).Should().HaveCount(4);
    }

    [Fact]
    public void Incidents_apart_in_time_stay_apart()
    {
        var series = ProfileHistory.Calm(1).With(50, 52, window => window with { Nulls = 400 }).With(75, 77, window => window with { Nulls = 400 });

        ProfileHistory.Detected([series]).Select(i => i.First).Should().Equal(50, 75);
    }

    [Fact]
    public void The_same_profiles_give_the_same_incidents_in_any_order_of_features()
    {
        var series = Enumerable.Range(1, 6)
            .Select(f => f % 2 == 0 ? ProfileHistory.Calm(f).With(60, 70, window => window with { Nulls = 200 }) : ProfileHistory.Calm(f)).ToArray();

        var once = Told(ProfileHistory.Detected(series));

        Told(ProfileHistory.Detected(series)).Should().Equal(once);
        Told(ProfileHistory.Detected(series.Reverse())).Should().BeEquivalentTo(once);
        once.Should().HaveCount(3);

        static List<string> Told(IEnumerable<FoundIncident> incidents) =>
            [.. incidents.Select(i => $"{i.First}-{i.Last} {string.Join(',', i.Members.Select(m => m.Feature))} {i.Verdict.Fault}")];
    }

    [Fact]
    public void Late_data_prolong_the_incident_they_belong_to()
    {
        var whole = ProfileHistory.Calm(1).With(80, 89, window => window with { Nulls = 350 });
        var early = whole.With(85, 89, _ => null);

        var before = ProfileHistory.Detected([early]).Should().ContainSingle(i => i.Verdict.Fault == Fault.Missing).Which;
        var after = ProfileHistory.Detected([whole]).Should().ContainSingle().Which;

        (before.First, before.Last).Should().Be((80, 84));
        (after.First, after.Last).Should().Be((80, 89));
    }

    [Fact]
    public void A_weekly_pattern_is_no_change_and_a_weekday_that_looks_like_a_weekend_is()
    {
        var random = new Random(5);
        var series = ProfileHistory.Calm(1);

        ProfileHistory.Detected([series]).Should().BeEmpty();
        // The 64th day is a Tuesday.
        ProfileHistory.Detected([series.With(64, 64, _ => ProfileHistory.Window(122, random))])
            .Should().ContainSingle().Which.Members[0].Signals.Should().Contain(s => s.Signal.Symptom == Symptom.Level && s.Signal.First == 64);
    }

    [Fact]
    public void A_holiday_is_evidence_for_people()
    {
        var random = new Random(6);
        var day = DateOnly.FromDateTime(ProfileHistory.Grid.StartOf(64));
        var series = Enumerable.Range(1, 3).Select(f => ProfileHistory.Calm(f).With(64, 64, _ => ProfileHistory.Window(125, random))).ToArray();

        var incidents = ProfileHistory.Detected(series, holidays: HolidayList.Parse([$"{day:yyyy-MM-dd} Founders' Day"]).Over(2026, 2026));

        incidents.Should().NotBeEmpty();
        incidents.Should().OnlyContain(i => i.Verdict.Cause != Cause.DataQuality && i.Verdict.Evidence.Any(e => e.Words.Contains("Founders' Day")));
    }

    [Fact]
    public void A_new_version_of_the_feature_is_told_as_a_product_change()
    {
        var random = new Random(7);
        var series = ProfileHistory.Calm(1).With(70, 89, _ => ProfileHistory.Window(160, random) with { Version = 2 });

        var incident = ProfileHistory.Detected([series]).Should().ContainSingle().Which;

        incident.Verdict.Cause.Should().Be(Cause.ProductChange);
        incident.Verdict.Evidence.Should().Contain(e => e.Words.Contains("version 2"));
    }

    [Fact]
    public void Training_and_serving_that_disagree_are_told_as_skew()
    {
        var serving = ProfileHistory.Calm(1)
            .With(0, 89, window => window with { Quantiles = [.. window.Quantiles.Select(q => q + 30)], Mean = window.Mean + 30 });

        ProfileHistory.Detected([ProfileHistory.Calm(1, training: true), serving])
            .Should().Contain(i => i.Verdict.Fault == Fault.TrainingServingSkew);
    }

    [Fact]
    public void A_window_sent_again_under_another_date_is_stale()
    {
        var calm = ProfileHistory.Calm(1);
        var series = calm.With(80, 80, _ => calm.Windows[79]);

        ProfileHistory.Detected([series]).Should().ContainSingle().Which.Verdict.Fault.Should().Be(Fault.Stuck);
    }
}
