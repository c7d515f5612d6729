using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Lifecycle;

/// <summary><c>featgov deprecate migrate</c>.</summary>
internal static class MigrationCommands
{
    public static Command Create(Surroundings surroundings) => new("migrate", "Models on their way off features that are going.")
    {
        List(surroundings), Progress(surroundings), Set(surroundings),
    };

    private static Command List(Surroundings surroundings)
    {
        var id = new Option<int?>("--deprecation") { Description = "Of this proposal." };
        var team = new Option<string?>("--team") { Description = "Assigned to this team." };
        var model = new Option<string?>("--model") { Description = "Of this model." };
        var status = new Option<string?>("--status") { Description = "open, inProgress, blocked or done." };
        var limit = FeatureCommand.Limit();
        return new Command("list", "Migration tasks.") { id, team, model, status, limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("migrations".With(
                ("deprecation", call.Get(id)), ("team", call.Get(team)), ("model", call.Get(model)), ("status", call.Get(status))), call.Get(limit)),
            Written.Columns("id", "deprecation", "feature", "model", "replacement", "assignee", "status", "dueAt", "inManifest", "lastServingRead", "note")));
    }

    private static Command Progress(Surroundings surroundings)
    {
        var id = DeprecateCommand.Id();
        return new Command("progress", "How many readers of a proposal are left, and of how many nobody knows.") { id }.Runs(surroundings, async call =>
        {
            var progress = await call.Client.GetAsync<JsonObject>(Paths.Of("deprecations", $"{call.Get(id)}", "progress"), call.Cancellation);
            call.Screen.Fields(progress, ("reads", progress["reads"]), ("in manifests", progress["inManifests"]), ("seen reading", progress["seenReading"]),
                ("unknown", progress["unknown"]), ("overdue", progress["overdue"]), ("done", Bar(progress["done"])));
        });
    }

    private static Command Set(Surroundings surroundings)
    {
        var id = new Argument<int>("TASK") { Description = "The task's number." };
        var status = new Option<string?>("--status") { Description = "open, inProgress or blocked; it is done by itself once the live manifest no longer reads." };
        var due = new Option<DateTimeOffset?>("--due") { Description = "By when." };
        var assignee = new Option<string?>("--assignee") { Description = "The team that is to do it." };
        var replacement = new Option<string?>("--replacement") { Description = "What to read instead." };
        var note = new Option<string?>("--note") { Description = "What there is to say." };
        return new Command("set", "Say how a migration stands.") { id, status, due, assignee, replacement, note }.Runs(surroundings, async call =>
        {
            var body = new JsonObject();
            body.PutIfAny("status", call.Get(status));
            body.PutIfAny("assignee", call.Get(assignee));
            body.PutIfAny("replacement", call.Get(replacement));
            body.PutIfAny("note", call.Get(note));
            if (call.Get(due) is { } date)
                body["dueAt"] = date;
            var task = await call.Client.PatchAsync<JsonObject>(Paths.Of("migrations", $"{call.Get(id)}"), body, call.Cancellation);
            call.Screen.Fields(task, ("task", task["id"]), ("feature", task["feature"]), ("model", task["model"]), ("replacement", task["replacement"]),
                ("assignee", task["assignee"]), ("status", task["status"]), ("due", task["dueAt"]), ("note", task["note"]));
        });
    }

    private static string? Bar(JsonNode? share)
    {
        if (share?.GetValue<double>() is not { } done)
            return null;
        const int width = 20;
        var full = (int)Math.Floor(done * width);
        return $"[{new string('#', full)}{new string('.', width - full)}] {Math.Floor(done * 100)} %";
    }
}
