using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Telemetry;

/// <summary><c>featgov telemetry</c>: sends what was read, what it contributes and what it costs.</summary>
internal static class TelemetryCommand
{
    public static Command Create(Surroundings surroundings) => new("telemetry", "Send usage, importance and costs.")
    {
        Send(surroundings, "usage", "Send what models read by day.", parquet: true),
        Send(surroundings, "importance", "Send what features contribute to models.", parquet: true),
        Send(surroundings, "costs", "Send what features cost by day.", parquet: false),
    };

    private static Command Send(Surroundings surroundings, string kind, string description, bool parquet)
    {
        var file = new Argument<string>("FILE") { Description = parquet ? "NDJSON, or Parquet by its extension; - for NDJSON on standard input." : "NDJSON; - for standard input." };
        var onError = new Option<string?>("--on-error") { Description = "skip lands the good lines; without it, one bad line refuses all." };
        onError.AcceptOnlyFromAmong("skip");
        return new Command(kind, description) { file, onError }.Runs(surroundings, async call =>
        {
            var name = call.Get(file);
            var isParquet = Path.GetExtension(name).Equals(".parquet", StringComparison.OrdinalIgnoreCase);
            if (isParquet && !parquet)
                throw new UsageException($"{name}: {kind} is not taken as Parquet.", "Send one JSON object a line.");
            await using var input = call.OpenInput(name);
            var answer = await call.Screen.WithProgressAsync(kind, input.CanSeek ? input.Length : null, progress => call.Client.UploadAsync<JsonObject>(
                Paths.Of("telemetry", kind).With(("onError", call.Get(onError))), input, isParquet ? MediaTypes.Parquet : MediaTypes.Ndjson, progress, call.Cancellation));
            call.Screen.Say($"{Written.Cell(answer["landed"])} of {Written.Cell(answer["received"])} landed, {Written.Cell(answer["failed"])} refused.", answer);
            foreach (var error in (answer["errors"] as JsonArray ?? []).OfType<JsonObject>())
                call.Screen.Remark($"line {error["line"]}: {error["field"]}: {error["message"]} {error["remedy"]}");
        });
    }
}
