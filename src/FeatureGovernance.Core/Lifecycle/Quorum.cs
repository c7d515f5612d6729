using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Who must agree to a proposal, and whether they did.</summary>
public static class Quorum
{
    /// <summary>
    /// Whether every required team has a vote that counts, or has come to agree by silence, and no objection is open. A vote counts
    /// when it approves the present revision, its voter is not the proposer, and it was cast for that team by one of its leads or a
    /// permitted stand-in.
    /// </summary>
    public static bool Reached(Proposal proposal) =>
        !proposal.Reviews.IsEmpty
        && MissingTeams(proposal).IsEmpty
        && proposal.Objections.All(objection => objection.Resolution is not null);

    /// <summary>The required teams that have not approved the present revision.</summary>
    public static ImmutableArray<string> MissingTeams(Proposal proposal) =>
        [.. proposal.Reviews.Where(review => !AgreesBySilence(proposal, review) && !HasApproved(proposal, review.Team)).Select(review => review.Team)];

    /// <summary>
    /// The teams to ask: those that own a feature, those whose live models read one, and those that a rule of the organisation names.
    /// A team that is several is asked once, as the first of these.
    /// </summary>
    /// <param name="facts">The proposal's features.</param>
    /// <param name="leadsOf">The leads of a team, by name.</param>
    /// <param name="due">By when those newly asked should answer.</param>
    public static ImmutableArray<RequiredReview> Required(
        IReadOnlyCollection<FeatureFacts> facts, Func<string, ImmutableArray<string>> leadsOf, DateTimeOffset due)
    {
        var causes = new SortedDictionary<string, ReviewCause>(StringComparer.Ordinal);
        foreach (var feature in facts)
        {
            causes[feature.Team] = ReviewCause.Owner;
            foreach (var reader in feature.LiveReaders)
            {
                if (causes.GetValueOrDefault(reader.Team, ReviewCause.Rule) == ReviewCause.Rule)
                    causes[reader.Team] = ReviewCause.Reader;
            }

            foreach (var team in feature.RuledReviewers)
                causes.TryAdd(team, ReviewCause.Rule);
        }

        return [.. causes.Select(pair => new RequiredReview(pair.Key, pair.Value, leadsOf(pair.Key)) { DueAt = due })];
    }

    /// <summary>The same proposal with the teams of new readers added; none is ever dropped within a revision.</summary>
    public static Proposal WithNewReviewers(Proposal proposal, ImmutableArray<RequiredReview> required)
    {
        var known = proposal.Reviews.ToDictionary(review => review.Team, StringComparer.Ordinal);
        var changed = false;
        foreach (var review in required)
        {
            if (known.TryGetValue(review.Team, out var present) && present.Leads.SequenceEqual(review.Leads))
                continue;
            known[review.Team] = present is null ? review : present with { Leads = review.Leads };
            changed = true;
        }

        return changed ? proposal with { Reviews = [.. known.Values.OrderBy(review => review.Team, StringComparer.Ordinal)] } : proposal;
    }

    /// <summary>Whether the team said nothing on this revision: no vote and no objection.</summary>
    public static bool IsSilent(Proposal proposal, string team) =>
        !proposal.Votes.Any(vote => vote.Team == team && vote.Revision == proposal.Revision)
        && !proposal.Objections.Any(objection => objection.Team == team && objection.Revision == proposal.Revision);

    private static bool AgreesBySilence(Proposal proposal, RequiredReview review) =>
        review.SilentConsentAt is not null && IsSilent(proposal, review.Team);

    private static bool HasApproved(Proposal proposal, string team) => proposal.Votes.Any(vote => vote.Team == team && Counts(proposal, vote));

    private static bool Counts(Proposal proposal, Vote vote) =>
        vote.Decision == ReviewDecision.Approve && vote.Revision == proposal.Revision && vote.Voter != proposal.Proposer;
}
