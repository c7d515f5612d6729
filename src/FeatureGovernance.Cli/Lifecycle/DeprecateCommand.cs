using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Lifecycle;

/// <summary><c>featgov deprecate</c>.</summary>
internal static class DeprecateCommand
{
    public static Command Create(Surroundings surroundings) => new("deprecate", "Propose that features go, review that, and see it through.")
    {
        Propose(surroundings), List(surroundings), Show(surroundings), Review(surroundings), Advance(surroundings),
        Close(surroundings, "withdraw", "Take a proposal back before it acts."),
        Close(surroundings, "reject", "Turn a proposal down for good."),
        Close(surroundings, "rollback", "Undo a proposal at any step before removal."),
        ReviewerCommands.Delegate(surroundings), ReviewerCommands.TakeBack(surroundings), ReviewerCommands.Resolve(surroundings),
        DraftCommands.Create(surroundings), MigrationCommands.Create(surroundings), RemovalCommands.Brownout(surroundings),
        RemovalCommands.Verify(surroundings), RemovalCommands.Outcome(surroundings),
    };

    public static Argument<int> Id() => new("ID") { Description = "The proposal's number." };

    private static Command Propose(Surroundings surroundings)
    {
        var features = new Option<string[]>("--features") { Description = "The features, with commas between." };
        var replacement = new Option<string?>("--replacement") { Description = "What takes their place." };
        var reason = new Option<string?>("--reason") { Description = "Why they should go." };
        var notice = new Option<int?>("--notice-days") { Description = "Days between approval and brownout." };
        var sunset = new Option<DateTimeOffset?>("--sunset") { Description = "The date before which nothing is disabled." };
        var query = new Option<string[]>("--query") { Description = "Filters of the feature list instead of features, as NAME=VALUE: q, team, stage, kind, group, model, recommendation." };
        var group = new Option<string?>("--group") { Description = "Every feature of a group instead of features." };
        var table = new Option<string?>("--source-table") { Description = "Every feature of a source table instead of features, as TABLE or SYSTEM:TABLE." };
        var file = new Option<string?>("--file") { Description = "The whole proposal as JSON, brownout schedule and guardrails included; other options win over it." };
        var command = new Command("propose", "Propose to deprecate features; what is known of them is frozen with it.")
        {
            features, query, group, table, replacement, reason, notice, sunset, file,
        };
        return command.Runs(surroundings, async call =>
        {
            var body = call.Get(file) is { } name ? await call.ReadObjectAsync(name) : [];
            if (call.Get(features) is { Length: > 0 } keys)
                body["features"] = new JsonArray([.. Given.References(keys).Select(key => Leaving(key, call.Get(replacement)))]);
            if (call.Get(query) is { Length: > 0 } filters)
                body["query"] = new JsonObject(Given.Pairs("--query", filters).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
            body.PutIfAny("group", call.Get(group));
            if (call.Get(table) is { } source)
                body["sourceTable"] = Source(source);
            body.PutIfAny("reason", call.Get(reason));
            if (call.Get(notice) is { } days)
                body.Put("plan.noticeDays", days);
            if (call.Get(sunset) is { } date)
                body.Put("plan.sunset", date);
            Print(call, await call.Client.PostAsync<JsonObject>("deprecations", body, call.Cancellation));
        });
    }

    private static JsonObject Source(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return at < 0 ? new() { ["table"] = text } : new() { ["system"] = text[..at], ["table"] = text[(at + 1)..] };
    }

    private static JsonObject Leaving(string key, string? replacement)
    {
        var feature = new JsonObject { ["key"] = key };
        feature.PutIfAny("replacement", replacement);
        return feature;
    }

    private static Command List(Surroundings surroundings)
    {
        var state = new Option<string?>("--state") { Description = "submitted, approved, notice, brownout, disabled, …" };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Proposals, newest first.") { state, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("deprecations".With(("state", call.Get(state))), call.Get(limit)),
            [.. Written.Columns("id", "state", "stateSince"), new("features", Keys), .. Written.Columns("proposer", "missingTeams", "plan.sunset", "reason")]));
    }

    private static Command Show(Surroundings surroundings)
    {
        var id = Id();
        return new Command("show", "One proposal; with --json, its evidence too.") { id }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<JsonObject>(Paths.Of("deprecations", $"{call.Get(id)}"), call.Cancellation)));
    }

    private static Command Review(Surroundings surroundings)
    {
        var id = Id();
        var decision = new Argument<string>("DECISION") { Description = "approve, object or abstain." };
        decision.AcceptOnlyFromAmong("approve", "object", "abstain");
        var comment = new Option<string?>("--comment") { Description = "Why; an objection needs it." };
        var team = new Option<string?>("--team") { Description = "The team to speak for; without it, every required team that you lead." };
        return new Command("review", "Approve, object or abstain for a required team.") { id, decision, comment, team }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["decision"] = call.Get(decision) };
            body.PutIfAny("comment", call.Get(comment));
            body.PutIfAny("team", call.Get(team));
            Print(call, await call.Client.PostAsync<JsonObject>(Paths.Of("deprecations", $"{call.Get(id)}", "reviews"), body, call.Cancellation));
        });
    }

    private static Command Advance(Surroundings surroundings)
    {
        var id = Id();
        var over = new Option<bool>("--override") { Description = "Go past conditions that may be overridden; for administrators." };
        var reason = new Option<string?>("--reason") { Description = "Why; an override needs it." };
        return new Command("advance", "Take the next step now, or tell what is missing (exit code 1).") { id, over, reason }.Runs(surroundings, async call =>
        {
            var body = new JsonObject();
            if (call.Get(over))
                body["override"] = true;
            body.PutIfAny("reason", call.Get(reason));
            var answer = await call.Client.PostAsync<JsonObject>(Paths.Of("deprecations", $"{call.Get(id)}", "advance"), body, call.Cancellation);
            if (call.Screen.Json)
                call.Screen.Say("", answer);
            else
                Print(call, answer["proposal"] as JsonObject ?? answer);
            foreach (var unmet in (answer["unmet"] as JsonArray ?? []).OfType<JsonObject>())
                call.Screen.Remark($"{unmet["subject"]}: {unmet["message"]} {unmet["remedy"]}");
            return answer["moved"]?.GetValue<bool>() is false ? ExitCode.Fail : ExitCode.Pass;
        });
    }

    private static Command Close(Surroundings surroundings, string step, string description)
    {
        var id = Id();
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        return new Command(step, description) { id, reason }.Runs(surroundings, async call => Print(call, await call.Client.PostAsync<JsonObject>(
            Paths.Of("deprecations", $"{call.Get(id)}", step), new JsonObject { ["reason"] = call.Get(reason) }, call.Cancellation)));
    }

    public static string Keys(JsonObject proposal) => string.Join(", ", (proposal["features"] as JsonArray ?? [])
        .Select(feature => feature is JsonObject leaving ? Written.Cell(leaving["key"]) : Written.Cell(feature)));

    public static void Print(Call call, JsonObject proposal) => call.Screen.Fields(
        proposal, ("proposal", proposal["id"]), ("state", proposal["state"]), ("since", proposal["stateSince"]), ("features", Keys(proposal)),
        ("reason", proposal["reason"]), ("chosen by", proposal["selection"]),
        ("proposer", proposal["proposer"]), ("notice ends", proposal["noticeEnds"]), ("brownout ends", proposal["brownoutEnds"]),
        ("sunset", proposal.At("plan.sunset")),
        ("still reading", proposal["shareStillReading"]), ("quorum", proposal["quorum"]), ("waiting for", proposal["missingTeams"]),
        ("objections", Objections(proposal)), ("delegated", Delegated(proposal)), ("closed", proposal.At("closing.reason")));

    private static string Objections(JsonObject proposal) => string.Join("; ", Things(proposal, "objections")
        .Select(one => $"{one["number"]} of {one["team"]}{(one["answer"] is null ? " (open)" : " (resolved)")}: {one["comment"]}"));

    private static string Delegated(JsonObject proposal) => string.Join("; ", Things(proposal, "delegations")
        .Select(one => $"{one["team"]}: {one["from"]} to {one["to"]}"));

    private static IEnumerable<JsonObject> Things(JsonObject proposal, string field) => (proposal[field] as JsonArray ?? []).OfType<JsonObject>();
}
