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
        Importance(surroundings),
        Send(surroundings, "costs", "Send what features cost by day.", parquet: false),
    };

    private static Command Importance(Surroundings surroundings)
    {
        var format = new Option<string?>("--format") { Description = "What wrote the file; without it, lines of importance." };
        format.AcceptOnlyFromAmong("lightgbm", "xgboost", "shap", "permutation", "ablation", "coefficients");
        var asked = new[] { ("model", "The model that was evaluated."), ("version", "Its version."), ("metric", "What was measured; without it, the model's own."), ("evaluated-at", "When; without it, now.") }
            .Select(one => (Name: one.Item1, Option: new Option<string?>($"--{one.Item1}") { Description = $"{one.Item2} Goes with --format." })).ToList();
        var command = Send(surroundings, "importance", "Send what features contribute to models.", parquet: true, (call, path) =>
        {
            var beside = asked.Where(one => call.Get(one.Option) is not null).Select(one => one.Name).ToList();
            if (call.Get(format) is not { } form)
                return beside.Count == 0 ? path : throw new UsageException($"--{beside[0]} goes with --format.", "Lines name the model themselves.");
            if (call.Get(asked[0].Option) is null)
                throw new UsageException("--format needs --model.", "Name the model that was evaluated.");
            return asked.Aggregate(path.With(("format", form)), (so, one) =>
                so.With((one.Name == "evaluated-at" ? "evaluatedAt" : one.Name, call.Get(one.Option))));
        });
        command.Add(format);
        asked.ForEach(one => command.Add(one.Option));
        return command;
    }

    private static Command Send(Surroundings surroundings, string kind, string description, bool parquet, Func<Call, string, string>? ask = null)
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
            var path = Paths.Of("telemetry", kind).With(("onError", call.Get(onError)));
            path = ask is null ? path : ask(call, path);
            await using var input = call.OpenInput(name);
            var answer = await call.Screen.WithProgressAsync(kind, input.CanSeek ? input.Length : null, progress => call.Client.UploadAsync<JsonObject>(
                path, input, isParquet ? MediaTypes.Parquet : MediaTypes.Ndjson, progress, call.Cancellation));
            call.Screen.Say($"{Written.Cell(answer["landed"])} of {Written.Cell(answer["received"])} landed, {Written.Cell(answer["failed"])} refused.", answer);
            foreach (var error in (answer["errors"] as JsonArray ?? []).OfType<JsonObject>())
                call.Screen.Remark($"line {error["line"]}: {error["field"]}: {error["message"]} {error["remedy"]}");
        });
    }
}
