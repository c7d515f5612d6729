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
        Request(surroundings), Decide(surroundings), List(surroundings),
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
        return new Command("decide", "Approve or reject the features of a request that are yours.") { id, decision, comment, features }.Runs(surroundings, async call =>
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

    private static void Print(Call call, JsonObject request) => call.Screen.Table(
        request, [.. (request["features"] as JsonArray ?? []).OfType<JsonObject>()],
        [new Column<JsonObject>("request", _ => request["id"]), .. Written.Columns("feature", "team", "state", "decidedBy", "comment")]);
}
