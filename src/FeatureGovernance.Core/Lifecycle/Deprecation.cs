using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What someone asks to deprecate.</summary>
/// <param name="Features">What, each with its replacement.</param>
/// <param name="Reason">Why.</param>
/// <param name="Plan">When and how.</param>
/// <param name="EvidenceDigest">Digest of the evidence that is frozen with it.</param>
/// <param name="Selection">How the features were chosen, where they were not named one by one.</param>
public sealed record ProposalDraft(
    ImmutableArray<ProposedFeature> Features, string Reason, DeprecationPlan Plan, string EvidenceDigest, string? Selection = null);

/// <summary>What the rules of proposals look at beside the proposal.</summary>
/// <param name="Features">Its features as they stand, with <see cref="FeatureFacts.Replacement"/> as proposed.</param>
/// <param name="LeadsOf">The leads of a team, by name; empty where it has none.</param>
/// <param name="Policy">The organisation's waiting times.</param>
/// <param name="Now">The present moment.</param>
public sealed record ProposalContext(
    ImmutableArray<FeatureFacts> Features,
    Func<string, ImmutableArray<string>> LeadsOf,
    LifecyclePolicy Policy,
    DateTimeOffset Now)
{
    /// <summary>The teams to ask as things stand.</summary>
    public ImmutableArray<RequiredReview> RequiredReviews() => Quorum.Required(Features, LeadsOf, Policy.ReviewDue(Now));
}

/// <summary>The life of a deprecation proposal up to its approval.</summary>
public static class Deprecation
{
    /// <summary>Submits a proposal. The proposer belongs to every owning team, or leads some team, or is an administrator.</summary>
    public static Decision<Proposal> Propose(string id, ProposalDraft draft, Actor proposer, ProposalContext context)
    {
        if (!MayPropose(proposer, context.Features.Select(feature => feature.Team)))
            return NotYours("a member of the owning teams, a lead or an administrator", "propose to deprecate these features");
        if (Faults(draft, context, ownProposal: null) is { IsEmpty: false } faults)
            return new Refusal(RefusalKind.BrokenRule, "unfit-proposal", $"The proposal breaks {faults.Length} rule(s).", faults);
        return new Proposal
        {
            Id = id,
            Features = draft.Features,
            Reason = draft.Reason,
            Plan = draft.Plan,
            Proposer = proposer.Id,
            EvidenceDigest = draft.EvidenceDigest,
            Selection = draft.Selection,
            Reviews = context.RequiredReviews(),
            SubmittedAt = context.Now,
            StateSince = context.Now,
        };
    }

    /// <summary>
    /// Changes a proposal that has not begun to act. Its votes no longer count; who changed it becomes its proposer, so that he
    /// cannot approve his own words. Open objections stay open.
    /// </summary>
    public static Decision<Proposal> Amend(Proposal proposal, ProposalDraft draft, Actor actor, ProposalContext context)
    {
        if (ProposalTable.After(proposal.State, "amend") is not { } state)
            return ProposalTable.Illegal(proposal, "amend");
        if (actor.Id != proposal.Proposer && !actor.IsAdmin && !LeadsOwner(proposal, actor))
            return NotYours("the proposer, a lead of an owning team or an administrator", "amend it");
        if (Faults(draft, context, proposal.Id) is { IsEmpty: false } faults)
            return new Refusal(RefusalKind.BrokenRule, "unfit-proposal", $"The proposal breaks {faults.Length} rule(s).", faults);
        return proposal with
        {
            Revision = proposal.Revision + 1,
            Features = draft.Features,
            Reason = draft.Reason,
            Plan = draft.Plan,
            Proposer = actor.Id,
            EvidenceDigest = draft.EvidenceDigest,
            Selection = draft.Selection,
            Reviews = context.RequiredReviews(),
            State = state,
            StateSince = context.Now,
        };
    }

    /// <summary>Takes back a proposal that has not begun to act.</summary>
    public static Decision<Proposal> Withdraw(Proposal proposal, Actor actor, string reason, DateTimeOffset now)
    {
        if (ProposalTable.After(proposal.State, "withdraw") is not { } state)
            return ProposalTable.Illegal(proposal, "withdraw");
        if (actor.Id != proposal.Proposer && !actor.IsAdmin && !LeadsOwner(proposal, actor))
            return NotYours("the proposer, a lead of an owning team or an administrator", "withdraw it");
        return Close(proposal, state, actor, reason, now);
    }

    /// <summary>Turns down a proposal for good.</summary>
    public static Decision<Proposal> Reject(Proposal proposal, Actor actor, string reason, DateTimeOffset now)
    {
        if (ProposalTable.After(proposal.State, "reject") is not { } state)
            return ProposalTable.Illegal(proposal, "reject");
        if (!actor.IsAdmin && !LeadsOwner(proposal, actor))
            return NotYours("a lead of an owning team or an administrator", "reject it");
        if (string.IsNullOrWhiteSpace(reason))
            return Blank("reason", "A rejection needs a reason.");
        return Close(proposal, state, actor, reason, now);
    }

    internal static Proposal Close(Proposal proposal, ProposalState state, Actor actor, string reason, DateTimeOffset now) =>
        proposal with { State = state, StateSince = now, Closing = new(actor.Id, reason, now) };

    internal static bool LeadsOwner(Proposal proposal, Actor actor) =>
        proposal.Reviews.Any(review => review.Cause == ReviewCause.Owner && actor.LeadsTeam(review.Team));

    /// <summary>Whether somebody may propose that features of these teams go: a member of all of them, whoever leads some team, an administrator.</summary>
    public static bool MayPropose(Actor proposer, IEnumerable<string> owners) =>
        proposer.IsAdmin || !proposer.Leads.IsEmpty || owners.All(proposer.BelongsTo);

    internal static Refusal NotYours(string who, string what) =>
        new(RefusalKind.Forbidden, "not-your-proposal", $"Only {who} may {what}.");

    internal static Refusal Blank(string field, string detail) =>
        new(RefusalKind.Malformed, "blank-text", detail, [new(field, "It is blank.", "Say it in a sentence.", "blank-text")]);

    private static ImmutableArray<FieldError> Faults(ProposalDraft draft, ProposalContext context, string? ownProposal)
    {
        var faults = ImmutableArray.CreateBuilder<FieldError>();
        if (draft.Features.IsDefaultOrEmpty)
            faults.Add(new("features", "The proposal names no feature.", "Name at least one.", "no-feature"));
        if (string.IsNullOrWhiteSpace(draft.Reason))
            faults.Add(new("reason", "The proposal gives no reason.", "Say why the features should go.", "no-reason"));
        faults.AddRange(draft.Plan.Faults(context.Policy, context.Now));

        var facts = context.Features.ToDictionary(feature => feature.Key, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var going = draft.Features.IsDefault ? [] : draft.Features.Select(feature => feature.Key).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < (draft.Features.IsDefault ? 0 : draft.Features.Length); i++)
        {
            var feature = draft.Features[i];
            var field = $"features[{i}]";
            if (!seen.Add(feature.Key))
                faults.Add(new(field, $"'{feature.Key}' is named twice.", "Name it once.", "duplicate-feature"));
            else if (!facts.TryGetValue(feature.Key, out var fact))
                faults.Add(new(field, $"'{feature.Key}' is not registered.", "Check the name.", "unknown-feature"));
            else
                AddFaults(faults, field, fact, ownProposal);
            if (feature.Replacement is { } replacement && going.Contains(replacement))
                faults.Add(new($"{field}.replacement", $"'{replacement}' is to go as well.", "Name a feature that stays.", "replacement-goes-too"));
        }

        return faults.ToImmutable();
    }

    private static void AddFaults(ImmutableArray<FieldError>.Builder faults, string field, FeatureFacts fact, string? ownProposal)
    {
        if (fact.Stage is not (Stage.Adopted or Stage.Experimental))
            faults.Add(new(field, $"'{fact.Key}' is {Words.Of(fact.Stage)}.", "Only an adopted or experimental feature can be deprecated.",
                "not-deprecatable"));
        if (fact.Proposal is { } held && held.Id != ownProposal)
            faults.Add(new(field, $"Proposal '{held.Id}' already holds '{fact.Key}'.", "Join that one, or wait for its end.", "already-proposed"));
        if (fact.Replacement is { Stage: null } missing)
            faults.Add(new($"{field}.replacement", $"The replacement '{missing.Key}' is not registered.", "Register it first, or name another.",
                "unknown-replacement"));
        else if (fact.Replacement is { Stage: >= Stage.Deprecated } leaving)
            faults.Add(new($"{field}.replacement", $"The replacement '{leaving.Key}' is {Words.Of(leaving.Stage!.Value)}.", "Name a feature that stays.",
                "replacement-on-its-way-out"));
    }
}
