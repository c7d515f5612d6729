using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Lifecycle;

/// <summary><c>featgov adopt</c>.</summary>
internal static class AdoptCommand
{
    public static Command Create(Surroundings surroundings) => new("adopt", "Ask for features for a model, and decide on such requests.")
    {
        Request(surroundings), Decide(surroundings), List(surroundings), Trials(surroundings), Funnel(surroundings), Recommend(surroundings),
        LookAlikes(surroundings),
    };

    private static Command Request(Surroundings surroundings)
    {
        var model = new Option<string>("--model") { Description = "The model.", Required = true };
        var features = new Option<string[]>("--features") { Description = "The features, with commas between.", Required = true };
        var why = new Option<string>("--justification") { Description = "What the model wants them for.", Required = true };
        return new Command("request", "Ask for features for a model.") { model, features, why }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["model"] = call.Get(model), ["features"] = Given.Array(call.Get(features)), ["justification"] = call.Get(why) };
            Print(call, await call.Client.PostAsync<JsonObject>("adoptions", body, call.Cancellation));
        });
    }

    private static Command Decide(Surroundings surroundings)
    {
        var id = new Argument<int>("ID") { Description = "The request's number." };
        var decision = new Argument<string>("DECISION") { Description = "approve or reject." };
        decision.AcceptOnlyFromAmong("approve", "reject");
        var comment = new Option<string?>("--comment") { Description = "Why." };
        var features = new Option<string[]>("--features") { Description = "Only these; without it, every waiting one that is yours." };
        return new Command("decide", "Approve or reject the features of a request that are yours.") { id, decision, comment, features }
            .Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["decision"] = call.Get(decision) };
            body.PutIfAny("comment", call.Get(comment));
            if (call.Get(features) is { Length: > 0 } some)
                body["features"] = Given.Array(some);
            Print(call, await call.Client.PostAsync<JsonObject>(Paths.Of("adoptions", $"{call.Get(id)}", "decision"), body, call.Cancellation));
        });
    }

    private static Command List(Surroundings surroundings)
    {
        var model = new Option<string?>("--model") { Description = "Only those of this model." };
        var state = new Option<string?>("--state") { Description = "Only those with a feature in this state." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Requests, newest first.") { model, state, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("adoptions".With(("model", call.Get(model)), ("state", call.Get(state))), call.Get(limit)),
            Written.Columns("id", "model", "requester", "states", "justification", "createdAt")));
    }

    private static Command Trials(Surroundings surroundings)
    {
        var flagged = new Option<bool>("--flagged") { Description = "Only those that are over and showed no value." };
        var team = new Option<string?>("--team") { Description = "Only those of this team's models." };
        var limit = FeatureCommand.Limit();
        return new Command("trials", "Trials under way.") { flagged, team, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("adoptions/trials".With(("flagged", call.Get(flagged)), ("team", call.Get(team))), call.Get(limit)),
            Written.Columns("feature", "model", "team", "request", "began", "endsOn", "share", "flaggedAt")));
    }

    private static Command Funnel(Surroundings surroundings)
    {
        var feature = new Option<string?>("--feature") { Description = "Only this feature." };
        var team = new Option<string?>("--team") { Description = "Only this team's features." };
        return new Command("funnel", "How features come to be adopted, and how long each step takes.") { feature, team }.Runs(surroundings, async call =>
        {
            var funnel = await call.Client.GetAsync<JsonObject>("adoptions/funnel".With(("feature", call.Get(feature)), ("team", call.Get(team))),
                call.Cancellation);
            var rows = from side in (string[])["stages", "adoptions"]
                       from row in (funnel[side] as JsonArray ?? []).OfType<JsonObject>()
                       select (Side: side, Row: row);
            var columns = Written.Columns("step", "count", "now", "medianDays", "p90Days");
            call.Screen.Table(funnel, rows.ToList(), [new("of", pair => pair.Side),
                .. columns.Select(column => new Column<(string Side, JsonObject Row)>(column.Title, pair => column.Cell(pair.Row)))]);
        });
    }

    private static Command Recommend(Surroundings surroundings)
    {
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var limit = FeatureCommand.Limit();
        return new Command("recommend", "Features that sibling models gain by and this one lacks.") { model, limit }.Runs(surroundings, async call =>
        {
            var advice = await call.Client.GetAsync<JsonObject>(Paths.Of("models", call.Get(model), "recommendations").With(("limit", call.Get(limit))),
                call.Cancellation);
            call.Screen.Table(advice, Rows(advice, "items"),
                Written.Columns("feature", "team", "stage", "expectedShare", "lower", "upper", "expectedValue", "siblings"));
        });
    }

    private static Command LookAlikes(Surroundings surroundings)
    {
        var key = FeatureCommand.Key();
        return new Command("look-alikes", "Features that look like one; read before proposing it.") { key }.Runs(surroundings, async call =>
        {
            var found = await call.Client.GetAsync<JsonObject>(Paths.Of("features", call.Get(key), "look-alikes"), call.Cancellation);
            call.Screen.Table(found, Rows(found, "items"),
                Written.Columns("feature", "team", "stage", "score", "strong", "name", "source", "wording", "values", "description"));
        });
    }

    private static List<JsonObject> Rows(JsonObject answer, string name) => [.. (answer[name] as JsonArray ?? []).OfType<JsonObject>()];

    private static void Print(Call call, JsonObject request) => call.Screen.Table(
        request, [.. (request["features"] as JsonArray ?? []).OfType<JsonObject>()],
        [new Column<JsonObject>("request", _ => request["id"]), .. Written.Columns("feature", "team", "state", "decidedBy", "comment")]);
}
