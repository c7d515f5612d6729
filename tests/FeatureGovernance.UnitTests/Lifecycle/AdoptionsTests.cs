using System.Collections.Immutable;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class AdoptionsTests
{
    private static readonly FeatureFacts Foreign = Given.Feature(Stage.Adopted);
    private static readonly FeatureFacts Own = Given.Feature(Stage.Experimental, "views:rate") with { Team = "readers" };

    [Fact]
    public void A_feature_of_another_team_waits_for_it_and_one_of_the_own_team_is_granted_at_once() =>
        Request([Foreign, Own]).Must().Select(adoption => adoption.State).Should().Equal(AdoptionState.Requested, AdoptionState.Approved);

    [Fact]
    public void A_lead_of_the_owning_team_decides_and_nobody_else()
    {
        var request = Request([Foreign]).Must()[0];
        foreach (var other in new[] { Given.OwnerEngineer, Given.Stranger, Given.NewReaderLead })
            Decide(request, AdoptionState.Approved, other).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        Decide(request, AdoptionState.Approved, Given.OwnerLead).Must()
            .Should().BeEquivalentTo(new { State = AdoptionState.Approved, DecidedBy = "owner-lead" });
    }

    [Fact]
    public void Nobody_approves_what_he_asked_for_himself()
    {
        var both = new Actor("both", ["owners", "readers"], []);
        var request = Adoptions.Request("ranker", "readers", [Foreign], [], "ctr", both, Given.Monday).Must()[0];
        Decide(request, AdoptionState.Approved, both).Refusal!.Code.Should().Be("own-request");
    }

    [Fact]
    public void A_request_names_every_feature_that_cannot_be_asked_for()
    {
        var leaving = Given.Feature(Stage.Deprecated, "g:leaving") with { Replacement = new("g:next", Stage.Adopted) };
        var present = Request([Foreign]).Must();
        var refusal = Request([leaving, Foreign], present).Refusal!;
        refusal.Codes().Should().Equal("not-adoptable", "already-requested");
        refusal.Errors[0].Remedy.Should().Contain("g:next");
    }

    [Fact]
    public void A_granted_feature_is_tried_adopted_and_at_last_migrated()
    {
        var adoption = Request([Own]).Must()[0];
        foreach (var to in new[] { AdoptionState.Trial, AdoptionState.Adopted, AdoptionState.Migrated })
        {
            Adoptions.Grants(adoption.State).Should().BeTrue();
            adoption = Decide(adoption, to, Given.ReaderLead).Must();
        }

        Adoptions.Grants(adoption.State).Should().BeFalse();
        Decide(adoption, AdoptionState.Adopted, Given.Admin).Refusal!.Kind.Should().Be(RefusalKind.Conflict);
    }

    [Fact]
    public void Nothing_is_read_without_approval() =>
        Decide(Request([Foreign]).Must()[0], AdoptionState.Trial, Given.ReaderLead).Refusal!.Kind.Should().Be(RefusalKind.Conflict);

    private static Decision<ImmutableArray<Adoption>> Request(ImmutableArray<FeatureFacts> features, ImmutableArray<Adoption>? present = null) =>
        Adoptions.Request("ranker", "readers", features, present ?? [], "ctr", Given.ReaderLead, Given.Monday);

    private static Decision<Adoption> Decide(Adoption adoption, AdoptionState to, Actor actor) =>
        Adoptions.Decide(adoption, to, actor, null, Given.Monday);
}
