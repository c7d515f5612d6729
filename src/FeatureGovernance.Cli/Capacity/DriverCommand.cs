using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Capacity;

/// <summary><c>featgov capacity driver</c>: what demand may follow.</summary>
internal static class DriverCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var name = new Argument<string>("DRIVER");
        var unit = new Option<string?>("--unit") { Description = "What it is measured in." };
        var about = new Option<string?>("--description") { Description = "What it is." };
        var set = new Command("set", "Register or change a driver.") { name, unit, about }.Runs(surroundings, async call =>
        {
            var body = new JsonObject();
            body.PutIfAny("unit", Given.OrNone(call.Get(unit)));
            body.PutIfAny("description", Given.OrNone(call.Get(about)));
            Print(call, await call.Client.PutAsync<JsonObject>(Paths.Of("capacity", "drivers", call.Get(name)), body, cancellation: call.Cancellation));
        });

        var shown = new Argument<string>("DRIVER");
        var show = new Command("show", "One driver.") { shown }.Runs(surroundings, async call =>
            Print(call, await call.Client.GetAsync<JsonObject>(Paths.Of("capacity", "drivers", call.Get(shown)), call.Cancellation)));
        var limit = FeatureCommand.Limit();
        var list = new Command("list", "Drivers by name.") { limit }.Runs(surroundings, async call =>
            call.Screen.Table(await call.ListAsync<JsonObject>("capacity/drivers", call.Get(limit)),
                Written.Columns("driver", "unit", "lastDay", "lastValue", "assumedDay", "assumedValue", "description")));

        var file = new Argument<string>("FILE")
        {
            Description = "NDJSON of driver, day, value; - for standard input. A day to come is an assumption that holds until the next.",
        };
        var observe = new Command("observe", "Send drivers by day.") { file }.Runs(surroundings, async call =>
        {
            await using var input = call.OpenInput(call.Get(file));
            var answer = await call.Screen.WithProgressAsync("values", input.CanSeek ? input.Length : null, progress => call.Client.UploadAsync<JsonObject>(
                "capacity/drivers/values", input, MediaTypes.Ndjson, progress, call.Cancellation));
            call.Screen.Say($"{Written.Cell(answer["landed"])} of {Written.Cell(answer["received"])} landed.", answer);
        });
        return new("driver", "What demand may follow: traffic, the number of models, a business calendar.") { set, show, list, observe };
    }

    private static void Print(Call call, JsonObject driver) => call.Screen.Fields(driver,
        ("driver", driver["driver"]), ("unit", driver["unit"]), ("about", driver["description"]), ("value", driver["lastValue"]), ("on", driver["lastDay"]),
        ("assumed", driver["assumedValue"]), ("from", driver["assumedDay"]));
}
