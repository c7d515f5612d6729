using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What an announcement is about: kind, number and name, as the audit trail names it.</summary>
internal sealed record Subject(string Kind, int Id, string Name)
{
    public static Subject Deprecation(int id) => new("deprecation", id, $"deprecation {id}");
}

/// <summary>Who should hear of it: leads of teams, people by handle, and everyone who holds a role.</summary>
internal sealed record Recipients(IReadOnlyList<string> Teams, IReadOnlyList<string> People, IReadOnlyList<string> Roles)
{
    public static Recipients OfTeams(IEnumerable<string> teams) => new([.. teams.Distinct(StringComparer.Ordinal)], [], []);

    public static Recipients OfPeople(params string[] people) => new([], people, []);
}

/// <summary>
/// What people should be told of, as an audit event whose after is <c>{recipients: {teams, people, roles}, data}</c>; whoever delivers
/// notices reads it from there.
/// </summary>
internal static class Announcements
{
    public static void Announce(this WriteTransaction write, string action, Subject subject, Recipients recipients, object data, string? reason = null) =>
        write.Record(NewEvent.Of<object>(action, subject.Kind, subject.Id, subject.Name, null, new { recipients, data }, reason));

    /// <summary>Tells the teams that are newly asked for their review; all of them where the proposal is new or amended.</summary>
    public static void AskForReviews(this WriteTransaction write, int id, Proposal? before, Proposal after)
    {
        if (!after.IsOpen)
            return;
        var asked = before is null || before.Revision != after.Revision
            ? after.Reviews
            : [.. after.Reviews.Where(review => !before.Reviews.Any(known => known.Team == review.Team))];
        if (asked.IsEmpty)
            return;
        write.Announce("deprecation.review-requested", Subject.Deprecation(id), Recipients.OfTeams(asked.Select(review => review.Team)), new
        {
            Features = after.Features.Select(feature => feature.Key),
            after.Revision,
            Reviews = asked.Select(review => new { review.Team, Cause = Words.Of(review.Cause), review.DueAt }),
        }, after.Reason);
    }

    /// <summary>Tells owners and readers when reads will be taken away.</summary>
    public static void AnnounceBrownout(this WriteTransaction write, int id, Proposal proposal) =>
        write.Announce("deprecation.brownout-announced", Subject.Deprecation(id), Recipients.OfTeams(proposal.Reviews.Select(review => review.Team)), new
        {
            Features = proposal.Features.Select(feature => new FeatureToGo(feature.Key, feature.Replacement)),
            Begins = proposal.NoticeEnds,
            Plan = PlanReader.Write(proposal.Plan),
        }, proposal.Reason);
}
