using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Server.Lifecycle;

internal static class ProposalViews
{
    public static ProposalView View(this StoredProposal stored, DateTimeOffset now)
    {
        var proposal = stored.Proposal;
        return new()
        {
            Id = stored.Id,
            State = Words.Of(proposal.State),
            StateSince = proposal.StateSince,
            Revision = proposal.Revision,
            Version = stored.Version,
            Features = [.. proposal.Features.Select(feature => new FeatureToGo(feature.Key, feature.Replacement))],
            Reason = proposal.Reason,
            Plan = PlanReader.Write(proposal.Plan),
            Proposer = proposal.Proposer,
            SubmittedAt = proposal.SubmittedAt,
            NoticeBegan = proposal.NoticeBegan,
            NoticeEnds = proposal.NoticeEnds,
            BrownoutBegan = proposal.BrownoutBegan,
            BrownoutEnds = proposal.BrownoutEnds,
            ShareStillReading = proposal.ShareStillReading(now),
            Quorum = Quorum.Reached(proposal),
            MissingTeams = Quorum.MissingTeams(proposal),
            Selection = proposal.Selection,
            Reviewers = [.. proposal.Reviews.Select(review => new RequiredReviewView(
                review.Team, Words.Of(review.Cause), review.Leads, review.DueAt, review.RemindedAt, Words.Of(review.Escalation), review.SilentConsentAt))],
            Delegations = [.. proposal.Delegations.Select(one => new DelegationView(one.From, one.To, one.Team, one.Reason, one.At))],
            Votes = [.. proposal.Votes.Select(vote => new VoteView(
                vote.Voter, vote.Team, Words.Of(vote.Decision), vote.Comment, vote.Revision, vote.At, vote.StandIn, vote.OnBehalfOf))],
            Objections = [.. proposal.Objections.Select(one => new ObjectionView(
                one.Number, one.By, one.Team, one.Comment, one.Revision, one.At, one.Resolution?.By, one.Resolution?.Answer, one.Resolution?.At))],
            Closing = proposal.Closing is { } closing ? new(closing.By, closing.Reason, closing.At) : null,
            EvidenceDigest = proposal.EvidenceDigest,
        };
    }
}
