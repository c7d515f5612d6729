using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Lifecycle;

/// <summary>Brownouts, the proof before removal and the record after it: <c>featgov deprecate brownout|verify|outcome</c>.</summary>
internal static class RemovalCommands
{
    public static Command Brownout(Surroundings surroundings)
    {
        var scheduled = new Option<bool>("--scheduled") { Description = "What is announced, with every change to come." };
        var limit = FeatureCommand.Limit();
        return new Command("brownout", "Features whose reads are being taken away now.") { scheduled, limit }.Runs(surroundings, async call =>
        {
            if (call.Get(scheduled))
            {
                var changes = (await call.ListAsync<JsonObject>("brownouts/scheduled", call.Get(limit)))
                    .SelectMany(one => (one["changes"] as JsonArray ?? []).OfType<JsonObject>().Select(change => (one, change))).ToList();
                call.Screen.Table(changes.Select(pair => pair.one).Distinct().ToList(), changes,
                    new("deprecation", pair => pair.one["deprecation"]), new("features", pair => DeprecateCommand.Keys(pair.one)),
                    new("from", pair => pair.change["at"]), new("share", pair => pair.change["share"]));
                return;
            }

            var current = await call.Client.GetAsync<JsonObject>("brownouts/current", call.Cancellation);
            call.Screen.Table(current, [.. (current["items"] as JsonArray ?? []).OfType<JsonObject>()],
                Written.Columns("feature", "stage", "share", "replacement", "proposal", "nextChangeAt", "sunset"));
        });
    }

    public static Command Verify(Surroundings surroundings)
    {
        var id = DeprecateCommand.Id();
        return new Command("verify", "What is known of remaining reads, with bounds; exit code 1 while a condition of the next step is unmet.") { id }
            .Runs(surroundings, async call =>
        {
            var found = await call.Client.GetAsync<JsonObject>(Paths.Of("deprecations", $"{call.Get(id)}", "verification"), call.Cancellation);
            call.Screen.Table(found, [.. (found["features"] as JsonArray ?? []).OfType<JsonObject>()],
                Written.Columns("feature", "stage", "serving.verdict", "serving.lastRead", "serving.unseenReadsPerDayUpperBound", "training.verdict",
                    "liveReaders", "derivedFeatures"));
            var unmet = (found["unmet"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            foreach (var one in unmet)
                call.Screen.Remark($"{one["subject"]}: {one["message"]} {one["remedy"]}");
            return unmet.Count > 0 ? ExitCode.Fail : ExitCode.Pass;
        });
    }

    public static Command Outcome(Surroundings surroundings)
    {
        var limit = FeatureCommand.Limit();
        return new Command("outcome", "What removals were to lose and save, and what they did.") { limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("deprecations/outcomes", call.Get(limit)),
            Written.Columns("deprecation", "removedAt", "predictedLoss", "predictedLossUpper", "observedLoss", "predictedSavingPerDay",
                "observedSavingPerDay", "settled")));
    }
}
