using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Capacity;

/// <summary><c>featgov capacity</c>: pools, what they see, and plans of what they will need.</summary>
internal static class CapacityCommand
{
    public static Command Create(Surroundings surroundings) => new("capacity", "Plan supply and demand by quarter and year.")
    {
        Pool(surroundings), Observe(surroundings), DriverCommand.Create(surroundings), Supply(surroundings), PlanCommand.Create(surroundings),
        Scenario(surroundings), GapCommand.Create(surroundings),
    };

    private static Command Pool(Surroundings surroundings)
    {
        var name = new Argument<string>("POOL");
        var unit = new Option<string?>("--unit") { Description = "What demand and supply are measured in per day.", Required = true };
        var price = new Option<double?>("--unit-price") { Description = "Of one unit for one day." };
        var headroom = new Option<double?>("--headroom") { Description = "The share of demand that must be free, for example 0.15." };
        var risk = new Option<double?>("--risk") { Description = "The accepted probability that it is not; default 0.1." };
        var texts = new[]
            {
                ("region", "Where it is."), ("resource-class", "What it is."), ("resource", "The resource of cost telemetry used here."),
                ("team", "Who uses it."),
            }
            .Select(text => new Option<string?>($"--{text.Item1}") { Description = text.Item2 }).ToList();
        var from = new Option<string?>("--demand-from") { Description = "costs or reads, where demand follows from telemetry; without it, it is reported." };
        var rate = new Option<double?>("--units-per-million-reads") { Description = "With reads: what a million consume, in the pool's unit." };
        var environment = new Option<string?>("--environment") { Description = "With reads: training or serving; without it, both." };
        var drivers = new Option<string[]>("--driver")
        {
            Description = "What its demand may follow, registered by driver set; at most 5.", AllowMultipleArgumentsPerToken = true,
        };
        var set = new Command("set", "Register or change a pool; what is not given is taken away.")
        {
            name, unit, price, headroom, risk, from, rate, environment, drivers,
        };
        texts.ForEach(set.Add);
        set.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["unit"] = call.Get(unit) };
            if (call.Get(price) is { } amount)
                body["unitPrice"] = amount;
            if (call.Get(headroom) is { } share)
                body.Put("headroom.share", share);
            if (call.Get(risk) is { } accepted)
                body.Put("headroom.risk", accepted);
            if (call.Get(from) is { } source)
                body.Put("demandFrom.source", source);
            if (call.Get(rate) is { } units)
                body.Put("demandFrom.unitsPerMillionReads", units);
            if (call.Get(environment) is { } where)
                body.Put("demandFrom.environment", where);
            if (call.Get(drivers) is { Length: > 0 } followed)
                body["drivers"] = Given.Array(followed);
            foreach (var (option, field) in texts.Zip(["region", "resourceClass", "resource", "team"]))
                body.PutIfAny(field, Given.OrNone(call.Get(option)));
            Print(call, await call.Client.PutAsync<JsonObject>(Paths.Of("capacity", "pools", call.Get(name)), body, cancellation: call.Cancellation));
        });

        var shown = new Argument<string>("POOL");
        var show = new Command("show", "One pool.") { shown }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<JsonObject>(Paths.Of("capacity", "pools", call.Get(shown)), call.Cancellation)));
        var limit = FeatureCommand.Limit();
        var list = new Command("list", "Pools by name.") { limit }.Runs(surroundings, async call =>
            call.Screen.Table(await call.ListAsync<JsonObject>("capacity/pools", call.Get(limit)),
                Written.Columns("pool", "unit", "unitPrice", "region", "resourceClass", "lastDemandDay", "lastDemand", "lastSupply")));
        return new("pool", "Register and read pools.") { set, show, list };
    }

    private static Command Observe(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "NDJSON of pool, day, demand, supply; - for standard input." };
        var onError = new Option<string?>("--on-error") { Description = "skip lands the good lines; without it, one bad line refuses all." };
        onError.AcceptOnlyFromAmong("skip");
        return new Command("observe", "Send demand and supply by day.") { file, onError }.Runs(surroundings, async call =>
        {
            await using var input = call.OpenInput(call.Get(file));
            var answer = await call.Screen.WithProgressAsync("observations", input.CanSeek ? input.Length : null, progress =>
                call.Client.UploadAsync<JsonObject>(
                "capacity/observations".With(("onError", call.Get(onError))), input, MediaTypes.Ndjson, progress, call.Cancellation));
            call.Screen.Say(
                $"{Written.Cell(answer["landed"])} of {Written.Cell(answer["received"])} landed, {Written.Cell(answer["failed"])} refused.", answer);
            foreach (var error in (answer["errors"] as JsonArray ?? []).OfType<JsonObject>())
                call.Screen.Remark($"line {error["line"]}: {error["field"]}: {error["message"]} {error["remedy"]}");
        });
    }

    private static Command Supply(Surroundings surroundings)
    {
        var pool = new Argument<string>("POOL");
        var name = new Argument<string>("NAME");
        var kind = new Option<string>("--kind") { Description = "delivery, commitment or retirement.", Required = true };
        var amount = new Option<double>("--amount") { Description = "In the pool's unit per day.", Required = true };
        var due = new Option<string?>("--due") { Description = "The day promised." };
        var orderBy = new Option<string?>("--order-by") { Description = "The day by which it is ordered." };
        var lead = new Option<int?>("--lead-time-days") { Description = "Days from order to delivery." };
        var done = new Option<string?>("--done-on") { Description = "The day it came, or went." };
        var slip = new Option<double?>("--slip-probability") { Description = "That it is late; without it, as past deliveries were." };
        var median = new Option<double?>("--slip-median-days") { Description = "The median delay where it is late." };
        var set = new Command("set", "Register or change a delivery, commitment or retirement.")
        {
            pool, name, kind, amount, due, orderBy, lead, done, slip, median,
        };
        set.Runs(surroundings, async call =>
        {
            var body = new JsonObject { ["kind"] = call.Get(kind), ["amount"] = call.Get(amount) };
            body.PutIfAny("due", call.Get(due));
            body.PutIfAny("orderBy", call.Get(orderBy));
            body.PutIfAny("doneOn", call.Get(done));
            if (call.Get(lead) is { } days)
                body["leadTimeDays"] = days;
            if (call.Get(slip) is { } probability)
                body.Put("slip.probability", probability);
            if (call.Get(median) is { } delay)
                body.Put("slip.medianDays", delay);
            var answer = await call.Client.PutAsync<JsonObject>(Paths.Of("capacity", "pools", call.Get(pool), "supply", call.Get(name)), body,
                cancellation: call.Cancellation);
            call.Screen.Fields(answer, ("supply", answer["name"]), ("kind", answer["kind"]), ("amount", answer["amount"]), ("due", answer["due"]),
                ("done", answer["doneOn"]));
        });
        var owner = new Argument<string>("POOL");
        var limit = FeatureCommand.Limit();
        var list = new Command("list", "What is to come and to go.") { owner, limit }.Runs(surroundings, async call =>
            call.Screen.Table(await call.ListAsync<JsonObject>(Paths.Of("capacity", "pools", call.Get(owner), "supply"), call.Get(limit)),
                Written.Columns("name", "kind", "amount", "due", "doneOn", "slip.probability", "slip.medianDays", "note")));
        var (of, gone) = (new Argument<string>("POOL"), new Argument<string>("NAME"));
        var withdraw = new Command("withdraw", "Take back a delivery, commitment or retirement.") { of, gone }.Runs(surroundings, async call =>
        {
            await call.Client.DeleteAsync(Paths.Of("capacity", "pools", call.Get(of), "supply", call.Get(gone)), call.Cancellation);
            call.Screen.Say($"{call.Get(gone)} of {call.Get(of)} is taken back.", new JsonObject { ["withdrawn"] = call.Get(gone) });
        });
        return new("supply", "Dated deliveries, commitments and retirements.") { set, list, withdraw };
    }

    private static Command Scenario(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "JSON with name and parts; - for standard input." };
        var save = new Command("save", "Save a scenario; one of the same name is replaced.") { file }.Runs(surroundings, async call =>
        {
            var answer = await call.Client.PostAsync<JsonObject>("capacity/scenarios", await call.ReadObjectAsync(call.Get(file)), call.Cancellation);
            call.Screen.Say(string.Create(CultureInfo.InvariantCulture,
                $"Scenario {answer["name"]} with {(answer["parts"] as JsonArray)?.Count} parts is saved."), answer);
        });
        var name = new Argument<string>("SCENARIO");
        var show = new Command("show", "One scenario.") { name }.Runs(surroundings, async call =>
        {
            var answer = await call.Client.GetAsync<JsonObject>(Paths.Of("capacity", "scenarios", call.Get(name)), call.Cancellation);
            call.Screen.Fields(answer, [("scenario", answer["name"]), ("about", answer["description"]), ("saved by", answer["savedBy"]),
                .. (answer["parts"] as JsonArray ?? []).Select(part => ("part", (object?)part))]);
        });
        var limit = FeatureCommand.Limit();
        var list = new Command("list", "Scenarios by name.") { limit }.Runs(surroundings, async call =>
            call.Screen.Table(await call.ListAsync<JsonObject>("capacity/scenarios", call.Get(limit)),
                Written.Columns("name", "description", "savedBy", "savedAt")));
        return new("scenario", "What if: growth, launches, deprecations, efficiency, late deliveries.") { save, show, list };
    }

    private static void Print(Call call, JsonObject pool) => call.Screen.Fields(pool,
        ("pool", pool["pool"]), ("unit", pool["unit"]), ("unit price", pool["unitPrice"]), ("region", pool["region"]), ("class", pool["resourceClass"]),
        ("resource", pool["resource"]), ("team", pool["team"]), ("drivers", pool["drivers"]), ("headroom", pool.At("headroom.share")),
        ("risk", pool.At("headroom.risk")),
        ("demand", pool["lastDemand"]), ("on", pool["lastDemandDay"]), ("supply", pool["lastSupply"]));
}
