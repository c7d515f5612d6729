using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Capacity;

/// <summary><c>featgov capacity plan</c>.</summary>
internal static class PlanCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly Column<JsonObject>[] Columns =
    [
        new("period", row => row["period"]), new("demand P10", row => row.At("demand.p10")), new("P50", row => row.At("demand.p50")),
        new("P90", row => row.At("demand.p90")),
        new("supply P50", row => row.At("supply.p50")), new("headroom", row => row["headroom"]), new("P(short)", row => row.At("shortfall.probability")),
        new("from", row => row.At("shortfall.firstDay")), new("to add", row => row.At("shortfall.toAdd")), new("cost P50", row => row.At("cost.demand.p50")),
    ];

    public static Command Create(Surroundings surroundings) => new("plan", "Make plans, read and compare them.")
    {
        Run(surroundings), Show(surroundings), List(surroundings), Cancel(surroundings), Compare(surroundings), Accuracy(surroundings), Report(surroundings),
    };

    public static Argument<int> Id(string name = "PLAN") => new(name) { Description = "The plan's number." };

    private static Command Run(Surroundings surroundings)
    {
        var name = new Option<string?>("--name") { Description = "What the plan is called." };
        var scenarios = new Option<string[]>("--scenario") { Description = "Saved scenarios, in the order applied.", AllowMultipleArgumentsPerToken = true };
        var pools = new Option<string[]>("--pool") { Description = "Only these pools.", AllowMultipleArgumentsPerToken = true };
        var wait = new Option<bool>("--wait") { Description = "Wait for the end; exit code 1 where the plan fails." };
        return new Command("run", "Make a plan.") { name, scenarios, pools, wait }.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["scenarios"] = Given.Array(call.Get(scenarios)), ["pools"] = Given.Array(call.Get(pools)) };
            body.PutIfAny("name", call.Get(name));
            var plan = await call.Client.PostAsync<JsonObject>("capacity/plans", body, call.Cancellation);
            if (call.Get(wait))
                plan = await call.Screen.WithProgressAsync("planning", 100, progress => FinishAsync(call, plan, progress));
            call.Screen.Fields(plan, Head(plan));
            return Written.Cell(plan["state"]) == "failed" ? ExitCode.Fail : ExitCode.Pass;
        });
    }

    private static async Task<JsonObject> FinishAsync(Call call, JsonObject plan, IProgress<long> progress)
    {
        while (plan["finishedAt"] is null)
        {
            await Task.Delay(Pause, call.Surroundings.Clock, call.Cancellation);
            plan = await call.Client.GetAsync<JsonObject>(Paths.Of("capacity", "plans", $"{plan["id"]}").With(("limit", 1)), call.Cancellation);
            progress.Report((long)(100 * (plan["progress"]?.GetValue<double>() ?? 0)));
        }

        return plan;
    }

    private static Command Show(Surroundings surroundings)
    {
        var id = Id();
        var pool = new Option<string?>("--pool") { Description = "A pool; without it, the total." };
        var by = new Option<string?>("--by") { Description = "Totals of the first full year by region, team, resourceClass or unit." };
        var csv = new Option<bool>("--csv") { Description = "Every pool and period as CSV." };
        return new Command("show", "What a plan says.") { id, pool, by, csv }.Runs(surroundings, async call =>
        {
            var path = Paths.Of("capacity", "plans", $"{call.Get(id)}");
            if (call.Get(csv))
            {
                await foreach (var line in call.Client.LinesAsync(path, "text/csv", call.Cancellation))
                    call.Screen.Raw(line);
                return;
            }

            if (call.Get(by) is { } grouping)
            {
                var whole = await call.Client.GetAsync<JsonObject>(path.With(("limit", 1)), call.Cancellation);
                var groups = (whole["totals"] as JsonArray ?? []).OfType<JsonObject>().Where(total => Written.Cell(total["by"]) == grouping).ToList();
                if (groups.Count == 0)
                    throw new UsageException($"The plan has no totals by {grouping}.", "Use region, team, resourceClass or unit; pools must name one.");
                call.Screen.Table(whole, groups, [new("of", row => row["of"]), new("pools", row => row["pools"]),
                    .. Columns.Select(column => new Column<JsonObject>(column.Title, row => column.Cell(Year(row))))]);
                return;
            }

            var (plan, wanted) = await FindAsync(call, path, call.Get(pool));
            var hasResult = Written.Cell(plan["state"]) == "succeeded";
            call.Screen.Remark($"Plan {plan["id"]} as of {plan["asOf"]}: {plan["state"]}{(hasResult ? $", {Written.Cell(plan["pools"])} pools" : "")}, "
                + $"scenarios: {(plan["scenarios"] is JsonArray { Count: > 0 } scenarios ? Written.Cell(scenarios) : "none")}.");
            if (wanted is null)
                throw !hasResult ? new UsageException("The plan says nothing.", "featgov capacity plan list tells how far plans are.")
                    : call.Get(pool) is { } missing
                        ? new UsageException($"The plan has no pool {missing}.", "featgov capacity plan show --csv lists all of them.")
                    : new UsageException("No pool of the plan has a price, so there is no sum in money.", "Name a pool with --pool, or sums with --by unit.");
            call.Screen.Table(wanted, [.. (wanted["periods"] as JsonArray ?? []).OfType<JsonObject>()], Columns);
            foreach (var note in wanted["notes"] as JsonArray ?? [])
                call.Screen.Remark(Written.Cell(note));
        });
    }

    private static JsonObject Year(JsonObject total) =>
        (total["periods"] as JsonArray ?? []).OfType<JsonObject>().First(period => Written.Cell(period["period"]).Length == 4);

    private static async Task<(JsonObject Plan, JsonObject? Wanted)> FindAsync(Call call, string path, string? pool)
    {
        string? cursor = null;
        while (true)
        {
            var plan = await call.Client.GetAsync<JsonObject>(path.With(("limit", pool is null ? 1 : 500), ("cursor", cursor)), call.Cancellation);
            if (pool is null)
                return (plan, (plan["totals"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(total => Written.Cell(total["of"]) == "money"));
            var found = (plan.At("poolPlans.items") as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(one => Written.Cell(one["pool"]) == pool);
            cursor = plan.At("poolPlans.nextCursor")?.GetValue<string>();
            if (found is not null || cursor is null)
                return (plan, found);
        }
    }

    private static Command List(Surroundings surroundings)
    {
        var limit = FeatureCommand.Limit();
        return new Command("list", "Plans, the newest first.") { limit }.Runs(surroundings, async call => call.Screen.Table(
            await call.ListAsync<JsonObject>("capacity/plans", call.Get(limit)),
            Written.Columns("id", "name", "state", "progress", "asOf", "scenarios", "pools", "requestedBy")));
    }

    private static Command Cancel(Surroundings surroundings)
    {
        var id = Id();
        return new Command("cancel", "Stop a plan that is under way.") { id }.Runs(surroundings, async call =>
        {
            var plan = await call.Client.PostAsync<JsonObject>(Paths.Of("capacity", "plans", $"{call.Get(id)}", "cancel"), new JsonObject(), call.Cancellation);
            call.Screen.Fields(plan, Head(plan));
        });
    }

    private static Command Compare(Surroundings surroundings)
    {
        var id = Id();
        var other = Id("OTHER");
        var pool = new Option<string?>("--pool") { Description = "A pool; without it, all of them in money." };
        return new Command("compare", "Two plans side by side.") { id, other, pool }.Runs(surroundings, async call =>
        {
            var path = Paths.Of("capacity", "plans", $"{call.Get(id)}", "compare", $"{call.Get(other)}").With(("limit", 1_000));
            var answer = await call.Client.GetAsync<JsonObject>(path, call.Cancellation);
            var periods = call.Get(pool) is not { } name ? answer["money"]
                : (answer.At("pools.items") as JsonArray ?? []).FirstOrDefault(one => Written.Cell(one?["pool"]) == name)?["periods"]
                    ?? throw new UsageException($"Neither plan has a pool {name} among its first thousand.", "Leave --pool out for the total.");
            call.Screen.Table(answer, [.. (periods as JsonArray ?? []).OfType<JsonObject>()],
                new("period", row => row["period"]), new("demand", row => row.At("demand.plan.p50")), new("other", row => row.At("demand.other.p50")),
                new("change", row => row["demandChange"]),
                new("P(short)", row => row.At("shortfallProbability.plan")), new("other's", row => row.At("shortfallProbability.other")),
                new("cost", row => row.At("cost.plan")), new("other cost", row => row.At("cost.other")));
        });
    }

    private static Command Report(Surroundings surroundings)
    {
        var id = Id();
        return new Command("report", "The plan as one HTML document to print, on standard output.") { id }.Runs(surroundings, async call =>
        {
            await foreach (var line in call.Client.LinesAsync(Paths.Of("capacity", "plans", $"{call.Get(id)}", "report"), "text/html", call.Cancellation))
                call.Screen.Raw(line);
        });
    }

    private static Command Accuracy(Surroundings surroundings)
    {
        var id = Id();
        return new Command("accuracy", "How a plan fared against what came.") { id }.Runs(surroundings, async call =>
        {
            var answer = await call.Client.GetAsync<JsonObject>(Paths.Of("capacity", "plans", $"{call.Get(id)}", "accuracy"), call.Cancellation);
            call.Screen.Fields(answer, ("judged", answer["judged"]), ("coverage", answer["coverage"]), ("sMAPE", answer["smape"]), ("bias", answer["bias"]));
        });
    }

    private static (string, object?)[] Head(JsonObject plan) =>
    [
        ("plan", plan["id"]), ("state", plan["state"]), ("progress", plan["progress"]), ("as of", plan["asOf"]), ("scenarios", plan["scenarios"]),
        ("pools", plan["pools"]), ("left out", plan["leftOut"]), ("error", plan["error"]),
    ];
}
