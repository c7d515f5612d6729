using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace FeatureGovernance.Server.Registry;

internal static class TeamEndpoints
{
    public static void MapTeams(this RouteGroupBuilder api)
    {
        var teams = api.MapGroup("").WithTags("Teams");
        teams.MapPut("/teams/{team}", Put).Needs(Permission.ManageTeams).Mutates().WithSummary("Register or change a team");
        teams.MapGet("/teams/{team}", Get).Needs(Permission.Read).WithSummary("One team");
        teams.MapGet("/teams", List).Needs(Permission.Read).WithSummary("All teams by name");
        teams.MapPost("/teams/{team}/rename", Rename).Needs(Permission.ManageTeams).Mutates().WithSummary("Give a team a new name; it stays the same team");
        teams.MapGet("/people", People).Needs(Permission.Read).WithSummary("People and their teams");
    }

    public static async Task<Results<Ok<TeamView>, Created<TeamView>, Refused>> Put(
        string team, TeamDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team);
        faults.Text("name", body.Name, 128);
        faults.Slug("parent", body.Parent, required: false);
        Handles("leads", body.Leads, faults);
        Handles("members", body.Members, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var db = write.Db;
        var record = await Whole(db).SingleOrDefaultAsync(record => record.Slug == team, cancellation);
        if (context.Precondition(record?.Revision) is { } stale)
            return (Refused)stale;
        if (record is null ? NewTeam(context.Caller()) is { } notAllowed : (notAllowed = context.Caller().Refuses(Permission.ManageTeams, record.Id, team)!) is not null)
            return (Refused)notAllowed;

        Team? parent = null;
        if (body.Parent is not null)
        {
            parent = await db.Teams.SingleOrDefaultAsync(other => other.Slug == body.Parent, cancellation);
            if (parent is null)
                return (Refused)Problems.Malformed("parent", $"There is no team '{body.Parent}'.", "Register the parent first.");
            if (record is not null && await IsUnder(db, parent, record, cancellation))
                return (Refused)new Refusal(RefusalKind.BrokenRule, "team-cycle",
                    $"'{body.Parent}' is '{team}' or belongs to it; a team cannot be its own parent.");
        }

        var before = record is null ? null : View(record);
        if (record is null)
            db.Add(record = new Team { Slug = team, Name = team });
        record.Name = body.Name?.Trim() ?? team;
        record.Parent = parent;
        record.ParentId = parent?.Id;
        await SetMembers(db, record, body, cancellation);
        var after = View(record);
        if (before is not null && Json.Text(before) == Json.Text(after))
        {
            context.SetRevision(record.Revision);
            return TypedResults.Ok(after);
        }

        record.Revision++;
        record.UpdatedAt = write.Now;
        await db.SaveChangesAsync(cancellation);
        after = View(record);
        write.Record(NewEvent.Of(before is null ? "team.registered" : "team.changed", "team", record.Id, team, before, after));
        write.AfterCommit(context.RequestServices.GetRequiredService<Callers>().Forget);
        context.SetRevision(record.Revision);
        return before is null ? TypedResults.Created($"/api/v1/teams/{team}", after) : TypedResults.Ok(after);
    }

    private static async Task<Results<Ok<TeamView>, StatusCodeHttpResult, Refused>> Get(
        string team, HttpContext context, GovernanceDb db, CancellationToken cancellation)
    {
        var record = await Whole(db).AsNoTracking().SingleOrDefaultAsync(record => record.Slug == team, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("team", team);
        context.SetRevision(record.Revision);
        return context.IsCurrent(record.Revision) ? TypedResults.StatusCode(304) : TypedResults.Ok(View(record));
    }

    private static async Task<Results<Ok<Page<TeamView>>, Refused>> List(
        GovernanceDb db, string? parent, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "team", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var teams = Whole(db).AsNoTracking();
        if (parent is not null)
            teams = teams.Where(team => team.Parent!.Slug == parent);
        if (after is not null)
            teams = teams.Where(team => string.Compare(team.Slug, after.Last) > 0);
        var found = await teams.OrderBy(team => team.Slug).Take(size + 1).ToListAsync(cancellation);
        var page = found.Take(size).Select(View).ToList();
        return TypedResults.Ok(new Page<TeamView>(page, found.Count > size ? new Cursor("team", page[^1].Team, 0).Encode() : null));
    }

    private static async Task<Results<Ok<TeamView>, Refused>> Rename(
        string team, Rename body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("to", body.To);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var record = await Whole(write.Db).SingleOrDefaultAsync(record => record.Slug == team, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("team", team);
        if (context.Precondition(record.Revision) is { } stale)
            return (Refused)stale;
        if (context.Caller().Refuses(Permission.ManageTeams, record.Id, team) is { } notYours)
            return (Refused)notYours;
        if (await write.Db.Teams.AnyAsync(other => other.Slug == body.To && other.Id != record.Id, cancellation))
            return (Refused)new Refusal(RefusalKind.Conflict, "name-taken", $"There is a team '{body.To}' already.");

        var before = View(record);
        record.Slug = body.To!;
        record.Revision++;
        record.UpdatedAt = write.Now;
        var after = View(record);
        write.Record(NewEvent.Of("team.renamed", "team", record.Id, record.Slug, before, after));
        context.SetRevision(record.Revision);
        return TypedResults.Ok(after);
    }

    /// <summary>A team as it stands; null where there is none.</summary>
    public static async Task<TeamView?> FindAsync(GovernanceDb db, string team, CancellationToken cancellation) =>
        await Whole(db).AsNoTracking().SingleOrDefaultAsync(record => record.Slug == team, cancellation) is { } record ? View(record) : null;

    public static async Task<Results<Ok<Page<PersonView>>, Refused>> People(GovernanceDb db, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "handle", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var from = after?.Last ?? "";
        var people = await db.People.Where(person => string.Compare(person.Handle, from) > 0).OrderBy(person => person.Handle).Take(size + 1)
            .Select(person => new
            {
                person.Handle,
                Teams = db.TeamMembers.Where(member => member.PersonId == person.Id)
                    .Join(db.Teams, member => member.TeamId, team => team.Id, (member, team) => new { team.Slug, member.IsLead })
                    .OrderBy(team => team.Slug).ToList(),
            }).AsNoTracking().ToListAsync(cancellation);
        var page = people.Take(size).Select(person => new PersonView(
            person.Handle, [.. person.Teams.Where(team => team.IsLead).Select(team => team.Slug)], [.. person.Teams.Select(team => team.Slug)])).ToList();
        return TypedResults.Ok(new Page<PersonView>(page, people.Count > size ? new Cursor("handle", page[^1].Handle, 0).Encode() : null));
    }

    private static Refusal? NewTeam(Caller caller) =>
        caller.IsAdmin ? null : new(RefusalKind.Forbidden, "not-allowed", "Only an administrator registers new teams.");

    private static void Handles(string field, IReadOnlyList<string>? handles, FieldFaults faults)
    {
        if (handles is null)
            return;
        faults.Check(handles.Count <= 1_000, field, $"There are {handles.Count:N0} people.", "Use at most 1,000.");
        for (var i = 0; i < Math.Min(handles.Count, 1_000); i++)
            faults.Slug($"{field}[{i}]", handles[i]);
    }

    private static IQueryable<Team> Whole(GovernanceDb db) =>
        db.Teams.Include(team => team.Parent).Include(team => team.Members).ThenInclude(member => member.Person);

    private static async Task<bool> IsUnder(GovernanceDb db, Team team, Team above, CancellationToken cancellation)
    {
        for (Team? at = team; at is not null; at = at.ParentId is null ? null : await db.Teams.FindAsync([at.ParentId], cancellation))
        {
            if (at.Id == above.Id)
                return true;
        }

        return false;
    }

    private static async Task SetMembers(GovernanceDb db, Team team, TeamDefinition body, CancellationToken cancellation)
    {
        // A lead is a member; naming somebody in both lists is no contradiction.
        var wanted = (body.Members ?? []).ToDictionary(handle => handle, _ => false, StringComparer.Ordinal);
        foreach (var lead in body.Leads ?? [])
            wanted[lead] = true;
        var people = await PeopleNamed(db, [.. wanted.Keys], cancellation);
        team.Members.RemoveAll(member => !wanted.ContainsKey(member.Person.Handle));
        foreach (var (handle, isLead) in wanted)
        {
            if (team.Members.Find(member => member.Person.Handle == handle) is { } present)
                present.IsLead = isLead;
            else
                team.Members.Add(new TeamMember { Person = people[handle], IsLead = isLead });
        }
    }

    private static async Task<Dictionary<string, Person>> PeopleNamed(GovernanceDb db, string[] handles, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"insert into registry.person (handle) select unnest({handles}) on conflict do nothing", cancellation);
        return await db.People.Where(person => handles.Contains(person.Handle)).ToDictionaryAsync(person => person.Handle, cancellation);
    }

    private static TeamView View(Team team) => new()
    {
        Team = team.Slug,
        Name = team.Name,
        Parent = team.Parent?.Slug,
        Leads = [.. team.Members.Where(member => member.IsLead).Select(member => member.Person.Handle).Order(StringComparer.Ordinal)],
        Members = [.. team.Members.Where(member => !member.IsLead).Select(member => member.Person.Handle).Order(StringComparer.Ordinal)],
        Revision = team.Revision,
    };
}
