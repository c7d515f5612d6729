using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

/// <summary>People, features and plans in the states that the specifications start from.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public static readonly LifecyclePolicy Policy = LifecyclePolicy.Default;

    public static readonly Actor OwnerEngineer = new("owner-engineer", [], ["owners"]);
    public static readonly Actor OwnerLead = new("owner-lead", ["owners"], ["owners"]);
    public static readonly Actor ReaderLead = new("reader-lead", ["readers"], ["readers"]);
    public static readonly Actor NewReaderLead = new("new-reader-lead", ["newcomers"], ["newcomers"]);
    public static readonly Actor Stranger = new("stranger", [], ["elsewhere"]);
    public static readonly Actor Admin = new("admin", [], [], IsAdmin: true);

    public static readonly LiveReader Reader = new("ranker", "readers");

    public static FeatureFacts Feature(Stage stage, string key = "clicks:rate_7d") => new()
    {
        Key = key,
        Team = "owners",
        Stage = stage,
        StageSince = Monday,
        HasDescription = true,
        TeamLeads = ["owner-lead"],
        ServingUsage = Silent(Monday),
        TrainingUsage = Silent(Monday),
    };

    public static ObservedUsage Silent(DateTimeOffset until) => new(until.AddDays(-60), until, null);

    public static DeprecationPlan Plan(DateTimeOffset now, int noticeDays = 14)
    {
        var brownout = new BrownoutWindows([new(TimeSpan.Zero, TimeSpan.FromHours(4)), new(TimeSpan.FromDays(1), TimeSpan.FromDays(2))]);
        return new(noticeDays, brownout, now.AddDays(noticeDays + 2));
    }

    public static ProposalDraft Draft(params ReadOnlySpan<FeatureFacts> features) =>
        new([.. features.ToArray().Select(feature => new ProposedFeature(feature.Key, feature.Replacement?.Key))], "Nobody reads it.",
            Plan(Monday), "sha256:00");

    public static ProposalContext At(DateTimeOffset now, params ReadOnlySpan<FeatureFacts> features) =>
        new([.. features], team => team switch { "owners" => ["owner-lead"], "readers" => ["reader-lead"], "newcomers" => ["new-reader-lead"], _ => [] }, Policy, now);

    public static Proposal Submitted(params ReadOnlySpan<FeatureFacts> features) =>
        Deprecation.Propose("p1", Draft(features), OwnerEngineer, At(Monday, features)).Must();

    public static Proposal ApprovedByOwner(params ReadOnlySpan<FeatureFacts> features) =>
        Reviewing.Vote(Submitted(features), OwnerLead, ReviewDecision.Approve, "", Monday).Must();

    public static T Must<T>(this Decision<T> decision)
        where T : notnull
    {
        decision.Refusal.Should().BeNull();
        return decision.Value!;
    }

    public static FeatureFacts After(this FeatureFacts feature, IEnumerable<StageChange> changes) =>
        changes.Where(change => change.Feature == feature.Key)
            .Aggregate(feature, (facts, change) => facts with { Stage = change.To, StageSince = change.At });

    public static IEnumerable<string?> Codes(this Refusal? refusal) => refusal is null ? [] : refusal.Errors.Select(error => error.Code);
}
