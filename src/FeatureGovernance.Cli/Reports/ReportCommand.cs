using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Reports;

namespace FeatureGovernance.Cli.Reports;

/// <summary><c>featgov report</c>: what a quarter brought.</summary>
internal static class ReportCommand
{
    public static Command Create(Surroundings surroundings) => new("report", "What a quarter brought to a team or to the organisation.")
    {
        Show(surroundings), List(surroundings),
    };

    private static Command Show(Surroundings surroundings)
    {
        var quarter = new Argument<string>("QUARTER") { Description = "For example 2026-Q4; the present one is shown as of now." };
        var team = Team();
        return new Command("show", "One review.") { quarter, team }.Runs(surroundings, async call =>
        {
            var path = Paths.Of("reports", call.Get(quarter)).With(("team", call.Get(team)));
            var review = await call.Client.GetAsync<JsonObject>(path, call.Cancellation);
            call.Screen.Fields(review,
                ("quarter", review["quarter"]), ("team", review["team"]), ("final", review["isFinal"]), ("value", review.At("standing.value")),
                ("cost", review.At("standing.cost")), ("cost before", review.At("standing.costBefore")),
                ("advised to go", review.At("standing.advisedToGo")), ("saving a day", review.At("standing.savingPerDay")),
                ("proposed to go", review.At("deprecations.submitted")), ("removed", review.At("deprecations.removed")),
                ("undone", review.At("deprecations.undone")), ("open", review.At("deprecations.open")), ("level", review.At("levels.atEnd")));
        });
    }

    private static Command List(Surroundings surroundings)
    {
        var team = Team();
        var limit = FeatureCommand.Limit();
        return new Command("list", "Reviews that were kept, newest first.") { team, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<ReviewSummary>("reports".With(("team", call.Get(team))), call.Get(limit)),
            new("quarter", one => one.Quarter), new("team", one => one.Team ?? "the organisation"), new("madeAt", one => one.MadeAt)));
    }

    private static Option<string?> Team() => new("--team") { Description = "The team, those under it included; the organisation where left out." };
}
