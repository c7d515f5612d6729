using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Lifecycle;

/// <summary>What reviewers do beside voting: <c>featgov deprecate delegate|take-back|resolve</c>.</summary>
internal static class ReviewerCommands
{
    public static Command Delegate(Surroundings surroundings)
    {
        var id = DeprecateCommand.Id();
        var team = new Option<string>("--team") { Description = "The required team whose vote it is.", Required = true };
        var to = new Option<string>("--to") { Description = "Who votes instead: a person who leads some team.", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        return new Command("delegate", "Hand your vote for a required team to another lead.") { id, team, to, reason }.Runs(surroundings, async call =>
            DeprecateCommand.Print(call, await call.Client.PostAsync<JsonObject>(Paths.Of("deprecations", $"{call.Get(id)}", "delegations"),
                new JsonObject { ["team"] = call.Get(team), ["to"] = call.Get(to), ["reason"] = call.Get(reason) }, call.Cancellation)));
    }

    public static Command TakeBack(Surroundings surroundings)
    {
        var id = DeprecateCommand.Id();
        var team = new Option<string>("--team") { Description = "The required team.", Required = true };
        return new Command("take-back", "Take back a vote that you handed on.") { id, team }.Runs(surroundings, async call =>
        {
            await call.Client.DeleteAsync(Paths.Of("deprecations", $"{call.Get(id)}", "delegations", call.Get(team)!), call.Cancellation);
            call.Screen.Say("The vote is yours again.", new { taken = call.Get(team) });
        });
    }

    public static Command Resolve(Surroundings surroundings)
    {
        var id = DeprecateCommand.Id();
        var number = new Argument<int>("OBJECTION") { Description = "The objection's number." };
        var answer = new Option<string>("--answer") { Description = "The answer, for the record.", Required = true };
        return new Command("resolve", "Close an objection with an answer; for who raised it, or an administrator.") { id, number, answer }
            .Runs(surroundings, async call =>
            DeprecateCommand.Print(call, await call.Client.PostAsync<JsonObject>(
                Paths.Of("deprecations", $"{call.Get(id)}", "objections", $"{call.Get(number)}", "resolution"),
                new JsonObject { ["answer"] = call.Get(answer) }, call.Cancellation)));
    }
}
