using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Capacity;

/// <summary><c>featgov capacity close-gap</c>.</summary>
internal static class GapCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var id = PlanCommand.Id();
        var pool = new Option<string>("--pool") { Description = "The pool.", Required = true };
        var quarter = new Option<string>("--quarter") { Description = "For example 2027Q3.", Required = true };
        var recommended = new Option<bool>("--recommended-only") { Description = "Only features recommended for deprecation or migration." };
        var keep = new Option<string[]>("--keep")
        {
            Description = "Features that must stay; commas between, or repeated.", AllowMultipleArgumentsPerToken = true,
        };
        return new Command("close-gap", "Which deprecations would close a gap at the least loss of value.") { id, pool, quarter, recommended, keep }
            .Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["pool"] = call.Get(pool), ["quarter"] = call.Get(quarter) };
            if (call.Get(recommended))
                body["recommendedOnly"] = true;
            if (call.Get(keep) is { Length: > 0 } kept)
                body["keep"] = Given.Array(kept);
            var answer = await call.Client.PostAsync<JsonObject>(Paths.Of("capacity", "plans", $"{call.Get(id)}", "close-gap"), body, call.Cancellation);
            call.Screen.Table(answer, [.. (answer["features"] as JsonArray ?? []).OfType<JsonObject>()],
                Written.Columns("feature", "team", "value", "freed", "recommendation"));
            call.Screen.Remark(string.Create(CultureInfo.InvariantCulture,
                $"{Number("freed"):G6} a day freed of {Number("needed"):G6} needed; value lost {Number("valueLost"):G4}")
                + (answer["isExact"]?.GetValue<bool>() == true ? ", and no set loses less."
                    : string.Create(CultureInfo.InvariantCulture, $"; the search was cut short, and no set loses less than {Number("lowerBound"):G4}.")));

            double Number(string field) => answer[field]?.GetValue<double>() ?? 0;
        });
    }
}
