using System.CommandLine;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Cli.Registry;

/// <summary><c>featgov team</c>.</summary>
internal static class TeamCommand
{
    public static Command Create(Surroundings surroundings) => new("team", "List, show and register teams.")
    {
        List(surroundings), Show(surroundings), Set(surroundings),
    };

    private static Command List(Surroundings surroundings) =>
        new Command("list", "All teams by name.").Runs(surroundings, async call => call.Screen.Table(
            await call.Client.TeamsAsync(call.Cancellation).ToListAsync(call.Cancellation),
            new("team", t => t.Team), new("name", t => t.Name), new("leads", t => t.Leads), new("members", t => t.Members), new("parent", t => t.Parent)));

    private static Command Show(Surroundings surroundings)
    {
        var team = new Argument<string>("TEAM") { Description = "The team's short name." };
        return new Command("show", "One team.") { team }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<TeamView>(Paths.Of("teams", call.Get(team)), call.Cancellation)));
    }

    private static Command Set(Surroundings surroundings)
    {
        var team = new Argument<string>("TEAM") { Description = "The team's short name." };
        var name = new Option<string?>("--name") { Description = "The name shown to people." };
        var leads = new Option<string[]>("--lead") { Description = "Handle of a lead; repeat for more. Replaces the leads there were." };
        var members = new Option<string[]>("--member") { Description = "Handle of a member; repeat for more. Replaces the members there were." };
        var parent = new Option<string?>("--parent") { Description = "The team this one belongs to; '' for none." };
        return new Command("set", "Register a team, or change what is given of it.") { team, name, leads, members, parent }.Runs(surroundings, async call =>
        {
            var present = await call.Client.FindAsync<TeamView>(Paths.Of("teams", call.Get(team)), call.Cancellation);
            var definition = new TeamDefinition
            {
                Name = call.Get(name) ?? present?.Name,
                Leads = call.Has(leads) ? call.Get(leads) : present?.Leads,
                Members = call.Has(members) ? call.Get(members) : present?.Members,
                Parent = call.Has(parent) ? Given.OrNone(call.Get(parent)) : present?.Parent,
            };
            Print(call, await call.Client.PutTeamAsync(call.Get(team), definition, present?.Revision, call.Cancellation));
        });
    }

    private static void Print(Call call, TeamView team) => call.Screen.Fields(
        team, ("team", team.Team), ("name", team.Name), ("leads", team.Leads), ("members", team.Members), ("parent", team.Parent), ("revision", team.Revision));
}
