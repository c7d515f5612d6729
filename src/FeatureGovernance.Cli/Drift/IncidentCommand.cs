using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Drift;

/// <summary><c>featgov incidents</c>: what changed in values on the server, and what to make of it.</summary>
internal static class IncidentCommand
{
    private const double MostDays = 90;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Surroundings surroundings) => new("incidents", "What changed in the values of features, why, and whom it hurts.")
    {
        List(surroundings), Show(surroundings), Detect(surroundings),
        Decide(surroundings, "ack", "acknowledged", "Say that somebody looks at it.", reasonRequired: false),
        Decide(surroundings, "resolve", "resolved", "Say that it is over."),
        Decide(surroundings, "expect", "expected", "Say that it is as it should be; no smaller change of the kind is told again."),
        Decide(surroundings, "reopen", "open", "Take a decision back."),
        Snooze(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var filters = new[] { "feature", "team", "model", "status", "cause", "severity" }
            .Select(name => (Name: name, Option: new Option<string?>($"--{name}") { Description = $"Only those of this {name}." })).ToList();
        var all = new Option<bool>("--all") { Description = "Closed ones too." };
        var limit = FeatureCommand.Limit();
        var command = new Command("list", "Incidents that nobody has closed, the most serious first.") { all, limit };
        filters.ForEach(filter => command.Add(filter.Option));
        return command.Runs(surroundings, async call =>
        {
            var open = call.Get(all) || call.Get(filters[3].Option) is not null ? null : "true";
            var path = filters.Aggregate("incidents".With(("order", "severity"), ("active", open)), (so, filter) =>
                so.With((filter.Name, call.Get(filter.Option))));
            call.Screen.Table(await call.ListAsync<JsonObject>(path, call.Get(limit)),
                Written.Columns("id", "severity", "status", "feature", "features", "loss", "start", "end", "cause", "fault", "causeProbability"));
        });
    }

    private static Command Show(Surroundings surroundings)
    {
        var id = new Argument<int>("ID");
        return new Command("show", "One incident with its evidence and what it costs models.") { id }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<JsonObject>(At(call.Get(id)), call.Cancellation)));
    }

    private static Command Detect(Surroundings surroundings)
    {
        var wait = new Option<bool>("--wait") { Description = "Wait for the end; exit code 1 where the run fails." };
        return new Command("detect", "Look through all stored profiles now.") { wait }.Runs(surroundings, async call =>
        {
            var run = await call.Client.PostAsync<JsonObject>("drift/runs", new JsonObject(), call.Cancellation);
            while (call.Get(wait) && run["finishedAt"] is null)
            {
                await Task.Delay(Pause, call.Surroundings.Clock, call.Cancellation);
                run = await call.Client.GetAsync<JsonObject>(Paths.Of("drift", "runs", $"{run["id"]}"), call.Cancellation);
            }

            call.Screen.Fields(run, [("run", run["id"]), ("state", run["state"]), ("error", run["error"]),
                .. (run["counts"] as JsonObject ?? []).Select(count => (count.Key, (object?)count.Value))]);
            return $"{run["state"]}" is "failed" or "cancelled" ? ExitCode.Fail : ExitCode.Pass;
        });
    }

    private static Command Decide(Surroundings surroundings, string name, string status, string description, bool reasonRequired = true)
    {
        var id = new Argument<int>("ID");
        var reason = new Option<string?>("--reason") { Description = "Why, for those who read it later.", Required = reasonRequired };
        return new Command(name, description) { id, reason }.Runs(surroundings, call => PatchAsync(call, call.Get(id), status, call.Get(reason), null));
    }

    private static Command Snooze(Surroundings surroundings)
    {
        var id = new Argument<int>("ID");
        var reason = new Option<string?>("--reason") { Description = "Why, for those who read it later.", Required = true };
        var days = new Option<double>("--days") { Description = "For how long, at most 90.", DefaultValueFactory = _ => 7 };
        return new Command("snooze", "Put an incident off.") { id, reason, days }.Runs(surroundings, call =>
            PatchAsync(call, call.Get(id), "snoozed", call.Get(reason), call.Get(days) is > 0 and <= MostDays and var ahead
                ? call.Surroundings.Clock.GetUtcNow().AddDays(ahead)
                : throw new UsageException("--days is not above 0 and at most 90.", "Put it off for 0.5 to 90 days.")));
    }

    private static async Task PatchAsync(Call call, int id, string status, string? reason, DateTimeOffset? until)
    {
        var body = new JsonObject { ["status"] = status };
        if (reason is not null)
            body["reason"] = reason;
        if (until is { } instant)
            body["until"] = instant;
        Print(call, await call.Client.PatchAsync<JsonObject>(At(id), body, call.Cancellation));
    }

    private static string At(int id) => Paths.Of("incidents", id.ToString(CultureInfo.InvariantCulture));

    private static void Print(Call call, JsonObject incident) => call.Screen.Fields(incident,
    [
        ("incident", incident["id"]), ("feature", incident["feature"]), ("features", incident["features"]), ("team", incident["team"]),
        ("status", incident["status"]), ("severity", incident["severity"]), ("from", incident["start"]), ("to", incident["end"]), ("kind", incident["kind"]),
        ("cause", $"{incident["cause"]}{(incident["fault"] is { } fault ? $" ({fault})" : "")}, {incident["causeProbability"]}"),
        .. (incident["evidence"] as JsonArray ?? []).Select(one => ("evidence", (object?)one?["words"])),
        .. (incident.At("impact.byModel") as JsonArray ?? []).Take(10).Select(one => ("costs", (object?)Cost(one!))),
        ("reason", incident["reason"]),
    ]);

    private static string Cost(JsonNode model)
    {
        var loss = model["loss"] is { } part
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * part.GetValue<double>():0.##} % of what its features tell it")
            : "unknown";
        var metric = model["metricChange"] is { } change ? string.Create(CultureInfo.InvariantCulture,
            $"; {model["metric"]} {change.GetValue<double>():+0.#####;-0.#####} ({model["metricLower"]!.GetValue<double>():+0.#####;-0.#####} to {model["metricUpper"]!.GetValue<double>():+0.#####;-0.#####})") : "";
        return $"{model["model"]}: {loss}{metric}, {(model["method"]?.GetValue<string>() == "replay" ? "replayed" : "by profiles")}";
    }
}
