using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Standards.Pages;

internal static class TeamPages
{
    private const int MostTeams = 200;

    public static async Task<IResult> List(NpgsqlDataSource source, string? cursor, CancellationToken cancellation)
    {
        var answer = await ScorecardEndpoints.ListAsync(0, source, MostTeams, cursor, cancellation);
        if (!answer.Take(out Page<ScorecardSummary> cards, out var refusal))
            return (Refused)refusal;
        await using var command = source.CreateCommand($"""
            select t.slug, t.name, (select count(*) from registry.feature f where f.team_id = t.id)
            from registry.team t order by t.slug collate "C" limit {MostTeams}
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new List<(string, string, long)>();
        while (await reader.ReadAsync(cancellation))
            teams.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        return Rendered.As<TeamsPage>(new TeamsModel(cards, teams, cursor is null));
    }

    public static async Task<IResult> Get(
        string team, GovernanceDb db, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        var found = await db.Teams.AsNoTracking().Include(one => one.Members).ThenInclude(member => member.Person)
            .SingleOrDefaultAsync(one => one.Slug == team, cancellation);
        if (found is null)
            return (Refused)Problems.NotFound("team", FieldFaults.Printable(team));
        var card = (await ScorecardEndpoints.JointAsync("team", team, Selection.Team(team), source, shelf, clock, cancellation)).Or<JointScorecardView>();
        var trend = (await ScorecardEndpoints.TrendAsync(0, team, null, null, source, clock, cancellation)).Or<LevelTrend>();
        var people = found.Members.OrderBy(member => member.Person.Handle, StringComparer.Ordinal)
            .ToLookup(member => member.IsLead, member => member.Person.Handle);
        return Rendered.As<TeamPage>(new TeamModel(team, found.Name, [.. people[true]], [.. people[false]], card, trend));
    }
}
