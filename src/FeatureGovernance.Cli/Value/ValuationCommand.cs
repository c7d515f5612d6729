using System.CommandLine;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Registry;
using FeatureGovernance.Cli.Running;
using FeatureGovernance.Client;

namespace FeatureGovernance.Cli.Value;

/// <summary><c>featgov valuation</c>.</summary>
internal static class ValuationCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Surroundings surroundings) => new("valuation", "Have the server measure an evaluation sample, and read what it found.")
    {
        Submit(surroundings), Show(surroundings), Cancel(surroundings),
    };

    private static Command Submit(Surroundings surroundings)
    {
        var file = new Argument<string>("FILE") { Description = "Parquet, CSV, or LibSVM with qid: before the values." };
        var asked = new[]
        {
            ("label", "The label's column; none for LibSVM, whose first field it is."), ("group", "The column of the query, or of rows that belong together."),
            ("time", "The column of the time; validation then never looks ahead."),
            ("task", "ranking, classification or regression; inferred where not given."),
            ("model", "The model for whose features it is evidence."), ("version", "The model's version."),
            ("metric", "The name under which the evidence is kept."),
            ("labelTime", "The column of the time at which the label became known."),
            ("labelKey", "The registered label that it is; told by the model where it is left out."),
            ("weight", "The column of the rows' weights."), ("score", "The column of what the model in production predicted."),
            ("ablations", "The most features to train without, one by one."), ("rows", "The most rows to take."), ("seconds", "The time allowed."),
        }.Select(field => (Name: field.Item1, Option: new Option<string?>(OptionOf(field.Item1)) { Description = field.Item2 })).ToList();
        var wait = new Option<bool>("--wait") { Description = "Wait for the end; exit code 1 where it fails." };
        var command = new Command("submit", "Send a sample to be measured.") { file, wait };
        asked.ForEach(field => command.Add(field.Option));
        return command.Runs(surroundings, async call =>
        {
            var path = call.Get(file);
            if (!File.Exists(path))
                throw new UsageException($"'{path}' does not exist.", "Name a Parquet or CSV file.");
            await using var sample = File.OpenRead(path);
            var query = asked.Aggregate("valuations", (so, field) => so.With((field.Name, call.Get(field.Option))));
            var made = await call.Client.UploadAsync<JsonObject>(query, sample, "application/octet-stream", null, call.Cancellation);
            if (call.Get(wait))
                made = await call.Screen.WithProgressAsync("measuring", 100, progress => FinishAsync(call, made, progress));
            return Print(call, made);
        });
    }

    // labelTime is --label-time, as in featgov label.
    private static string OptionOf(string field) =>
        $"--{string.Concat(field.Select(letter => char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : $"{letter}"))}";

    private static Command Show(Surroundings surroundings)
    {
        var id = new Argument<int>("ID") { Description = "The valuation's number." };
        var features = new Option<bool>("--features") { Description = "What each feature is worth, instead of the whole." };
        var label = new Option<bool>("--label") { Description = "What the sample tells of its label, instead of the whole." };
        var limit = FeatureCommand.Limit();
        return new Command("show", "How far a valuation is, and what it found.") { id, features, label, limit }.Runs(surroundings, async call =>
        {
            if (call.Get(label))
                return PrintLabel(call, await call.Client.GetAsync<JsonObject>(Paths.Of("valuations", $"{call.Get(id)}", "label"), call.Cancellation));
            if (!call.Get(features))
                return Print(call, await call.Client.GetAsync<JsonObject>(Paths.Of("valuations", $"{call.Get(id)}"), call.Cancellation));
            call.Screen.Table(
                await call.ListAsync<JsonObject>(Paths.Of("valuations", $"{call.Get(id)}", "features"), call.Get(limit)),
                Written.Columns("feature", "key", "share", "lower80", "upper80", "permutation", "ablation", "shap", "cluster", "recommendation"));
            return ExitCode.Pass;
        });
    }

    private static Command Cancel(Surroundings surroundings)
    {
        var id = new Argument<int>("ID") { Description = "The valuation's number." };
        return new Command("cancel", "Stop a valuation.") { id }.Runs(surroundings, async call =>
            Print(call, await call.Client.PostAsync<JsonObject>(Paths.Of("valuations", $"{call.Get(id)}", "cancel"), new JsonObject(), call.Cancellation)));
    }

    private static async Task<JsonObject> FinishAsync(Call call, JsonObject valuation, IProgress<long> progress)
    {
        while (valuation["finishedAt"] is null)
        {
            await Task.Delay(Pause, call.Surroundings.Clock, call.Cancellation);
            valuation = await call.Client.GetAsync<JsonObject>(Paths.Of("valuations", $"{valuation["id"]}"), call.Cancellation);
            progress.Report((long)(100 * (valuation["progress"]?.GetValue<double>() ?? 0)));
        }

        return valuation;
    }

    private static int PrintLabel(Call call, JsonObject label)
    {
        call.Screen.Fields(label, ("column", label["column"]), ("label", label["label"]), ("coverage", label["coverage"]?["share"]),
            ("median delay", label["delay"]?["median"]),
            ("base rate", label["baseRate"]?["rate"]), ("changes", label["baseRate"]?["changed"]), ("noise at most", label["noise"]?["rate"]),
            ("noise where surest", label["noise"]?["floor"]), ("leaks", label["leaks"]?.AsArray().Count), ("measured", label["measuredAt"]));
        return ExitCode.Pass;
    }

    private static int Print(Call call, JsonObject valuation)
    {
        var result = valuation["result"] as JsonObject;
        call.Screen.Fields(valuation, ("valuation", valuation["id"]), ("state", valuation["state"]), ("progress", valuation["progress"]),
            ("phase", valuation["phase"]),
            ("model", valuation["model"]), ("finished", valuation["finishedAt"]), ("metric", result?["metric"]), ("quality", result?["quality"]),
            ("model's own score", result?["scoreQuality"]), ("removal loses", result?["removalLoss"]), ("evidence batch", result?["evidenceBatch"]),
            ("error", valuation["error"]));
        return Written.Cell(valuation["state"]) == "failed" ? ExitCode.Fail : ExitCode.Pass;
    }
}
