using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Capacity.Pages;
using FeatureGovernance.Server.Drift.Pages;
using FeatureGovernance.Server.Lifecycle;
using Npgsql;

namespace FeatureGovernance.Server.Pages;

/// <summary>What waits for the caller, and how the whole stands.</summary>
/// <param name="Reviews">Proposals that want the caller's word.</param>
/// <param name="Requests">Adoption requests that the caller may decide.</param>
/// <param name="Leaving">Proposals under way, the nearest sunset first.</param>
/// <param name="Stages">Features by stage.</param>
/// <param name="Advice">Features by recommendation, with what following it would save a day.</param>
/// <param name="ScoredAt">When the newest scores were published; null before the first.</param>
/// <param name="Incidents">Those nobody has closed, of the caller's teams; of any team where he has none.</param>
/// <param name="Teams">The caller's teams; those with most to save where he has none.</param>
/// <param name="HasTeams">Whether the caller belongs to a team.</param>
/// <param name="Capacity">What will be lacking.</param>
public sealed record HomeModel(
    IReadOnlyList<ProposalView> Reviews, IReadOnlyList<WaitingRequest> Requests, IReadOnlyList<ProposalView> Leaving,
    IReadOnlyList<(string Word, long Count)> Stages, IReadOnlyList<(string Word, long Count, double? Saving)> Advice, DateTimeOffset? ScoredAt,
    IReadOnlyList<IncidentGlance> Incidents, IReadOnlyList<HomeTeam> Teams, bool HasTeams, CapacityGlance Capacity);

/// <summary>An adoption request with features that wait.</summary>
public sealed record WaitingRequest(int Id, string Model, string Requester, long Features);

internal static class Home
{
    private const int Most = 8;
    private const int MostIncidents = 5;

    private const string Waiting = """
        select q.id, m.name, q.requester, count(*)
        from lifecycle.adoption a
        join lifecycle.adoption_request q on q.id = a.request_id
        join registry.model m on m.id = q.model_id
        join registry.feature f on f.id = a.feature_id
        where a.state = $1 and ($2 or f.team_id = any($3))
        group by q.id, m.name, q.requester order by q.id desc limit $4
        """;

    public static void MapHomePage(this RouteGroupBuilder pages) => pages.MapGet("/", Get).Needs(Permission.Read);

    private static async Task<IResult> Get(
        HttpContext context, NpgsqlDataSource source, HomeCountsReader reader, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = context.Caller();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var reviews = (await ProposalList.List(
            context, source, clock, Words.Of(ProposalState.Submitted), null, null, !caller.IsAdmin, 2 * Most, null, cancellation)).Or<Page<ProposalView>>();
        var waiting = reviews?.Items.Where(one =>
            one.Proposer != caller.Actor && one.Votes.All(vote => vote.Voter != caller.Actor || vote.Revision != one.Revision)).Take(Most);
        var counts = await reader.ReadAsync(connection, cancellation);
        var teams = caller.MemberOf;
        return Rendered.As<HomePage>(new HomeModel(
            [.. waiting ?? []], await RequestsAsync(connection, caller, cancellation), await LeavingAsync(connection, clock.GetUtcNow(), cancellation),
            counts.Stages, counts.Advice, await ScoredAtAsync(connection, cancellation),
            await IncidentGlances.ActiveAsync(connection, teams.Count == 0 ? null : [.. teams], MostIncidents, cancellation),
            await counts.TeamsAsync(connection, teams, Most, cancellation), teams.Count > 0, await CapacityGlance.ReadAsync(connection, 4, cancellation)));
    }

    private static async Task<List<WaitingRequest>> RequestsAsync(NpgsqlConnection connection, Caller caller, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Waiting, connection);
        command.Parameters.Add(new() { Value = (short)AdoptionState.Requested });
        command.Parameters.Add(new() { Value = caller.IsAdmin });
        command.Parameters.Add(new() { Value = caller.LeadOf.ToArray() });
        command.Parameters.Add(new() { Value = Most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var requests = new List<WaitingRequest>();
        while (await reader.ReadAsync(cancellation))
            requests.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3)));
        return requests;
    }

    private static async Task<List<ProposalView>> LeavingAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        short[] states = [(short)ProposalState.Approved, (short)ProposalState.Notice, (short)ProposalState.Brownout];
        var stored = await ProposalStore.ReadAsync(connection, "where p.state = any($1) order by p.id desc limit 50", [new() { Value = states }], cancellation);
        return [.. stored.OrderBy(one => one.Proposal.Plan.Sunset).Take(Most).Select(one => one.View(now))];
    }

    private static async Task<DateTimeOffset?> ScoredAtAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select max(finished_at) from value.score_run where state = 2", connection);
        return await command.ExecuteScalarAsync(cancellation) is DateTime at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
    }
}
