using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>People with their teams, and the teams that the caller may change.</summary>
/// <param name="MayRegister">Whether the caller may register new teams.</param>
/// <param name="Kept">What was typed into the form that was turned down, by field.</param>
public sealed record PeopleModel(
    Page<PersonView> People, IReadOnlyList<string> Teams, bool MayRegister, bool IsFirst, Complaint? Complaint, IReadOnlyDictionary<string, string> Kept);

/// <summary>Who belongs where: each step is a change of the team, by the team's own rules.</summary>
internal static class PeoplePages
{
    private const int MostTeams = 1_000;

    public static async Task<IResult> Get(HttpContext context, GovernanceDb db, NpgsqlDataSource source, string? cursor, CancellationToken cancellation)
    {
        var answer = await TeamEndpoints.People(db, 100, cursor, cancellation);
        if (!answer.Take(out Page<PersonView> people, out var refusal))
            return (Refused)refusal;
        var teams = await TeamsAsync(context.Caller(), source, cancellation);
        return Rendered.As<PeoplePage>(new PeopleModel(people, teams, context.Caller().IsAdmin, cursor is null, null, new Dictionary<string, string>()));
    }

    /// <summary>A new team; one of that name stays as it is.</summary>
    public static async Task<IResult> Register(HttpContext context, WriteTransaction write, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var slug = form.Field("slug") ?? "";
        var team = new TeamDefinition { Name = form.Field("name"), Parent = form.Field("parent"), Leads = form.Field("lead") is { } lead ? [lead] : [] };
        var answer = FieldFaults.IsSlug(slug) && await TeamEndpoints.FindAsync(write.Db, slug, cancellation) is not null
            ? (Refused)Problems.Malformed("team", $"There is a team '{slug}' already.", "Choose another name, or add people to that one.")
            : await TeamEndpoints.Put(slug, team, context, write, cancellation);
        return answer.Take(out TeamView _, out var refusal)
            ? Rendered.See(context, $"/teams/{slug}")
            : await AgainAsync(context, form, refusal, write.Db, source, cancellation);
    }

    public static Task<IResult> Join(HttpContext context, WriteTransaction write, NpgsqlDataSource source, CancellationToken cancellation) =>
        ChangeAsync(context, write, source, (team, person, form) => form["as"] == "lead"
            ? With(team, [.. Others(team.Leads, person), person], Others(team.Members, person))
            : With(team, Others(team.Leads, person), [.. Others(team.Members, person), person]), cancellation);

    public static Task<IResult> Leave(HttpContext context, WriteTransaction write, NpgsqlDataSource source, CancellationToken cancellation) =>
        ChangeAsync(context, write, source, (team, person, _) => With(team, Others(team.Leads, person), Others(team.Members, person)), cancellation);

    private static async Task<IResult> ChangeAsync(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, Func<TeamView, string, IFormCollection, TeamDefinition> change,
        CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var (slug, person) = (form.Field("team") ?? "", form.Field("person") ?? "");
        Refusal? refusal;
        if (!FieldFaults.IsSlug(person))
            refusal = Problems.Malformed("person", "That is no handle.", "Use 1 to 128 ASCII letters, digits, '_', '.', '-' or '@'.");
        else if (!FieldFaults.IsSlug(slug) || await TeamEndpoints.FindAsync(write.Db, slug, cancellation) is not { } team)
            refusal = Problems.Malformed("team", "There is no such team.", "Choose one.");
        else
        {
            // What others changed since it was read here is not to be undone.
            context.Request.Headers.IfMatch = $"\"{team.Revision}\"";
            var answer = await TeamEndpoints.Put(slug, change(team, person, form), context, write, cancellation);
            if (answer.Take(out TeamView _, out refusal))
                return Rendered.See(context, "/admin/people");
        }

        return await AgainAsync(context, form, refusal, write.Db, source, cancellation);
    }

    private static async Task<IResult> AgainAsync(
        HttpContext context, IFormCollection form, Refusal refusal, GovernanceDb db, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var people = (await TeamEndpoints.People(db, 100, null, cancellation)).Or<Page<PersonView>>() ?? new([], null);
        var teams = await TeamsAsync(context.Caller(), source, cancellation);
        var kept = form.ToDictionary(one => one.Key, one => one.Value.ToString());
        return Rendered.As<PeoplePage>(
            new PeopleModel(people, teams, context.Caller().IsAdmin, true, Complaint.Of(refusal), kept), Problems.Status(refusal.Kind));
    }

    private static TeamDefinition With(TeamView team, IReadOnlyList<string> leads, IReadOnlyList<string> members) =>
        new() { Name = team.Name, Parent = team.Parent, Leads = leads, Members = members };

    private static List<string> Others(IReadOnlyList<string>? people, string person) => [.. (people ?? []).Where(one => one != person)];

    private static async Task<List<string>> TeamsAsync(Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select slug from registry.team where $1 or id = any($2) order by slug limit {MostTeams}");
        command.Parameters.Add(new() { Value = caller.IsAdmin });
        command.Parameters.Add(new() { Value = caller.LeadOf.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new List<string>();
        while (await reader.ReadAsync(cancellation))
            teams.Add(reader.GetString(0));
        return teams;
    }
}
