using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Lifecycle;

/// <summary><c>featgov deprecate draft</c>.</summary>
internal static class DraftCommands
{
    public static Command Create(Surroundings surroundings) => new("draft", "Proposals that were drafted from recommendations.")
    {
        List(surroundings), Show(surroundings), Submit(surroundings), Reject(surroundings),
    };

    private static Argument<int> Id() => new("ID") { Description = "The draft's number." };

    private static Option<string[]> Some() => new("--features") { Description = "Only these of its features, with commas between." };

    private static Command List(Surroundings surroundings)
    {
        var team = new Option<string?>("--team") { Description = "Of this team." };
        var state = new Option<string>("--state") { Description = "open, submitted, rejected or lapsed.", DefaultValueFactory = _ => "open" };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Drafts, newest first.") { team, state, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("deprecations/drafts".With(("team", call.Get(team)), ("state", call.Get(state))), call.Get(limit)),
            [.. Written.Columns("id", "team", "state"), new("features", draft => (draft["features"] as JsonArray)?.Count),
                .. Written.Columns("value", "savingPerDay", "updatedAt")]));
    }

    private static Command Show(Surroundings surroundings)
    {
        var id = Id();
        return new Command("show", "What a draft would take out, the costliest first.") { id }.Runs(surroundings, async call =>
        {
            var draft = await call.Client.GetAsync<JsonObject>(Paths.Of("deprecations", "drafts", $"{call.Get(id)}"), call.Cancellation);
            call.Screen.Table(draft, [.. (draft["features"] as JsonArray ?? []).OfType<JsonObject>()],
                Written.Columns("feature", "value", "valueLower", "valueUpper", "costPerDay", "class", "confidence"));
        });
    }

    private static Command Submit(Surroundings surroundings)
    {
        var id = Id();
        var features = Some();
        var reason = new Option<string?>("--reason") { Description = "Why they should go." };
        var notice = new Option<int?>("--notice-days") { Description = "Days between approval and brownout." };
        var file = new Option<string?>("--file") { Description = "Plan and replacements as JSON; other options win over it." };
        return new Command("submit", "Make a draft a proposal.") { id, features, reason, notice, file }.Runs(surroundings, async call =>
        {
            var body = call.Get(file) is { } name ? await call.ReadObjectAsync(name) : [];
            if (call.Get(features) is { Length: > 0 } some)
                body["features"] = Given.Array(some);
            body.PutIfAny("reason", call.Get(reason));
            if (call.Get(notice) is { } days)
                body.Put("plan.noticeDays", days);
            DeprecateCommand.Print(call, await call.Client.PostAsync<JsonObject>(Paths.Of("deprecations", "drafts", $"{call.Get(id)}", "submit"), body,
                call.Cancellation));
        });
    }

    private static Command Reject(Surroundings surroundings)
    {
        var id = Id();
        var features = Some();
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        return new Command("reject", "Turn a draft down; it comes again only with materially new evidence.") { id, features, reason }
            .Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["reason"] = call.Get(reason) };
            if (call.Get(features) is { Length: > 0 } some)
                body["features"] = Given.Array(some);
            var draft = await call.Client.PostAsync<JsonObject>(Paths.Of("deprecations", "drafts", $"{call.Get(id)}", "reject"), body, call.Cancellation);
            call.Screen.Fields(draft, ("draft", draft["id"]), ("state", draft["state"]), ("features left", (draft["features"] as JsonArray)?.Count));
        });
    }
}
