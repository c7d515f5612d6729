using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Standards;

/// <summary><c>featgov scorecard</c>: levels, and the way to the next.</summary>
internal static class ScorecardCommand
{
    public static Command Create(Surroundings surroundings) => new("scorecard", "How far up the ladder features, groups and teams are.")
    {
        Feature(surroundings), Joint(surroundings, "team"), Joint(surroundings, "group"), Trend(surroundings), List(surroundings),
    };

    private static Command Feature(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        return new Command("feature", "A feature's level, and the shortest way to the next.") { key }.Runs(surroundings, async call =>
        {
            var card = await call.Client.GetAsync<JsonObject>(Paths.Of("features", call.Get(key), "scorecard"), call.Cancellation);
            if (!call.Screen.Json)
                call.Screen.Raw(Headline(card, $"{card["effort"]}"));
            call.Screen.Table(card, StandardCommand.Rows(card, "path"), Written.Columns("rule", "level", "effort", "message", "remedy"));
        });
    }

    private static Command Joint(Surroundings surroundings, string what)
    {
        var name = new Argument<string>("NAME") { Description = $"The {what}." };
        return new Command(what, $"A {what}'s level, and the cheapest features to lift.") { name }.Runs(surroundings, async call =>
        {
            var card = await call.Client.GetAsync<JsonObject>(Paths.Of("scorecards", $"{what}s", call.Get(name)), call.Cancellation);
            if (!call.Screen.Json)
                call.Screen.Raw($"{Headline(card, $"{card["effort"]}")}, by lifting {card["featuresToLift"]} of {card["features"]} features");
            call.Screen.Table(card, StandardCommand.Rows(card, "path"),
                [.. Written.Columns("feature", "level", "effort"),
                    new("rules", row => string.Join(", ", StandardCommand.Rows(row, "path").Select(step => Written.Cell(step["rule"]))))]);
        });
    }

    private static Command Trend(Surroundings surroundings)
    {
        var what = new Argument<string>("KIND") { Description = "team or group." };
        what.AcceptOnlyFromAmong("team", "group");
        var name = new Argument<string>("NAME") { Description = "The team or group." };
        var from = new Option<string?>("--from") { Description = "The first day; 90 days back where left out." };
        return new Command("trend", "How a level went, day by day.") { what, name, from }.Runs(surroundings, async call =>
        {
            var trend = await call.Client.GetAsync<JsonObject>(
                Paths.Of("scorecards", $"{call.Get(what)}s", call.Get(name), "trend").With(("from", call.Get(from))), call.Cancellation);
            call.Screen.Table(trend, StandardCommand.Rows(trend, "days"), Written.Columns("day", "level", "features", "counts"));
        });
    }

    private static Command List(Surroundings surroundings)
    {
        var what = new Argument<string>("KIND") { Description = "teams or groups." };
        what.AcceptOnlyFromAmong("teams", "groups");
        var limit = FeatureCommand.Limit();
        return new Command("list", "Levels of the newest record, by name.") { what, limit }.Runs(surroundings, async call =>
            call.Screen.Table(await call.ListAsync<JsonObject>(Paths.Of("scorecards", call.Get(what)), call.Get(limit)),
                Written.Columns("subject", "day", "level", "features", "counts")));
    }

    private static string Headline(JsonObject card, string effort) =>
        card["next"] is { } next ? $"{card["level"]}; {next} costs {effort}" : $"{card["level"]}, the highest level";
}
